-- The hydroclimates in the order of their numbers.
select
    hydroclimate_code as short_code,
    platform_number as hydroclimate_id,
    hydroclimate_name as name,
    is_reference,
    projection_year,
    temperature_change_degc,
    precipitation_change_pct,
    sea_level_rise_cm
from api_hydroclimate
order by platform_number
