-- Flow by reach over the whole period in CFS, TAF and % of the unimpaired flow and of the target.
-- $1 = scenario ids, $2 = load ids, $3 = reaches.
select
    scenario_id,
    reach_code as network_arc_id,
    simulation_start_year,
    simulation_end_year,
    total_years,
    total_months,
    annual_flow_mean_cfs as annual_flow_avg_cfs,
    annual_flow_mean_taf as annual_flow_avg_taf,
    annual_flow_cv,
    flow_exc_p5_cfs,
    flow_exc_p10_cfs,
    flow_exc_p25_cfs,
    flow_exc_p50_cfs,
    flow_exc_p75_cfs,
    flow_exc_p90_cfs,
    flow_exc_p95_cfs,
    flow_exc_p5_taf,
    flow_exc_p10_taf,
    flow_exc_p25_taf,
    flow_exc_p50_taf,
    flow_exc_p75_taf,
    flow_exc_p90_taf,
    flow_exc_p95_taf,
    null::double precision as p_value,
    pearson_r,
    pearson_t,
    correlation_months_count,
    of_unimpaired_annual_mean_pct as avg_pct_unimpaired,
    of_unimpaired_annual_cv as annual_cv_pct_unimpaired,
    of_unimpaired_volume_pct as pct_unimpaired_volume,
    of_target_annual_mean_pct as avg_pct_ff,
    of_target_annual_cv as annual_cv_pct_ff,
    of_target_volume_pct as pct_ff_volume,
    minimum_flow_met_pct as mif_met_pct,
    below_minimum_flow_pct as below_mif_pct,
    at_minimum_flow_pct as at_mif_pct,
    minimum_flow_months_count as mif_months_count,
    has_minimum_flow as has_mif,
    has_functional_flow_target as has_eflows,
    unimpaired_part_b as unimp_sv_variable
from api_env_flow_period_summary
join api_channel_reach using (reach_code)
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
    and reach_code = any($3::text[])
order by scenario_id, reach_code
