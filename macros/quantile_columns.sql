{#- The percentile points of every band chart: q0 is the minimum, q100 the maximum -#}
{% macro quantile_points() -%}
    {{ return([0, 10, 30, 50, 70, 90, 100]) }}
{%- endmacro %}

{% macro quantile_columns(value, prefix='', suffix='') -%}
    {% for p in quantile_points() -%}
    {{ percentile(value, p) }} as {{ prefix }}q{{ p }}{{ suffix }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
