-- Where is each place that a tier can speak of? Shares of a reservoir lie where the reservoir lies. Route: tier map.
with

geometry as (
    select * from {{ ref('dim_geometry') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

located as (
    select
        case when entity_kind = 'delta_station' then 'compliance_station' else entity_kind end
            as location_type,
        entity_code as location_code,
        geometry_status,
        geojson
    from geometry
    union all
    select
        'reservoir' as location_type,
        reservoir.reservoir_code as location_code,
        geometry.geometry_status,
        geometry.geojson
    from reservoir
    inner join geometry
        on
            geometry.entity_kind = 'network_node'
            and coalesce(reservoir.parent_reservoir_code, reservoir.reservoir_code)
            = geometry.entity_code
),

final as (
    select
        location_type,
        location_code,
        geometry_status,
        geojson
    from located
)

select * from final
