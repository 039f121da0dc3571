-- Shortage by water month, TAF and % of demand. $1 = scenario ids, $2 = load ids, $3 = codes of agricultural demand units.
select
    scenario_id,
    unit_code,
    water_month,
    sample_count,
    mean_taf,
    cv,
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
    shortage_frequency_pct,
    shortage_mean_pct,
    shortage_pct_cv,
    demand_met_pct
from api_agricultural_shortage_monthly
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and unit_code = any($3::text[])
order by scenario_id, unit_code, water_month
