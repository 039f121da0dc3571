{#- Lateral: the names (parts B and C) under which a variable of the seed `variable_map` is looked for, first choice first -#}
{% macro accepted_names(variable='variable_map') -%}
    lateral (
        values
        ({{ variable }}.part_b, {{ variable }}.part_c, 1),
        ({{ variable }}.part_b, {{ variable }}.part_c_fallback, 2),
        ({{ variable }}.part_b_fallback, {{ variable }}.part_c, 3),
        ({{ variable }}.part_b_fallback, {{ variable }}.part_c_fallback, 4)
    ) as accepted (part_b, part_c, choice)
{%- endmacro %}
