-- Which stages were run for which scenario and load, by which code, and what did they reach?
with

ingest_run as (
    select * from {{ source('ops', 'ingest_run') }}
),

final as (
    select
        run_id,
        scenario_id,
        stage,
        state,
        receipt_id as load_id,
        code_fingerprint as code_version,
        finished_at
    from ingest_run
)

select * from final
