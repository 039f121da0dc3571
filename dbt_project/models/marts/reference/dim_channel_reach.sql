-- Which reaches have flow statistics, where do they begin, and with what can their flow be compared?
{{ config(materialized='view') }}

with

channel_reach as (
    select * from {{ ref('channel_reach') }}
),

watershed as (
    select * from {{ ref('watershed') }}
),

network_arc as (
    select * from {{ ref('network_arc') }}
),

network_node as (
    select * from {{ ref('network_node') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind = 'channel_reach'
),

compared as (
    select
        entity_code,
        bool_or(measure = 'minimum_flow') as has_minimum_flow,
        bool_or(measure = 'functional_flow_target') as has_functional_flow_target,
        bool_or(measure = 'unimpaired_flow') as has_unimpaired_flow
    from variable_map
    group by entity_code
),

final as (
    select
        channel_reach.reach_code,
        channel_reach.reach_name,
        channel_reach.reach_class,
        channel_reach.watershed_code,
        watershed.watershed_name,
        channel_reach.hydrologic_region,
        channel_reach.delta_side,
        channel_reach.is_tidal,
        network_arc.from_node,
        network_arc.to_node,
        network_node.latitude as from_latitude,
        network_node.longitude as from_longitude,
        coalesce(compared.has_minimum_flow, false) as has_minimum_flow,
        coalesce(compared.has_functional_flow_target, false) as has_functional_flow_target,
        coalesce(compared.has_unimpaired_flow, false) as has_unimpaired_flow,
        coalesce(compared.has_unimpaired_flow, false) and not channel_reach.is_tidal as has_ratio
    from channel_reach
    inner join network_arc on channel_reach.reach_code = network_arc.arc_code
    left join watershed on channel_reach.watershed_code = watershed.watershed_code
    left join network_node on network_arc.from_node = network_node.node_code
    left join compared on channel_reach.reach_code = compared.entity_code
)

select * from final
