-- Whole-simulation summary of each reservoir, in TAF, CFS and percent. Route: period-summary.
with

fact as (
    select * from {{ ref('fct_reservoir_period_summary') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reservoir_code,
        reservoir.reservoir_name,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.capacity_taf,
        fact.dead_pool_taf,
        fact.dead_pool_pct,
        fact.dead_pool_basis,
        fact.flood_level_basis,
        fact.storage_exc_p5_pct,
        fact.storage_exc_p10_pct,
        fact.storage_exc_p25_pct,
        fact.storage_exc_p50_pct,
        fact.storage_exc_p75_pct,
        fact.storage_exc_p90_pct,
        fact.storage_exc_p95_pct,
        fact.storage_exc_p5_taf,
        fact.storage_exc_p10_taf,
        fact.storage_exc_p25_taf,
        fact.storage_exc_p50_taf,
        fact.storage_exc_p75_taf,
        fact.storage_exc_p90_taf,
        fact.storage_exc_p95_taf,
        fact.flood_release_years_count,
        fact.flood_release_frequency_pct,
        fact.flood_release_mean_cfs,
        fact.flood_release_peak_cfs,
        fact.annual_flood_release_mean_taf,
        fact.annual_flood_release_max_taf,
        fact.annual_flood_release_cv,
        fact.annual_max_flood_release_q50_cfs,
        fact.annual_max_flood_release_q90_cfs,
        fact.annual_max_flood_release_q100_cfs,
        fact.storage_at_flood_release_pct,
        fact.at_flood_pool_years_count,
        fact.at_flood_pool_frequency_pct,
        fact.at_flood_pool_month_frequency_pct,
        fact.flood_pool_prob_all,
        fact.flood_pool_prob_april,
        fact.flood_pool_prob_september,
        fact.dead_pool_prob_all,
        fact.dead_pool_prob_april,
        fact.dead_pool_prob_september,
        fact.storage_cv_all,
        fact.storage_cv_april,
        fact.storage_cv_september,
        fact.annual_mean_taf,
        fact.april_mean_taf,
        fact.september_mean_taf
    from fact
    inner join reservoir on fact.reservoir_code = reservoir.reservoir_code
)

select * from final
