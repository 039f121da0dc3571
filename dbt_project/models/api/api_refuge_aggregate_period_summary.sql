-- Whole-simulation summary of each refuge aggregate, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_refuge_aggregate_period_summary') }}
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
        fact.annual_delivery_exc_p95_taf
    from fact
    inner join supply_aggregate on fact.aggregate_code = supply_aggregate.aggregate_code
)

select * from final
