-- Delta variables by water month, in the unit of the row. $1 = scenario id, $2 = load id, $3 = variables.
select
    variable_code,
    variable_name,
    category,
    station_code,
    water_month,
    unit,
    mean as avg,
    cv,
    mean_cfs as avg_cfs,
    q0,
    q10,
    q30,
    q50,
    q70,
    q90,
    q100,
    exc_p5,
    exc_p10,
    exc_p25,
    exc_p50,
    exc_p75,
    exc_p90,
    exc_p95,
    sample_count,
    exceed_450_pct,
    exceed_900_pct,
    exceed_1600_pct,
    exceed_2500_pct,
    standard_basis,
    d1641_exceed_pct,
    d1641_outflow_met_pct,
    x2_collinsville_met_pct,
    x2_chipps_met_pct,
    x2_port_chicago_met_pct,
    x2_fall_met_pct
from api_delta_monthly
where
    scenario_id = $1
    and load_id = $2
    and variable_code = any($3::text[])
order by sort_order, water_month
