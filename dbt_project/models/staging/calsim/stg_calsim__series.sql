-- What series did a model run bring? Names and units trimmed; the values stay an array of 1,200 months.
with

series as (
    select * from {{ source('calsim', 'dss_series') }}
),

final as (
    select
        scenario_id,
        receipt_id as load_id,
        dss_kind,
        upper(btrim(part_a)) as part_a,
        upper(btrim(part_b)) as part_b,
        upper(btrim(part_c)) as part_c,
        upper(btrim(part_e)) as part_e,
        upper(btrim(part_f)) as part_f,
        {{ normalise_units('units') }} as units,
        month_values,
        series_flags,
        source_file,
        source_row,
        source_sha256
    from series
)

select * from final
