{#-
    Drop a relation with the views on top of it, but only if this very command builds those views again; otherwise stop,
    and say what to run.
-#}
{% macro drop_with_dependents(relation, kind, reason) -%}
    {%- set rebuilt = [] -%}
    {%- for id in selected_resources if id in graph.nodes -%}
        {%- do rebuilt.append(graph.nodes[id].schema ~ '.' ~ graph.nodes[id].alias) -%}
    {%- endfor -%}
    {%- set name = relation.schema ~ '.' ~ relation.identifier -%}
    {%- set lost = run_query(views_on_top_sql(relation)).columns[0].values() | reject('in', rebuilt) | list -%}
    {%- if lost -%}
        {%- do exceptions.raise_compiler_error(
            name ~ ' has to be dropped (' ~ reason ~ '), and with it ' ~ lost | join(', ')
            ~ '\n  remedy: build it together with what reads it: `dbt build --select ' ~ model.name ~ '+`'
            ~ (' --full-refresh' if should_full_refresh() else '')
        ) -%}
    {%- endif -%}
    {%- do log(name ~ ': dropped and made anew, because ' ~ reason, info=true) -%}
    {%- call statement('drop') -%}drop {{ kind }} {{ relation }} cascade{%- endcall -%}
{%- endmacro %}


{% macro views_on_top_sql(relation) -%}
    with recursive on_top as (
        select to_regclass('{{ relation.include(database=false) }}')::oid as oid
        union
        select pg_rewrite.ev_class
        from on_top
        inner join pg_depend
            on pg_depend.refobjid = on_top.oid
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.classid = 'pg_rewrite'::regclass
        inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid
    )

    select pg_namespace.nspname || '.' || pg_class.relname as name
    from on_top
    inner join pg_class on pg_class.oid = on_top.oid
    inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where pg_class.oid <> to_regclass('{{ relation.include(database=false) }}')
    order by name
{%- endmacro %}
