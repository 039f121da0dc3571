-- Which scenarios are there: those of the registry and those that are loaded without being in it?
{{ config(materialized='view') }}

with

registry as (
    select * from {{ ref('scenario') }}
),

sibling as (
    select * from {{ ref('scenario_group') }}
),

hydroclimate as (
    select * from {{ ref('hydroclimate') }}
),

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

described as (
    select
        registry.scenario_id,
        registry.run_name,
        sibling.group_name as scenario_name,
        sibling.short_name,
        registry.hydroclimate,
        hydroclimate.hydroclimate_name,
        registry.sibling_group,
        sibling.baseline_group,
        registry.is_published
    from registry
    left join sibling on registry.sibling_group = sibling.sibling_group
    left join hydroclimate on registry.hydroclimate = hydroclimate.hydroclimate_code
),

final as (
    select
        coalesce(described.scenario_id, scenario_load.scenario_id) as scenario_id,
        coalesce(described.run_name, regexp_replace(scenario_load.zip_name, '\.zip$', '', 'i'))
            as run_name,
        coalesce(described.scenario_name, scenario_load.scenario_id) as scenario_name,
        coalesce(
            described.short_name || ' (' || described.hydroclimate || ')',
            scenario_load.scenario_id
        ) as short_title,
        described.scenario_name || '. Hydroclimate: ' || described.hydroclimate_name
        || '. Model run ' || described.run_name || '.' as description,
        described.hydroclimate,
        described.sibling_group,
        described.baseline_group,
        described.scenario_id is not null as is_registered,
        coalesce(described.is_published, false) as is_published,
        scenario_load.load_id,
        scenario_load.loaded_at,
        scenario_load.first_month,
        scenario_load.last_month,
        scenario_load.kind
    from described
    full join scenario_load on described.scenario_id = scenario_load.scenario_id
)

select * from final
