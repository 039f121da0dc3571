{#- Does an index lie within the bounds of a row of the seed `water_year_type`? Each bound says to which side it belongs -#}
{% macro is_of_type(index_maf, type) -%}
    (
        {{ type }}.lower_bound_maf is null
        or {{ index_maf }} > {{ type }}.lower_bound_maf
        or {{ type }}.lower_bound_belongs and {{ index_maf }} = {{ type }}.lower_bound_maf
    )
    and (
        {{ type }}.upper_bound_maf is null
        or {{ index_maf }} < {{ type }}.upper_bound_maf
        or {{ type }}.upper_bound_belongs and {{ index_maf }} = {{ type }}.upper_bound_maf
    )
{%- endmacro %}
