-- The tiers with results, by active scenario.
select
    scenario_id,
    array_agg(tier_code order by tier_code) as tiers
from api_tier_result
join api_scenario using (scenario_id)
where is_active
group by scenario_id
order by scenario_id
