{#- Boolean SQL: does this row belong to the scenarios that this run of the node is about? -#}
{% macro in_scope(column='scenario_id') -%}
    {%- set scenarios = scenarios_in_scope() -%}
    {{- 'true' if scenarios is none else column ~ ' in ' ~ scenario_list(scenarios) -}}
{%- endmacro %}
