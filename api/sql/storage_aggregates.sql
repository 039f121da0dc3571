-- Storage of the groups north and south of the Delta by water month, TAF. $1 = scenario ids, $2 = load ids.
select
    scenario_id,
    aggregate_code,
    aggregate_name,
    member_count,
    members_present,
    water_month,
    sample_count,
    cv,
    mean_taf,
    q0_taf,
    q10_taf,
    q30_taf,
    q50_taf,
    q70_taf,
    q90_taf,
    q100_taf,
    exc_p5_taf,
    exc_p10_taf,
    exc_p25_taf,
    exc_p50_taf,
    exc_p75_taf,
    exc_p90_taf,
    exc_p95_taf
from api_storage_aggregate_monthly
where
    scenario_id = any($1::text[])
    and load_id = any($2::text[])
order by scenario_id, aggregate_code, water_month
