-- Which arcs has the network, and which nodes do they join? Routes: arcs, search, traversal.
with

network_arc as (
    select * from {{ ref('dim_network_arc') }}
),

final as (
    select
        arc_code,
        arc_name,
        kind_code,
        kind_name,
        subtype_code,
        subtype_name,
        from_node,
        to_node,
        endpoint_source,
        from_latitude,
        from_longitude,
        to_latitude,
        to_longitude,
        hydrologic_region,
        river,
        length_m,
        source
    from network_arc
)

select * from final
