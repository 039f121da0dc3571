-- Which delivered file do the tier results of a scenario come from?
with

delivery as (
    select * from {{ ref('stg_tier__load') }}
),

final as (
    select
        scenario_id,
        tier_code,
        delivery_id,
        source_file,
        source_sha256,
        archive_key,
        loaded_at
    from delivery
)

select * from final
