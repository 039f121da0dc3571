-- Which variables and series stand behind the numbers of an entity? Route: provenance.
with

variable as (
    select * from {{ ref('int_provenance__variable') }}
),

final as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        part_kind,
        part_code,
        variable_number,
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
    from variable
)

select * from final
