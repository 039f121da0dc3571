-- What the loader owns: landing tables, load records and the reading role. Everything else is built by dbt.
-- Idempotent: run by `coeqwal db init`.

create schema if not exists staging;
create schema if not exists ops;

create table if not exists staging.dss_series (
    scenario_id text not null,
    dss_kind text not null check (dss_kind in ('sv', 'dv')),
    part_a text not null,
    part_b text not null,
    part_c text not null,
    part_e text not null,
    part_f text not null,
    data_type text not null,
    units text not null,
    first_month date not null check (first_month = date '1921-10-01'),
    month_values double precision [] not null check (cardinality(month_values) = 1200),
    receipt_id text not null,
    source_file text not null,
    source_row integer not null,
    source_sha256 text not null,
    loaded_at timestamptz not null default now(),
    primary key (scenario_id, dss_kind, part_a, part_b, part_c, part_e, part_f)
) partition by list (scenario_id);

-- What is doubtful about a series, as {flag: months}; the codes stand in extract/dss/flags.py.
alter table staging.dss_series add column if not exists series_flags jsonb not null default '{}'
check (jsonb_typeof(series_flags) = 'object');

-- Compression by pglz costs more than the load itself: lz4 where the server has it, none where it has not.
do $$
begin
    alter table staging.dss_series alter column month_values set compression lz4;
exception when feature_not_supported then
    alter table staging.dss_series alter column month_values set storage external;
end
$$;

-- ANALYZE of long arrays takes longer than loading them, and no query needs their statistics.
alter table staging.dss_series alter column month_values set statistics 0;

create table if not exists staging.scenario_load (
    scenario_id text primary key check (scenario_id ~ '^s[0-9]{4}$'),
    receipt_id text not null,
    zip_name text not null,
    zip_sha256 text not null,
    dv_series integer not null,
    sv_series integer not null,
    first_month date not null,
    last_month date not null,
    loaded_at timestamptz not null default now()
);

-- NULL where the run was loaded before the generator marked its runs.
alter table staging.scenario_load add column if not exists kind text check (kind in ('model_run', 'synthetic'));

-- The files that belong to each load, of earlier loads, too: what readers see need not be the newest load.
create table if not exists staging.scenario_file (
    scenario_id text not null check (scenario_id ~ '^s[0-9]{4}$'),
    receipt_id text not null,
    file_kind text not null check (file_kind in ('zip', 'output_csv', 'sv_csv')),
    archive_key text not null,
    size_bytes bigint not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    modified_at timestamptz not null,
    primary key (scenario_id, receipt_id, file_kind)
);

create table if not exists staging.scenario_visibility (
    scenario_id text primary key check (scenario_id ~ '^s[0-9]{4}$'),
    is_public boolean not null,
    changed_at timestamptz not null default now()
);

create table if not exists staging.geometry (
    polygon_code text primary key,
    entity_kind text not null,
    entity_code text not null,
    polygon_name text,
    geometry jsonb not null,
    area_acres double precision not null,
    published_area_acres double precision not null,
    point_count integer not null
);

-- Tier results of the science teams, in normal form. A load replaces all rows of a scenario and tier.
create table if not exists staging.tier_load (
    scenario_id text not null check (scenario_id ~ '^s[0-9]{4}$'),
    tier_code text not null,
    delivery_id text not null,
    content_digest text not null,
    source_file text not null,
    source_sha256 text not null,
    archive_key text not null,
    result_count integer not null,
    loaded_at timestamptz not null default now(),
    primary key (scenario_id, tier_code)
);

create table if not exists staging.tier_value (
    scenario_id text not null,
    tier_code text not null,
    location_code text,
    tier_level integer check (tier_level between 1 and 4),
    tier_score double precision check (trunc(tier_score) = tier_level),
    inputs jsonb not null,
    source_row integer not null,
    source_column text not null,
    unique nulls not distinct (scenario_id, tier_code, location_code),
    foreign key (scenario_id, tier_code) references staging.tier_load on delete cascade
);

-- Which scenarios have data, and which version of them: dbt builds what has another version than its rows.
create or replace view staging.scenario_version as
select
    coalesce(run.scenario_id, tier.scenario_id) as scenario_id,
    concat_ws('+', run.receipt_id, tier.version) as version,
    run.receipt_id,
    tier.version as tier_version
from staging.scenario_load as run
full join (
    select
        scenario_id,
        'tiers-' || left(md5(string_agg(tier_code || content_digest, ',' order by tier_code)), 12) as version
    from staging.tier_load
    group by scenario_id
) as tier on run.scenario_id = tier.scenario_id;

create table if not exists ops.scenario_build (
    model text not null,
    scenario_id text not null,
    fingerprint text not null,
    invocation_id text not null,
    built_at timestamptz not null default clock_timestamp(),
    primary key (model, scenario_id)
);

alter table ops.scenario_build add column if not exists path text;
alter table ops.scenario_build add column if not exists parents text [];
alter table ops.scenario_build add column if not exists compiled_sql text;
-- Of which load, and by which state of the whole project: enough to know that rows need not be built again.
alter table ops.scenario_build add column if not exists data_version text;
alter table ops.scenario_build add column if not exists code_version text;

-- Green deploys: enough to know that the next one has nothing to do.
create table if not exists ops.deployment (
    deployment_id bigint generated always as identity primary key,
    code_version text not null,
    deployed_at timestamptz not null default clock_timestamp()
);

-- Frozen copies of a scenario's statistics in the archive. The same load has another one when it was built by other code.
create table if not exists ops.release (
    scenario_id text not null,
    load_id text not null,
    record_sha256 text not null,
    record_key text not null,
    snapshot integer not null,
    frozen_at timestamptz not null default clock_timestamp(),
    primary key (scenario_id, load_id, record_sha256)
);

alter table ops.release add column if not exists kind text check (kind in ('model_run', 'synthetic'));

create table if not exists ops.ingest_run (
    run_id bigint generated always as identity primary key,
    scenario_id text,
    stage text not null,
    state text not null,
    reason_code text,
    message text,
    receipt_id text,
    code_fingerprint text,
    operator text,
    override_reason text,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp()
);

alter table ops.ingest_run add column if not exists operator text;
alter table ops.ingest_run add column if not exists override_reason text;
alter table ops.ingest_run drop constraint if exists ingest_run_state_check;
alter table ops.ingest_run add constraint ingest_run_state_check check (
    state in (
        'RECEIVED', 'CLASSIFIED', 'EXTRACTED', 'VALIDATED', 'NOT_VALIDATED', 'OVERRIDDEN', 'LOADED', 'BUILT', 'VERIFIED',
        'ACTIVE', 'INACTIVE', 'DEPLOYED', 'UNCHANGED', 'FAILED'
    )
);
alter table ops.ingest_run drop constraint if exists ingest_run_reason_check;
alter table ops.ingest_run add constraint ingest_run_reason_check check (
    (state = 'FAILED') = (reason_code is not null) and (state = 'OVERRIDDEN') <= (override_reason is not null)
);

-- What the checks of a model run found. A row is about one load: family tier has the version of the scenario's tier
-- results in load_id, every other family the receipt id of its model run. A check that looked at nothing has not passed.
create table if not exists ops.verification_result (
    result_id bigint generated always as identity primary key,
    run_id text not null,
    scenario_id text not null check (scenario_id ~ '^s[0-9]{4}$'),
    load_id text not null,
    question text not null,
    family text not null,
    check_name text not null,
    status text not null check (status in ('passed', 'failed', 'error', 'not_checked')),
    checked_count bigint check (checked_count >= 0),
    failed_count bigint check (failed_count >= 0),
    message text,
    examples jsonb not null default '[]' check (jsonb_typeof(examples) = 'array'),
    verifier text not null check (verifier in ('dbt', 'great_expectations', 'oracle', 'api', 'pytest')),
    code_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check (status <> 'passed' or (coalesce(checked_count, 1) > 0 and coalesce(failed_count, 0) = 0))
);

create index if not exists verification_result_by_cell
on ops.verification_result (scenario_id, load_id, question, family, check_name, result_id);

-- The data tests that dbt has now: one without a result is not passed, and a result of one that is gone does not count.
create table if not exists ops.verification_check (
    question text not null,
    family text not null,
    check_name text not null,
    primary key (question, family, check_name)
);

-- Who showed or hid which load of a scenario, and when.
create table if not exists ops.activation (
    activation_id bigint generated always as identity primary key,
    scenario_id text not null check (scenario_id ~ '^s[0-9]{4}$'),
    load_id text not null,
    is_active boolean not null,
    changed_by text not null,
    reason text,
    changed_at timestamptz not null default clock_timestamp()
);

-- Why a load that the trend report disproves was shown all the same.
alter table ops.activation add column if not exists override_confirmation text;

create or replace view ops.activation_state as
select distinct on (scenario_id) *
from ops.activation
order by scenario_id, activation_id desc;

create or replace function ops.keep_history() returns trigger language plpgsql as $$
begin
    raise exception 'ops.% is a history: % is refused', tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation';
end
$$;

create or replace trigger ingest_run_is_kept
before update or delete or truncate on ops.ingest_run
for each statement execute function ops.keep_history();

create or replace trigger verification_result_is_kept
before update or delete or truncate on ops.verification_result
for each statement execute function ops.keep_history();

create or replace trigger activation_is_kept
before update or delete or truncate on ops.activation
for each statement execute function ops.keep_history();

drop function if exists ops.keep_ingest_run();

comment on schema staging is 'Raw rows of model runs as they came, and the staging views that dbt puts on them.';
comment on table staging.dss_series is 'One row per HEC-DSS series of a loaded model run; month_values[i] is month i of the calendar October 1921 to September 2021.';
comment on table staging.scenario_load is 'One row per scenario: the model run that is loaded now. staging.scenario_version takes it from here.';
comment on table staging.scenario_file is 'One row per scenario, load and kind of file: the ZIP of the model run and the CSV files made from it, in the archive under their hash.';
comment on table staging.scenario_visibility is 'One row per scenario of the archive: whether its files may be handed to the public.';
comment on table staging.tier_load is 'One row per scenario and tier: the delivery whose results are loaded now.';
comment on table staging.tier_value is 'One row per scenario, tier and location, or per scenario and tier where one result is of all locations (location_code NULL).';
comment on view staging.scenario_version is 'One row per scenario with a model run or tier results, and the version of its data. dbt takes the registry of scenarios from here.';
comment on table staging.geometry is 'One row per polygon of a demand unit, GeoJSON with rings by the right-hand rule; from the project''s own file.';
comment on table ops.scenario_build is 'One row per dbt node and scenario: the data and code version its rows were built from; scenario * stands for a node without scenarios; and the SQL that was run. Written by the materializations.';
comment on table ops.deployment is 'One row per deploy of the dbt project whose tests all passed. Written by coeqwal.';
comment on table ops.release is 'One row per frozen copy of a load''s statistics in the archive. Written by the freezing.';
comment on table ops.ingest_run is 'One row per run of a stage; a trigger refuses to change or remove one. A model run goes through the states RECEIVED, CLASSIFIED, EXTRACTED, VALIDATED (or NOT_VALIDATED without a usable trend report, or OVERRIDDEN against it), LOADED, BUILT, VERIFIED and ACTIVE (INACTIVE once it is hidden); FAILED has a reason code.';
comment on table ops.verification_result is 'One row per check of a load and run of the check; a trigger refuses to change or remove one. The newest run of a check counts.';
comment on table ops.verification_check is 'One row per data test of scenario rows that dbt has now. Written at the end of dbt''s runs.';
comment on table ops.activation is 'One row per change of what the API shows of a scenario; a trigger refuses to change or remove one. load_id is the receipt id of the model run that was shown or hidden.';
comment on view ops.activation_state is 'One row per scenario that was ever activated: its newest row in ops.activation.';

-- Roles belong to the server: another database of it may create this one at the same moment.
do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'coeqwal_read') then
        create role coeqwal_read nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

-- An API without a login of its own becomes coeqwal_read after it has logged in as the owner.
do $$
begin
    perform set_config('role', 'coeqwal_read', true);
    perform set_config('role', 'none', true);
exception when insufficient_privilege then
    execute format('grant coeqwal_read to %I', current_user);
end
$$;
