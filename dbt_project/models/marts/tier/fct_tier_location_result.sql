-- Which level does each location of a tier have in a scenario? 1 best to 4 worst, NULL where the delivery has no value.
-- A result of a tier as a whole stands at every location that has none of its own (method: tier).
with

delivered as (
    select * from {{ ref('stg_tier__value') }}
    where {{ in_scope() }}
),

delivery as (
    select * from {{ ref('stg_tier__load') }}
    where {{ in_scope() }}
),

tier as (
    select * from {{ ref('tier_definition') }}
),

listed as (
    select * from {{ ref('tier_location') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

area as (
    select * from {{ ref('wba') }}
),

demand_unit as (
    select * from {{ ref('dim_demand_unit') }}
),

own as (
    select
        scenario_id,
        tier_code,
        location_code,
        tier_level,
        tier_score,
        false as is_tier_wide
    from delivered
    where location_code is not null
),

tier_wide as (
    select
        delivered.scenario_id,
        delivered.tier_code,
        listed.location_code,
        delivered.tier_level,
        delivered.tier_score,
        true as is_tier_wide
    from delivered
    inner join listed on delivered.tier_code = listed.tier_code
    left join own
        on
            delivered.scenario_id = own.scenario_id
            and delivered.tier_code = own.tier_code
            and listed.location_code = own.location_code
    where delivered.location_code is null and own.location_code is null
),

located as (
    select * from own
    union all
    select * from tier_wide
),

final as (
    select
        located.scenario_id,
        located.tier_code,
        located.location_code,
        tier.location_type,
        coalesce(
            listed.location_name,
            reservoir.reservoir_name,
            area.wba_label,
            demand_unit.unit_label,
            located.location_code
        ) as location_name,
        located.tier_level,
        located.tier_score,
        located.is_tier_wide,
        (row_number() over (
            partition by located.scenario_id, located.tier_code
            order by located.location_code collate "C"
        ))::integer as display_order,
        delivery.delivery_id
    from located
    inner join tier on located.tier_code = tier.tier_code
    inner join delivery
        on
            located.scenario_id = delivery.scenario_id
            and located.tier_code = delivery.tier_code
    left join listed
        on
            located.tier_code = listed.tier_code
            and located.location_code = listed.location_code
    left join reservoir
        on tier.location_type = 'reservoir' and located.location_code = reservoir.reservoir_code
    left join area
        on tier.location_type = 'wba' and located.location_code = area.wba_code
    left join demand_unit
        on tier.location_type = 'demand_unit' and located.location_code = demand_unit.unit_code
)

select * from final
