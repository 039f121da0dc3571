-- Flow of each reach by water month, in CFS, TAF and percent of unimpaired flow. Route: channels/monthly.
with

fact as (
    select * from {{ ref('fct_env_flow_monthly') }}
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
