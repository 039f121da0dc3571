-- One scenario, active or not. $1 = scenario id.
select
    scenario_id,
    run_name,
    name,
    short_title,
    description,
    hydroclimate,
    sibling_group,
    is_active,
    load_id,
    loaded_at,
    first_month,
    last_month
from api_scenario
where scenario_id = $1
