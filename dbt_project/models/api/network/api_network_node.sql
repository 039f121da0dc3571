-- Which nodes has the network, where are they, and what stands there? Routes: nodes, search, traversal.
with

network_node as (
    select * from {{ ref('dim_network_node') }}
),

final as (
    select
        node_code,
        node_name,
        kind_code,
        kind_name,
        subtype_code,
        subtype_name,
        map_category,
        river,
        distance_to_mouth_miles,
        hydrologic_region,
        latitude,
        longitude,
        stream_gauge,
        reservoir_name,
        reservoir_river,
        capacity_taf,
        arc_count,
        source
    from network_node
)

select * from final
