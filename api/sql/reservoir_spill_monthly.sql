-- Flood releases (CFS) and months at the flood level by water month. $1 = scenario ids, $2 = load ids, $3 = reservoir codes.
select
    scenario_id,
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
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and reservoir_code = any($3::text[])
order by scenario_id, reservoir_code, water_month
