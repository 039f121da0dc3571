-- Water asked for by water month for each agricultural unit, in TAF.
with

fact as (
    select * from {{ ref('fct_agricultural_demand_monthly') }}
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
        fact.water_month,
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
    inner join demand_unit on fact.unit_code = demand_unit.unit_code
)

select * from final
