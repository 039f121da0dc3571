{#- Volume of a monthly mean flow: 86,400 seconds a day, 43,560,000 cubic feet in a thousand acre-feet -#}
{% macro cfs_to_taf(cfs, days) -%}
    (({{ cfs }}) * ({{ days }}) * 86400::double precision / 43560000)
{%- endmacro %}
