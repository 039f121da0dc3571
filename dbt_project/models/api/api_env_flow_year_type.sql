-- Annual flow of each reach by type of water year, in TAF, CFS and percent. Route: channels by year type.
with

fact as (
    select * from {{ ref('fct_env_flow_year_type') }}
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
