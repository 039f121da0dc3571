-- The variables of the Delta.
select
    variable_code,
    variable_name,
    category,
    station_code,
    unit,
    is_compatibility
from api_delta_variable
order by sort_order
