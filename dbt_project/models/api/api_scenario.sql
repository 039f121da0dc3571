-- Which scenarios can be asked for, and which load of them is shown? Route: the scenario list.
-- A load is shown from its activation on, as long as the statistics are those of this load.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
),

shown as (
    select * from {{ ref('int_verification__shown_load') }}
),

-- also of a load that is shown while a newer one is in staging already
frozen as (
    select
        scenario_id,
        load_id,
        min(kind) as kind
    from {{ ref('stg_ops__release') }}
    group by scenario_id, load_id
),

final as (
    select
        scenario.scenario_id,
        scenario.run_name,
        scenario.scenario_name as name,
        scenario.short_title,
        scenario.description,
        scenario.hydroclimate,
        scenario.sibling_group,
        shown.load_id is not null as is_active,
        shown.load_id,
        case when scenario.load_id = shown.load_id then scenario.loaded_at end as loaded_at,
        case when scenario.load_id = shown.load_id then scenario.first_month end as first_month,
        case when scenario.load_id = shown.load_id then scenario.last_month end as last_month,
        coalesce(
            case when scenario.load_id = shown.load_id then scenario.kind end, frozen.kind
        ) as kind
    from scenario
    left join shown on scenario.scenario_id = shown.scenario_id
    left join frozen on shown.scenario_id = frozen.scenario_id and shown.load_id = frozen.load_id
)

select * from final
