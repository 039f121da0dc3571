-- Outflow, X2 and salinity of the Delta by water month. Route: delta/monthly.
with

fact as (
    select * from {{ ref('fct_delta_monthly') }}
),

delta_variable as (
    select * from {{ ref('delta_variable') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.variable_code,
        delta_variable.variable_name,
        delta_variable.category,
        delta_variable.station_code,
        delta_variable.is_compatibility,
        delta_variable.sort_order,
        fact.water_month,
        fact.unit,
        fact.sample_count,
        fact.mean,
        fact.cv,
        fact.q0,
        fact.q10,
        fact.q30,
        fact.q50,
        fact.q70,
        fact.q90,
        fact.q100,
        fact.exc_p5,
        fact.exc_p10,
        fact.exc_p25,
        fact.exc_p50,
        fact.exc_p75,
        fact.exc_p90,
        fact.exc_p95,
        fact.mean_cfs,
        fact.exceed_450_pct,
        fact.exceed_900_pct,
        fact.exceed_1600_pct,
        fact.exceed_2500_pct,
        fact.standard_basis,
        fact.d1641_exceed_pct,
        fact.d1641_outflow_met_pct,
        fact.x2_collinsville_met_pct,
        fact.x2_chipps_met_pct,
        fact.x2_port_chicago_met_pct,
        fact.x2_fall_met_pct,
        fact.d1641_months_count,
        fact.d1641_outflow_months_count,
        fact.x2_spring_months_count,
        fact.x2_fall_months_count
    from fact
    inner join delta_variable on fact.variable_code = delta_variable.variable_code
)

select * from final
