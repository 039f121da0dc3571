-- Which files of the published load of an active scenario may everybody have? Routes: scenario, download.
with

scenario_file as (
    select * from {{ ref('dim_scenario_file') }}
    where is_public
),

scenario as (
    select * from {{ ref('api_scenario') }}
    where is_active
),

final as (
    select
        scenario_file.scenario_id,
        scenario_file.load_id,
        scenario_file.file_kind,
        scenario_file.archive_key,
        scenario_file.file_name,
        scenario_file.size_bytes,
        scenario_file.sha256,
        scenario_file.modified_at
    from scenario_file
    inner join scenario
        on
            scenario_file.scenario_id = scenario.scenario_id
            and scenario_file.load_id = scenario.load_id
)

select * from final
