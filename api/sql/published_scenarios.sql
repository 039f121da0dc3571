-- Which of these scenarios are active, and with which load? $1 = scenario ids.
select
    scenario_id,
    is_active,
    load_id
from api_scenario
where scenario_id = any($1::text[])
order by scenario_id
