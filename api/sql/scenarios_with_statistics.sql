-- The reservoirs with results, by active scenario.
select
    scenario_id,
    array_agg(reservoir_code order by reservoir_code) as reservoirs
from api_reservoir_period_summary
join api_scenario using (scenario_id, load_id)
where is_active
group by scenario_id
order by scenario_id
