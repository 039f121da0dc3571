-- Whole-simulation summary of each urban demand unit, TAF a year and percent, as the API shows it.
with

fact as (
    select * from {{ ref('fct_urban_period_summary') }}
),

unit as (
    select * from {{ ref('dim_demand_unit') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.unit_code,
        unit.unit_label,
        unit.hydrologic_region,
        unit.agency,
        unit.cs3_type,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.complete_years,
        fact.demand_source,
        fact.shortage_source,
        fact.annual_delivery_mean_taf,
        fact.annual_delivery_cv,
        fact.annual_delivery_exc_p5_taf,
        fact.annual_delivery_exc_p10_taf,
        fact.annual_delivery_exc_p25_taf,
        fact.annual_delivery_exc_p50_taf,
        fact.annual_delivery_exc_p75_taf,
        fact.annual_delivery_exc_p90_taf,
        fact.annual_delivery_exc_p95_taf,
        fact.annual_shortage_mean_taf,
        fact.annual_shortage_cv,
        fact.annual_shortage_exc_p5_taf,
        fact.annual_shortage_exc_p10_taf,
        fact.annual_shortage_exc_p25_taf,
        fact.annual_shortage_exc_p50_taf,
        fact.annual_shortage_exc_p75_taf,
        fact.annual_shortage_exc_p90_taf,
        fact.annual_shortage_exc_p95_taf,
        fact.annual_delivery_min_taf,
        fact.annual_delivery_max_taf,
        fact.annual_groundwater_pumping_mean_taf,
        fact.annual_demand_mean_taf,
        fact.shortage_complete_years,
        fact.shortage_years_count,
        fact.shortage_frequency_pct,
        fact.volumetric_reliability * 100 as reliability_pct,
        fact.volumetric_reliability,
        fact.annual_reliability,
        fact.monthly_reliability,
        fact.p95_annual_shortage_pct,
        fact.demand_met_pct
    from fact
    inner join unit on fact.unit_code = unit.unit_code
)

select * from final
