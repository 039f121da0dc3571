-- Flood releases (CFS) and months at the flood level by water month. $1 = scenario id, $2 = reservoir codes.
select
    load_id,
    reservoir_code,
    reservoir_name,
    water_month,
    total_months,
    flood_release_months_count,
    flood_release_frequency_pct,
    flood_release_mean_cfs,
    flood_release_max_cfs,
    flood_release_q50_cfs,
    flood_release_q90_cfs,
    flood_release_q100_cfs,
    storage_at_flood_release_pct,
    storage_at_flood_release_taf,
    at_flood_pool_total_months,
    at_flood_pool_months_count,
    at_flood_pool_frequency_pct
from api_reservoir_spill_monthly
where
    scenario_id = $1
    and reservoir_code = any($2::text[])
order by reservoir_code, water_month
