-- Whole-simulation summary of each agricultural aggregate, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_ag_aggregate_period_summary') }}
),

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.aggregate_code,
        supply_aggregate.aggregate_name,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.complete_years,
        fact.annual_delivery_mean_taf,
        fact.annual_delivery_cv,
        fact.annual_delivery_exc_p5_taf,
        fact.annual_delivery_exc_p10_taf,
        fact.annual_delivery_exc_p25_taf,
        fact.annual_delivery_exc_p50_taf,
        fact.annual_delivery_exc_p75_taf,
        fact.annual_delivery_exc_p90_taf,
        fact.annual_delivery_exc_p95_taf,
        fact.shortage_source,
        fact.shortage_complete_years,
        fact.annual_shortage_mean_taf,
        fact.annual_shortage_cv,
        fact.annual_shortage_exc_p5_taf,
        fact.annual_shortage_exc_p10_taf,
        fact.annual_shortage_exc_p25_taf,
        fact.annual_shortage_exc_p50_taf,
        fact.annual_shortage_exc_p75_taf,
        fact.annual_shortage_exc_p90_taf,
        fact.annual_shortage_exc_p95_taf,
        fact.shortage_years_count,
        fact.shortage_frequency_pct,
        fact.annual_shortage_mean_pct,
        fact.annual_shortage_pct_cv,
        fact.volumetric_reliability,
        fact.annual_reliability,
        fact.p95_annual_shortage_pct,
        fact.monthly_reliability,
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join supply_aggregate on fact.aggregate_code = supply_aggregate.aggregate_code
)

select * from final
