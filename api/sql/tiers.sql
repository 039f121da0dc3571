-- The tiers, those of a single level first.
select
    tier_code,
    tier_name,
    description,
    tier_type,
    level_count,
    location_type,
    expected_locations
from api_tier
order by tier_type desc, tier_code
