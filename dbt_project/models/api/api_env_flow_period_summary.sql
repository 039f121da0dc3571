-- Whole-run summary of the flow of each reach, in CFS, TAF and percent. Route: channels/period-summary.
with

fact as (
    select * from {{ ref('fct_env_flow_period_summary') }}
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
