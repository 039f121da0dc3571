-- From which code were the rows of each relation made, for which scenario, and by which run of dbt?
with

build as (
    select * from {{ source('provenance', 'scenario_build') }}
),

final as (
    select
        model as model_name,
        nullif(scenario_id, '*') as scenario_id,
        path as model_path,
        parents,
        compiled_sql,
        invocation_id,
        built_at
    from build
)

select * from final
