-- The catalogue of agricultural demand units. Areas in acres.
select
    unit_code,
    unit_label,
    wba_code,
    hydrologic_region,
    cs3_type,
    agency,
    provider,
    has_groundwater,
    has_surface_water,
    total_acres,
    has_polygons,
    without_series_reason
from api_agricultural_unit
order by sort_order, unit_code
