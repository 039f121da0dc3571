-- Which flows each reach has in a scenario, and for how many months? Route: channels, of one scenario.
with

fact as (
    select * from {{ ref('fct_env_flow_availability') }}
),

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reach_code,
        channel_reach.reach_name,
        fact.has_flow,
        fact.flow_months_count,
        fact.has_unimpaired_flow,
        fact.unimpaired_flow_months_count,
        fact.has_minimum_flow,
        fact.minimum_flow_months_count,
        fact.has_functional_flow_target,
        fact.functional_flow_target_months_count
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
)

select * from final
