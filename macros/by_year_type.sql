{#-
    Every yearly row of a relation once for each type of water year, its values NULL outside of its own type: an
    aggregate grouped by year_type_number then counts its own sample, and a type that never occurs has a row with none.
-#}
{% macro by_year_type(relation, keys, values, year_type) -%}
    select
        {%- for key in keys %}
        {{ relation }}.{{ key }},
        {%- endfor %}
        year_type_number,
        {%- for value in values %}
        case when {{ year_type }}.type_number = year_type_number then {{ relation }}.{{ value }} end
            as {{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    cross join generate_series(1, 5) as year_type_number
    left join {{ year_type }}
        on
            {{ relation }}.scenario_id = {{ year_type }}.scenario_id
            and {{ relation }}.water_year = {{ year_type }}.water_year
{%- endmacro %}
