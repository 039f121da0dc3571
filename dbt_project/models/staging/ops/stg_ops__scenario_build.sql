-- When was each table last built for a scenario?
with

scenario_build as (
    select * from {{ source('ops', 'scenario_build') }}
),

final as (
    select
        model as table_name,
        scenario_id,
        built_at
    from scenario_build
)

select * from final
