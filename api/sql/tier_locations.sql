-- Levels of the locations of tiers. $1 = scenario id, $2 = tier codes.
select
    tier_code,
    tier_name,
    tier_type,
    location_code as location_id,
    location_name,
    location_type,
    tier_level,
    -- the weight of a location in the counts
    case when tier_level is not null then 1 end as tier_value,
    tier_score,
    is_tier_wide,
    display_order,
    delivery_id
from api_tier_location_result
where
    scenario_id = $1
    and tier_code = any($2::text[])
order by tier_code, display_order
