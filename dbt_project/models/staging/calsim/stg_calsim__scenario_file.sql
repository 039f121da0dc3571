-- Which files belong to each load of a scenario, and may the public have them?
with

scenario_file as (
    select * from {{ source('calsim', 'scenario_file') }}
),

visibility as (
    select * from {{ source('calsim', 'scenario_visibility') }}
),

final as (
    select
        scenario_file.scenario_id,
        scenario_file.receipt_id as load_id,
        scenario_file.file_kind,
        scenario_file.archive_key,
        regexp_replace(scenario_file.archive_key, '^.*/', '') as file_name,
        scenario_file.size_bytes,
        scenario_file.sha256,
        scenario_file.modified_at,
        coalesce(visibility.is_public, false) as is_public
    from scenario_file
    left join visibility on scenario_file.scenario_id = visibility.scenario_id
)

select * from final
