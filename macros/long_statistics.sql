{#-
    Every statistic of a stored table as a row of its own: all its double precision columns, as its contract names them,
    so that a new column is compared without a word here. A column without a unit in its name may have one in `unit`.
-#}
{% macro long_statistics(table, entity, period) -%}
    {%- set columns = model_columns(table) -%}
    select
        scenario_id,
        load_id,
        '{{ table }}' as table_name,
        {{ entity }} as entity_code,
        {{ period }}::text as period_code,
        statistic.statistic_code,
        {{ 'unit' if 'unit' in columns else 'null' }}::text as row_unit,
        statistic.value
    from {{ table }}
    cross join lateral (
        values
        {%- for column in columns.values() if column.data_type == 'double precision' %}
        ('{{ column.name }}', {{ column.name }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as statistic (statistic_code, value)
{%- endmacro %}

{#- The columns that the contract of a model names; while dbt parses it does not know them yet -#}
{% macro model_columns(name) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == name -%}
            {{ return(node.columns) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return({}) }}
{%- endmacro %}
