-- The reservoirs with a period summary in at least one active scenario. Capacity in TAF.
select
    reservoir_code,
    reservoir_name,
    capacity_taf
from api_reservoir
where
    reservoir_code in (
        select reservoir_code
        from api_reservoir_period_summary
        join api_scenario using (scenario_id, load_id)
        where is_active
    )
order by sort_order, reservoir_code
