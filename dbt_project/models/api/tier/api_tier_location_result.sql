-- The level of each location of a tier in a scenario. Routes: locations of a scenario, tier map.
with

fact as (
    select * from {{ ref('fct_tier_location_result') }}
),

tier as (
    select * from {{ ref('tier_definition') }}
),

final as (
    select
        fact.*,
        tier.tier_name,
        tier.tier_type
    from fact
    inner join tier on fact.tier_code = tier.tier_code
)

select * from final
