-- Demand units whose outline is not what the list of units says: number of polygons, area, status. One row per unit.
with

dim_geometry as (
    select * from {{ ref('dim_geometry') }}
    where entity_kind = 'demand_unit' and geojson is not null
),

demand_unit as (
    select * from {{ ref('demand_unit') }}
)

select
    dim_geometry.entity_code,
    dim_geometry.polygon_count,
    demand_unit.polygon_count as listed_polygon_count,
    dim_geometry.area_acres,
    demand_unit.total_acres,
    dim_geometry.geometry_status,
    demand_unit.geometry_status as listed_geometry_status
from dim_geometry
inner join demand_unit on dim_geometry.entity_code = demand_unit.unit_code
where
    dim_geometry.geometry_status <> demand_unit.geometry_status
    or dim_geometry.polygon_count <> demand_unit.polygon_count
    or abs(dim_geometry.area_acres - demand_unit.total_acres) * 100 > 3 * demand_unit.total_acres
