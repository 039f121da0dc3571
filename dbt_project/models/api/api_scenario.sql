-- Which scenarios can be asked for, and which load of them is shown? Route: the scenario list.
-- A load is shown from its activation on, as long as the statistics are those of this load.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
),

shown as (
    select * from {{ ref('int_verification__shown_load') }}
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
        shown.kind
    from scenario
    left join shown on scenario.scenario_id = shown.scenario_id
)

select * from final
