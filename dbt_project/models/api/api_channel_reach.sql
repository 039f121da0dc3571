-- Reaches with flow statistics: class, place, and the flows the model can hold for them. Route: channels.
with

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

unimpaired as (
    select * from {{ ref('variable_map') }}
    where entity_kind = 'channel_reach' and measure = 'unimpaired_flow'
),

final as (
    select
        channel_reach.reach_code,
        channel_reach.reach_name,
        channel_reach.reach_class,
        channel_reach.watershed_code,
        channel_reach.watershed_name,
        channel_reach.hydrologic_region,
        channel_reach.delta_side,
        channel_reach.is_tidal,
        channel_reach.has_minimum_flow,
        channel_reach.has_functional_flow_target,
        channel_reach.has_unimpaired_flow,
        unimpaired.part_b as unimpaired_part_b
    from channel_reach
    left join unimpaired on channel_reach.reach_code = unimpaired.entity_code
)

select * from final
