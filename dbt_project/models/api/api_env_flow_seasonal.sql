-- Flow of each reach by season, in CFS, TAF and percent of unimpaired flow and target. Route: channels/seasonal.
with

fact as (
    select * from {{ ref('fct_env_flow_seasonal') }}
),

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

season as (
    select * from {{ ref('env_flow_season') }}
),

final as (
    select
        fact.*,
        channel_reach.reach_name,
        season.season_name
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
    inner join season on fact.season_code = season.season_code
)

select * from final
