-- All active scenarios of the catalogue.
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
    loaded_at
from api_scenario
where is_active
order by scenario_id
