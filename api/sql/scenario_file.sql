-- One file that everybody may have. $1 = scenario id, $2 = kind of file.
select
    scenario_id,
    load_id,
    file_kind,
    file_name,
    size_bytes,
    sha256
from api_scenario_file
where
    scenario_id = $1
    and file_kind = $2
