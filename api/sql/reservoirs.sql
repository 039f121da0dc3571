-- The catalogue of reservoirs. Capacities in TAF.
select
    reservoir_code,
    reservoir_name,
    hydrologic_region,
    river,
    capacity_taf,
    capacity_status,
    dead_pool_taf,
    groups
from api_reservoir
order by sort_order, reservoir_code
