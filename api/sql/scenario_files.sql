-- The files that everybody may have, by scenario.
select
    scenario_id,
    load_id,
    file_kind,
    archive_key,
    file_name,
    size_bytes,
    sha256,
    modified_at
from api_scenario_file
order by scenario_id, file_kind
