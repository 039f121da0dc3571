-- Which file does each load come from, and where is its frozen copy? Route: provenance.
with

load as (
    select * from {{ ref('int_provenance__load') }}
),

final as (
    select
        scenario_id,
        load_id,
        is_in_staging,
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
        release_snapshot,
        frozen_at,
        kind
    from load
)

select * from final
