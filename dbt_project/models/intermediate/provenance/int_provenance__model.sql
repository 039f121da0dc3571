-- Which file and which SQL made the rows of each relation, and what does the relation hold?
-- The pages that explain the method are named in the first comment of the SQL.
with

build as (
    select * from {{ ref('stg_ops__scenario_build') }}
),

row_rule as (
    select * from {{ ref('expected_row_rule') }}
),

relation as (
    select
        pg_namespace.nspname::text as schema_name,
        pg_class.relname::text as relation_name,
        obj_description(pg_class.oid, 'pg_class') as description
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where
        pg_namespace.nspname in (
            'reference', 'staging', 'intermediate', 'marts', 'verification', 'api'
        )
        and pg_class.relkind in ('r', 'v')
        and not pg_class.relispartition
),

final as (
    select
        build.table_name as model_name,
        build.scenario_id,
        relation.schema_name,
        relation.description,
        build.model_path,
        build.parents,
        string_to_array(substring(build.compiled_sql from '\(methods?: ([a-z_, ]+)\)'), ', ')
            as methods,
        row_rule.entity_kind,
        string_to_array(row_rule.measures, ' ') as row_measures,
        build.compiled_sql,
        build.invocation_id,
        build.built_at
    from build
    inner join relation on build.table_name = relation.relation_name
    left join row_rule on build.table_name = row_rule.table_name
)

select * from final
