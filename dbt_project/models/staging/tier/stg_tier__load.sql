-- Which delivery holds the results of each scenario and tier now?
with

tier_load as (
    select * from {{ source('tier', 'tier_load') }}
),

final as (
    select
        scenario_id,
        tier_code,
        delivery_id,
        content_digest,
        source_file,
        source_sha256,
        archive_key,
        result_count,
        loaded_at
    from tier_load
)

select * from final
