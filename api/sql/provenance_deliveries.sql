-- The delivered files behind the tier results of a scenario. $1 = scenario id.
select
    tier_code,
    delivery_id,
    source_file,
    source_sha256,
    archive_key,
    loaded_at
from api_provenance_delivery
where scenario_id = $1
order by tier_code
