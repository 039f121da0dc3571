{#-
    dbt calls this for the relation that a generic test looks at. Override: the tested relation is limited to the
    scenarios in scope, besides the test's own `where`.
-#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- if execute and is_scenario_grained(relation) -%}
        {%- do conditions.append(in_scope()) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where (' ~ conditions | join(') and (') ~ ')) dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
