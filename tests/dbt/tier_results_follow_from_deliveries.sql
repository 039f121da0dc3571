-- Deliveries without a result or with other results than theirs, and results without a delivery.
with

delivery as (
    select * from {{ ref('stg_tier__load') }}
    where {{ in_scope() }}
),

delivered as (
    select * from {{ ref('stg_tier__value') }}
    where {{ in_scope() }} and location_code is not null
),

located as (
    select * from {{ ref('fct_tier_location_result') }}
    where {{ in_scope() }} and not is_tier_wide
),

result as (
    select * from {{ ref('fct_tier_result') }}
    where {{ in_scope() }}
),

unplaced as (
    select
        coalesce(delivered.scenario_id, located.scenario_id) as scenario_id,
        coalesce(delivered.tier_code, located.tier_code) as tier_code,
        coalesce(delivered.location_code, located.location_code) as location_code
    from delivered
    full join located
        on
            delivered.scenario_id = located.scenario_id
            and delivered.tier_code = located.tier_code
            and delivered.location_code = located.location_code
            and delivered.tier_level is not distinct from located.tier_level
    where delivered.scenario_id is null or located.scenario_id is null
),

final as (
    select
        scenario_id,
        tier_code,
        location_code
    from unplaced
    union all
    select
        coalesce(delivery.scenario_id, result.scenario_id) as scenario_id,
        coalesce(delivery.tier_code, result.tier_code) as tier_code,
        null as location_code
    from delivery
    full join result
        on
            delivery.scenario_id = result.scenario_id
            and delivery.tier_code = result.tier_code
            and delivery.delivery_id = result.delivery_id
            and delivery.content_digest = result.content_digest
    where delivery.scenario_id is null or result.scenario_id is null
)

select * from final
