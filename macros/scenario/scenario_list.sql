{#- The ids as an SQL list of literals; literals let the planner see how few rows are meant. -#}
{% macro scenario_list(scenarios) -%}
    (
    {%- for scenario in scenarios %}'{{ scenario | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- else %}null{% endfor -%}
    )
{%- endmacro %}
