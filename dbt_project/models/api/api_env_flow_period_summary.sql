-- Whole-run summary of the flow of each reach, in CFS, TAF and percent. Route: channels/period-summary.
with

fact as (
    select * from {{ ref('fct_env_flow_period_summary') }}
),

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reach_code,
        channel_reach.reach_name,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.total_months,
        fact.complete_years,
        fact.annual_flow_mean_cfs,
        fact.annual_flow_mean_taf,
        fact.annual_flow_cv,
        fact.flow_exc_p5_cfs,
        fact.flow_exc_p5_taf,
        fact.flow_exc_p10_cfs,
        fact.flow_exc_p10_taf,
        fact.flow_exc_p25_cfs,
        fact.flow_exc_p25_taf,
        fact.flow_exc_p50_cfs,
        fact.flow_exc_p50_taf,
        fact.flow_exc_p75_cfs,
        fact.flow_exc_p75_taf,
        fact.flow_exc_p90_cfs,
        fact.flow_exc_p90_taf,
        fact.flow_exc_p95_cfs,
        fact.flow_exc_p95_taf,
        fact.correlation_months_count,
        fact.pearson_r,
        fact.pearson_t,
        fact.of_unimpaired_years_count,
        fact.of_unimpaired_annual_mean_pct,
        fact.of_unimpaired_annual_cv,
        fact.of_unimpaired_volume_pct,
        fact.of_target_years_count,
        fact.of_target_annual_mean_pct,
        fact.of_target_annual_cv,
        fact.of_target_volume_pct,
        fact.minimum_flow_months_count,
        fact.minimum_flow_met_pct,
        fact.below_minimum_flow_pct,
        fact.at_minimum_flow_pct
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
)

select * from final
