-- The variables behind entities, with their series in the present load.
-- $1 = scenario id, $2 = load id, $3 = kinds of entities, $4 = their codes.
select
    entity_kind,
    entity_code,
    part_kind,
    part_code,
    measure,
    dss_kind,
    part_a,
    part_b,
    part_c,
    part_e,
    part_f,
    unit,
    found_unit,
    sign,
    factor,
    is_sum,
    constant_value,
    source,
    confidence,
    needs_confirmation,
    status,
    source_file,
    source_row,
    source_sha256
from api_provenance_variable
where
    scenario_id = $1
    and load_id = $2
    and entity_kind = any($3::text[])
    and entity_code = any($4::text[])
order by entity_kind, entity_code, variable_number
