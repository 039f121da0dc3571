-- The reservoirs with results, by scenario.
select
    scenario_id,
    array_agg(reservoir_code order by reservoir_code) as reservoirs
from api_reservoir_period_summary
group by scenario_id
order by scenario_id
