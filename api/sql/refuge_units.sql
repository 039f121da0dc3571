-- The catalogue of wildlife refuges. Areas in acres.
select
    unit_code,
    unit_label,
    wba_code,
    hydrologic_region,
    cs3_type,
    managed_by,
    provider,
    has_groundwater,
    has_surface_water,
    total_acres
from api_refuge_unit
order by sort_order, unit_code
