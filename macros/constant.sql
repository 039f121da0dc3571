{#- A number that a hydrologist could question, from the seed `constant` -#}
{% macro constant(constant_code) -%}
    (select value from {{ ref('constant') }} where constant_code = '{{ constant_code }}')
{%- endmacro %}
