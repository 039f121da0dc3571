-- Which file and which SQL made the rows of each relation, and what does the relation hold?
-- The pages that explain the method are named in the first comment of the SQL.
with

build as (
    select * from {{ ref('stg_provenance__build') }}
),

relation as (
    select distinct
        schema_name,
        relation_name,
        relation_description
    from {{ ref('int_provenance__column') }}
),

final as (
    select
        build.model_name,
        build.scenario_id,
        relation.schema_name,
        relation.relation_description as description,
        build.model_path,
        build.parents,
        string_to_array(substring(build.compiled_sql from '\(methods?: ([a-z_, ]+)\)'), ', ')
            as methods,
        build.compiled_sql,
        build.invocation_id,
        build.built_at
    from build
    inner join relation on build.model_name = relation.relation_name
)

select * from final
