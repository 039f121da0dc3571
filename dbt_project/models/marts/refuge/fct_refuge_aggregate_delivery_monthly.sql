-- How is the water that each refuge aggregate gets distributed over the years, month by month? TAF (method: refuge).
with

months as (
    select * from {{ ref('int_supply_aggregate__monthly') }}
    where {{ in_scope() }} and entity_kind = 'refuge_aggregate' and has_delivery_series
),

final as (
    select
        scenario_id,
        aggregate_code,
        water_month,
        {{ distribution_columns('delivery_taf') }},
        load_id
    from months
    group by scenario_id, load_id, aggregate_code, water_month
)

select * from final
