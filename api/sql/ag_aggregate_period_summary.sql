-- Delivery and shortage of the whole period, TAF a year and %. $1 = scenario ids, $2 = load ids, $3 = codes of aggregates.
select
    scenario_id,
    aggregate_code,
    simulation_start_year,
    simulation_end_year,
    total_years,
    complete_years,
    annual_delivery_mean_taf,
    annual_delivery_cv,
    annual_delivery_exc_p5_taf,
    annual_delivery_exc_p10_taf,
    annual_delivery_exc_p25_taf,
    annual_delivery_exc_p50_taf,
    annual_delivery_exc_p75_taf,
    annual_delivery_exc_p90_taf,
    annual_delivery_exc_p95_taf,
    shortage_source,
    shortage_complete_years,
    annual_shortage_mean_taf,
    annual_shortage_cv,
    annual_shortage_exc_p5_taf,
    annual_shortage_exc_p10_taf,
    annual_shortage_exc_p25_taf,
    annual_shortage_exc_p50_taf,
    annual_shortage_exc_p75_taf,
    annual_shortage_exc_p90_taf,
    annual_shortage_exc_p95_taf,
    shortage_years_count,
    shortage_frequency_pct,
    reliability_pct,
    annual_reliability,
    monthly_reliability,
    p95_annual_shortage_pct,
    annual_shortage_mean_pct,
    annual_shortage_pct_cv
from api_ag_aggregate_period_summary
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and aggregate_code = any($3::text[])
order by scenario_id, aggregate_code
