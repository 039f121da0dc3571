{#- q0 … q100 and exc_p5 … exc_p95 as a list of names, for a model that derives one set of columns from another -#}
{% macro statistic_names() -%}
    {%- set names = [] -%}
    {%- for p in quantile_points() -%}{%- do names.append('q' ~ p) -%}{%- endfor -%}
    {%- for p in exceedance_points() -%}{%- do names.append('exc_p' ~ p) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
