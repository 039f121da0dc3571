{#- 'table', 'view' or none, from the catalogue: dbt's cache does not see what another process creates meanwhile. -#}
{% macro relation_kind(relation) -%}
    {%- set found = run_query(
        "select case when relkind in ('r', 'p') then 'table' when relkind = 'v' then 'view' else 'materialized view' end"
        ~ " from pg_class where oid = to_regclass('" ~ relation.include(database=false) ~ "')"
    ).rows -%}
    {{ return(found[0][0] if found else none) }}
{%- endmacro %}
