-- One scenario, active or not. $1 = scenario id or name of the model run.
select
    scenario_id,
    run_name,
    name,
    short_title,
    description,
    hydroclimate,
    hydroclimate_number as hydroclimate_id,
    hydroclimate_name,
    sibling_group,
    baseline_group as baseline_scenario,
    is_active,
    load_id,
    loaded_at,
    kind,
    first_month,
    last_month,
    themes,
    assumptions as key_assumptions,
    operations as key_operations
from api_scenario
left join api_scenario_setting using (scenario_id)
left join api_sibling_group using (sibling_group)
where scenario_id = $1 or run_name = $1
order by scenario_id
