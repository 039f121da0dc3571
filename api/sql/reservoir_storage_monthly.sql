-- Storage by water month, % of capacity and TAF. $1 = scenario ids, $2 = load ids, $3 = reservoir codes.
select
    scenario_id,
    reservoir_code,
    reservoir_name,
    water_month,
    sample_count,
    capacity_taf,
    dead_pool_taf,
    cv,
    mean_taf,
    q0_taf,
    q10_taf,
    q30_taf,
    q50_taf,
    q70_taf,
    q90_taf,
    q100_taf,
    exc_p5_taf,
    exc_p10_taf,
    exc_p25_taf,
    exc_p50_taf,
    exc_p75_taf,
    exc_p90_taf,
    exc_p95_taf,
    mean_pct,
    q0_pct,
    q10_pct,
    q30_pct,
    q50_pct,
    q70_pct,
    q90_pct,
    q100_pct,
    exc_p5_pct,
    exc_p10_pct,
    exc_p25_pct,
    exc_p50_pct,
    exc_p75_pct,
    exc_p90_pct,
    exc_p95_pct
from api_reservoir_storage_monthly
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and reservoir_code = any($3::text[])
order by scenario_id, reservoir_code, water_month
