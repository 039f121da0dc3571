-- Which files belong to each load of a scenario, and may the public have them?
{{ config(materialized='view') }}

with

scenario_file as (
    select * from {{ ref('stg_calsim__scenario_file') }}
),

final as (
    select
        scenario_id,
        load_id,
        file_kind,
        archive_key,
        file_name,
        size_bytes,
        sha256,
        modified_at,
        is_public
    from scenario_file
)

select * from final
