-- Percentiles of storage by water month, % of capacity. $1 = scenario ids, $2 = load ids, $3 = reservoir codes.
select
    scenario_id,
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
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and reservoir_code = any($3::text[])
order by scenario_id, reservoir_code, water_month
