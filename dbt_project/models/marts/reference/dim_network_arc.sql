-- What is known of each arc of the network, which nodes does it join, and where are they?
with

network_arc as (
    select * from {{ ref('network_arc') }}
),

network_node as (
    select * from {{ ref('network_node') }}
),

kind as (
    select * from {{ ref('network_kind') }}
    where element = 'arc' and code_level = 'kind'
),

subtype as (
    select * from {{ ref('network_kind') }}
    where element = 'arc' and code_level = 'subtype'
),

final as (
    select
        network_arc.arc_code,
        network_arc.arc_name,
        network_arc.kind_code,
        kind.kind_name,
        network_arc.subtype_code,
        subtype.kind_name as subtype_name,
        network_arc.from_node,
        network_arc.to_node,
        network_arc.endpoint_source,
        start_node.latitude as from_latitude,
        start_node.longitude as from_longitude,
        end_node.latitude as to_latitude,
        end_node.longitude as to_longitude,
        network_arc.hydrologic_region,
        network_arc.river,
        network_arc.length_m,
        network_arc.source
    from network_arc
    left join kind on network_arc.kind_code = kind.kind_code
    left join subtype on network_arc.subtype_code = subtype.kind_code
    left join network_node as start_node on network_arc.from_node = start_node.node_code
    left join network_node as end_node on network_arc.to_node = end_node.node_code
)

select * from final
