-- How many tiers and locations each active scenario has.
select
    scenario_id as scenario_code,
    count(distinct tier_code) as tier_count,
    count(*) as location_count
from api_tier_location_result
join api_scenario using (scenario_id)
where is_active
group by scenario_id
order by scenario_id
