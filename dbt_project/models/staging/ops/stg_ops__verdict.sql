-- What did the trend report say last of each model run?
with

ingest_run as (
    select * from {{ source('ops', 'ingest_run') }}
    where stage = 'validate' and state not in ('UNCHANGED', 'FAILED')
),

final as (
    select distinct on (receipt_id)
        receipt_id as load_id,
        state as verdict,
        message,
        finished_at as recorded_at
    from ingest_run
    where receipt_id is not null
    order by receipt_id asc, run_id desc
)

select * from final
