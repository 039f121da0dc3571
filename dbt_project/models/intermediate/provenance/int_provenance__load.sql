-- Which file does each load come from, by which code was it built, and where is its frozen copy?
-- Of a load that is not in staging any more only the frozen copy is known here.
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

-- the last build of each load that did something
build as (
    select distinct on (scenario_id, load_id) *
    from {{ ref('stg_ops__stage_run') }}
    where stage = 'build' and state = 'BUILT'
    order by scenario_id asc, load_id asc, run_id desc
),

-- whoever builds with plain dbt leaves no record of the code
rebuilt as (
    select
        scenario_id,
        max(built_at) as built_at
    from {{ ref('stg_ops__scenario_build') }}
    group by scenario_id
),

release as (
    select distinct on (scenario_id, load_id) *
    from {{ ref('stg_ops__release') }}
    order by scenario_id asc, load_id asc, frozen_at desc
),

known as (
    select
        coalesce(scenario_load.scenario_id, release.scenario_id) as scenario_id,
        coalesce(scenario_load.load_id, release.load_id) as load_id,
        scenario_load.load_id is not null as is_in_staging,
        scenario_load.zip_name,
        scenario_load.zip_sha256,
        scenario_load.dv_series_count,
        scenario_load.sv_series_count,
        scenario_load.first_month,
        scenario_load.last_month,
        scenario_load.loaded_at,
        coalesce(scenario_load.kind, release.kind) as kind,
        release.record_key as release_key,
        release.record_sha256 as release_sha256,
        release.snapshot as release_snapshot,
        release.frozen_at
    from scenario_load
    full join release
        on
            scenario_load.scenario_id = release.scenario_id
            and scenario_load.load_id = release.load_id
),

final as (
    select
        known.*,
        case when rebuilt.built_at <= build.finished_at then build.code_version end as code_version,
        rebuilt.built_at
    from known
    left join build
        on known.scenario_id = build.scenario_id and known.load_id = build.load_id
    left join rebuilt on known.scenario_id = rebuilt.scenario_id and known.is_in_staging
)

select * from final
