{#- Linear interpolation between order statistics at p/100 * (n - 1), numpy's and pandas' default -#}
{% macro percentile(column, p) -%}
    percentile_cont({{ p / 100 }}) within group (order by {{ column }})
{%- endmacro %}
