-- Demand of each urban demand unit by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_urban_demand_monthly') }}
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
        fact.water_month,
        fact.demand_source,
        fact.sample_count,
        fact.mean_taf,
        fact.cv,
        fact.q0_taf,
        fact.q10_taf,
        fact.q30_taf,
        fact.q50_taf,
        fact.q70_taf,
        fact.q90_taf,
        fact.q100_taf,
        fact.exc_p5_taf,
        fact.exc_p10_taf,
        fact.exc_p25_taf,
        fact.exc_p50_taf,
        fact.exc_p75_taf,
        fact.exc_p90_taf,
        fact.exc_p95_taf
    from fact
    inner join unit on fact.unit_code = unit.unit_code
)

select * from final
