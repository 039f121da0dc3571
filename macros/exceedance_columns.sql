{#- exc_pX is the value exceeded X percent of the time: the (100 - X)th percentile, so p5 is high and p95 is low -#}
{% macro exceedance_points() -%}
    {{ return([5, 10, 25, 50, 75, 90, 95]) }}
{%- endmacro %}

{% macro exceedance_columns(value, prefix='', suffix='') -%}
    {% for p in exceedance_points() -%}
    {{ percentile(value, 100 - p) }} as {{ prefix }}exc_p{{ p }}{{ suffix }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
