-- Where is each demand unit, node and station, as GeoJSON, and how far can its outline be trusted?
{{ config(materialized='view') }}

with

polygon as (
    select * from {{ ref('stg_reference__polygon') }}
),

threshold as (
    select * from {{ ref('threshold') }}
    where threshold_code = 'polygon_area_acres'
),

demand_unit as (
    select * from {{ ref('demand_unit') }}
),

network_node as (
    select * from {{ ref('network_node') }}
),

delta_station as (
    select * from {{ ref('delta_station') }}
),

collected as (
    select
        polygon.entity_kind,
        polygon.entity_code,
        jsonb_agg(ring.outline_part order by polygon.polygon_code, ring.part_number) as parts
    from polygon
    cross join
        lateral jsonb_array_elements(polygon.geojson -> 'coordinates')
        with ordinality as ring (outline_part, part_number)
    group by polygon.entity_kind, polygon.entity_code
),

outline as (
    select
        polygon.entity_kind,
        polygon.entity_code,
        count(*)::integer as polygon_count,
        sum(polygon.area_acres) as area_acres,
        sum(polygon.published_area_acres) as published_area_acres,
        bool_and(polygon.area_acres < threshold.value) as is_stand_in
    from polygon
    cross join threshold
    group by polygon.entity_kind, polygon.entity_code
),

place as (
    select
        'network_node' as entity_kind,
        node_code as entity_code,
        longitude,
        latitude
    from network_node
    union all
    select
        'delta_station' as entity_kind,
        station_code as entity_code,
        longitude,
        latitude
    from delta_station
),

final as (
    select
        'demand_unit' as entity_kind,
        demand_unit.unit_code as entity_code,
        case
            when outline.is_stand_in then 'placeholder'
            when outline.entity_code is not null then 'polygons'
            else demand_unit.geometry_status
        end as geometry_status,
        case
            when collected.parts is not null
                then jsonb_build_object('type', 'MultiPolygon', 'coordinates', collected.parts)
        end as geojson,
        coalesce(outline.polygon_count, 0) as polygon_count,
        outline.area_acres,
        outline.published_area_acres
    from demand_unit
    left join outline
        on outline.entity_kind = 'demand_unit' and demand_unit.unit_code = outline.entity_code
    left join collected
        on collected.entity_kind = 'demand_unit' and demand_unit.unit_code = collected.entity_code
    union all
    select
        entity_kind,
        entity_code,
        case when latitude is null then 'none' else 'point' end as geometry_status,
        case
            when latitude is not null
                then
                    jsonb_build_object(
                        'type', 'Point', 'coordinates', jsonb_build_array(longitude, latitude)
                    )
        end as geojson,
        0 as polygon_count,
        null::double precision as area_acres,
        null::double precision as published_area_acres
    from place
)

select * from final
