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
        fact.*,
        channel_reach.reach_name
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
)

select * from final
