-- Which scenarios can be asked for, and which of them have numbers? Route: the scenario list.
-- Between a new load and its build the numbers of the earlier load are served, and named as such.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
),

built as (
    select distinct
        scenario_id,
        load_id
    from {{ ref('fct_reservoir_period_summary') }}
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
        built.load_id is not null as is_active,
        built.load_id,
        case when scenario.load_id = built.load_id then scenario.loaded_at end as loaded_at,
        case when scenario.load_id = built.load_id then scenario.first_month end as first_month,
        case when scenario.load_id = built.load_id then scenario.last_month end as last_month
    from scenario
    left join built on scenario.scenario_id = built.scenario_id
)

select * from final
