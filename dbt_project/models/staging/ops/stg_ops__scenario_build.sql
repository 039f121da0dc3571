-- When, and from which code, was each table last built for a scenario?
with

scenario_build as (
    select * from {{ source('ops', 'scenario_build') }}
),

final as (
    select
        model as table_name,
        scenario_id,
        path as model_path,
        parents,
        compiled_sql,
        invocation_id,
        built_at
    from scenario_build
)

select * from final
