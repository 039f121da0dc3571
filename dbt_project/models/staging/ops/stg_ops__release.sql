-- Which frozen copies of a scenario's statistics are in the archive?
with

release as (
    select * from {{ source('ops', 'release') }}
),

final as (
    select
        scenario_id,
        load_id,
        record_sha256,
        record_key,
        snapshot,
        frozen_at,
        kind
    from release
)

select * from final
