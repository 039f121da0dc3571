-- Delivery, demand and shortage of the whole period, TAF a year and %. $1 = scenario ids, $2 = load ids, $3 = codes of contractors.
select
    scenario_id,
    contractor_code,
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
    annual_delivery_min_taf,
    annual_delivery_max_taf,
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
    demand_source,
    annual_demand_mean_taf,
    demand_met_pct,
    table_a_taf,
    annual_delivery_table_a_pct
from api_contractor_period_summary
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and contractor_code = any($3::text[])
order by scenario_id, contractor_code
