-- Which scenarios can be asked for, and which load of them is shown? Route: the scenario list.
-- A load is shown from its activation on, as long as the statistics are those of this load.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
),

built as (
    select distinct
        scenario_id,
        load_id
    from {{ ref('fct_verification_row_count') }}
),

activation as (
    select * from {{ ref('stg_ops__activation') }}
    where is_active
),

shown as (
    select
        activation.scenario_id,
        activation.load_id
    from activation
    inner join built
        on activation.scenario_id = built.scenario_id and activation.load_id = built.load_id
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
        case when scenario.load_id = shown.load_id then scenario.last_month end as last_month
    from scenario
    left join shown on scenario.scenario_id = shown.scenario_id
)

select * from final
