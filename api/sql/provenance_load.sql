-- The file and the build of a load, and its frozen copy. $1 = scenario id, $2 = load id.
select
    load_id,
    zip_name,
    zip_sha256,
    dv_series_count,
    sv_series_count,
    first_month,
    last_month,
    loaded_at,
    code_version,
    built_at,
    release_key,
    release_sha256,
    frozen_at,
    kind
from api_provenance_load
where
    scenario_id = $1
    and load_id = $2
