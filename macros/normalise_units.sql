{#- A unit as the seed `unit` writes it: upper case, no blanks -#}
{% macro normalise_units(units) -%}
    replace(upper({{ units }}), ' ', '')
{%- endmacro %}
