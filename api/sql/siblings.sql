-- The scenarios of sibling groups, active or not. $1 = scenario id whose group is asked for, or null for all groups.
select
    sibling_group,
    group_name as name,
    short_name,
    baseline_group,
    theme_codes,
    scenario_id,
    hydroclimate,
    hydroclimate_number as hydroclimate_id,
    is_active
from api_sibling_group
join api_scenario using (sibling_group)
left join api_scenario_setting using (scenario_id)
where
    $1::text is null
    or sibling_group = (select sibling_group from api_scenario where scenario_id = $1)
order by sibling_group, scenario_id
