{#- Whether a relation that the current test depends on declares the column scenario_id. -#}
{% macro is_scenario_grained(relation) -%}
    {%- for id in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
        {%- set name = node.get('alias') or node.get('identifier') -%}
        {%- if name == relation.identifier and node.schema == relation.schema -%}
            {{ return('scenario_id' in node.columns) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
