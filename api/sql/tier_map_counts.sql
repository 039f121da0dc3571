-- How many locations and different levels each tier of a scenario has. $1 = scenario id.
select
    tier_code,
    count(*) as location_count,
    count(distinct tier_level) as tier_levels_used
from api_tier_location_result
where scenario_id = $1
group by tier_code
