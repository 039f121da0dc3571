{#-
    The scenarios this run of the node is about; none = all rows. Only incremental models and tests have a scope: a view
    stays in the database and must show every scenario.
-#}
{% macro scenarios_in_scope() -%}
    {%- if not execute or (model.resource_type != 'test' and model.config.materialized != 'incremental') -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(model.config.meta.get('scenario_scope', {}).get('scenarios')) }}
{%- endmacro %}
