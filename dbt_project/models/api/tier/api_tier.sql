-- Which tiers are there, of which type, and what is each about? Routes: tier definitions and list.
with

tier as (
    select * from {{ ref('tier_definition') }}
),

final as (
    select
        tier_code,
        tier_name,
        description,
        tier_type,
        level_count,
        location_type,
        expected_locations,
        sort_order
    from tier
)

select * from final
