-- Whole-simulation summary of each contractor, TAF a year and percent, as the API shows it.
with

fact as (
    select * from {{ ref('fct_contractor_period_summary') }}
),

contractor as (
    select * from {{ ref('dim_mi_contractor') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.contractor_code,
        contractor.contractor_name,
        contractor.project,
        contractor.service_area,
        contractor.contractor_type,
        fact.simulation_start_year,
        fact.simulation_end_year,
        fact.total_years,
        fact.complete_years,
        fact.demand_source,
        fact.shortage_source,
        fact.table_a_taf,
        fact.table_a_status,
        fact.annual_delivery_table_a_pct,
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
    inner join contractor on fact.contractor_code = contractor.contractor_code
)

select * from final
