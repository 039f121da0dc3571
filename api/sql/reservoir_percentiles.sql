-- Percentiles of storage by water month, % of capacity. $1 = scenario id, $2 = reservoir codes.
select
    load_id,
    reservoir_code,
    reservoir_name,
    water_month,
    capacity_taf,
    dead_pool_taf,
    mean_pct,
    q0_pct,
    q10_pct,
    q30_pct,
    q50_pct,
    q70_pct,
    q90_pct,
    q100_pct
from api_reservoir_storage_monthly
where
    scenario_id = $1
    and reservoir_code = any($2::text[])
order by reservoir_code, water_month
