-- What is known of each node of the network, where is it, and how many arcs meet there?
with

network_node as (
    select * from {{ ref('network_node') }}
),

network_arc as (
    select * from {{ ref('network_arc') }}
),

kind as (
    select * from {{ ref('network_kind') }}
    where element = 'node' and code_level = 'kind'
),

subtype as (
    select * from {{ ref('network_kind') }}
    where element = 'node' and code_level = 'subtype'
),

reservoir as (
    select * from {{ ref('reservoir') }}
),

arc_end as (
    select from_node as node_code from network_arc
    union all
    select to_node as node_code from network_arc
),

met as (
    select
        node_code,
        count(*)::integer as arc_count
    from arc_end
    group by node_code
),

final as (
    select
        network_node.node_code,
        network_node.node_name,
        network_node.kind_code,
        kind.kind_name,
        network_node.subtype_code,
        subtype.kind_name as subtype_name,
        case
            when reservoir.reservoir_code is not null then 'reservoir'
            else coalesce(kind.map_category, 'other')
        end as map_category,
        network_node.river,
        network_node.river_mile as distance_to_mouth_miles,
        network_node.hydrologic_region,
        network_node.latitude,
        network_node.longitude,
        network_node.stream_gauge,
        reservoir.reservoir_name,
        reservoir.river as reservoir_river,
        reservoir.capacity_taf,
        coalesce(met.arc_count, 0) as arc_count,
        network_node.source
    from network_node
    left join kind on network_node.kind_code = kind.kind_code
    left join subtype on network_node.subtype_code = subtype.kind_code
    left join reservoir on network_node.node_code = reservoir.reservoir_code
    left join met on network_node.node_code = met.node_code
)

select * from final
