-- Which polygons outline which entity, as the loader checked and measured them, in acres?
with

geometry as (
    select * from {{ source('reference', 'geometry') }}
),

final as (
    select
        polygon_code,
        entity_kind,
        entity_code,
        polygon_name,
        geometry as geojson,
        area_acres,
        published_area_acres,
        point_count
    from geometry
)

select * from final
