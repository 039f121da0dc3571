-- All active scenarios of the catalogue.
select
    scenario_id,
    run_name,
    name,
    short_title,
    description,
    hydroclimate,
    hydroclimate_number as hydroclimate_id,
    sibling_group,
    baseline_group as baseline_scenario,
    is_active,
    load_id,
    loaded_at,
    kind
from api_scenario
left join api_scenario_setting using (scenario_id)
left join api_sibling_group using (sibling_group)
where is_active
order by scenario_id
