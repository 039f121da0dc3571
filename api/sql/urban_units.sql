-- The catalogue of urban demand units.
select
    unit_code,
    unit_label,
    wba_code,
    hydrologic_region,
    cs3_type,
    project,
    agency,
    has_groundwater,
    has_surface_water,
    group_codes,
    delivery_variables,
    shortage_variables,
    without_series_reason
from api_urban_unit
order by sort_order, unit_code
