-- Whole-simulation summary of each refuge, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_refuge_period_summary') }}
),

demand_unit as (
    select * from {{ ref('demand_unit') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.unit_code,
        coalesce(demand_unit.unit_name, demand_unit.unit_code) as unit_label,
        demand_unit.hydrologic_region,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.annual_demand_mean_taf,
        fact.annual_demand_cv,
        fact.annual_demand_exc_p5_taf,
        fact.annual_demand_exc_p10_taf,
        fact.annual_demand_exc_p25_taf,
        fact.annual_demand_exc_p50_taf,
        fact.annual_demand_exc_p75_taf,
        fact.annual_demand_exc_p90_taf,
        fact.annual_demand_exc_p95_taf,
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
        fact.demand_met_pct,
        fact.full_delivery_years_pct,
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join demand_unit on fact.unit_code = demand_unit.unit_code
)

select * from final
