{#- How often a condition holds, 0 to 1, where it is known: NULL rows are in neither numerator nor denominator -#}
{% macro share_true(condition, where='true') -%}
    (avg(({{ condition }})::integer) filter (where {{ where }}))::double precision
{%- endmacro %}
