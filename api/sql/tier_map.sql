-- Levels and places of the locations of a tier. $1 = scenario id, $2 = tier code.
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
    delivery_id,
    coalesce(geometry_status, 'none') as geometry_status,
    geojson
from api_tier_location_result
left join api_tier_location_geometry using (location_type, location_code)
where
    scenario_id = $1
    and tier_code = $2
order by display_order
