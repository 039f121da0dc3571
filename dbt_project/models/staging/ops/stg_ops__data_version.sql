-- Which data does each scenario have now, and since when: a model run, tier results, or both?
with

data_version as (
    select * from {{ source('registry', 'scenario_version') }}
),

scenario_load as (
    select * from {{ source('calsim', 'scenario_load') }}
),

tier_load as (
    select
        scenario_id,
        max(loaded_at) as loaded_at
    from {{ source('tier', 'tier_load') }}
    group by scenario_id
),

final as (
    select
        data_version.scenario_id,
        data_version.receipt_id as load_id,
        scenario_load.loaded_at,
        data_version.tier_version,
        tier_load.loaded_at as tier_loaded_at
    from data_version
    left join scenario_load on data_version.scenario_id = scenario_load.scenario_id
    left join tier_load on data_version.scenario_id = tier_load.scenario_id
)

select * from final
