-- How is the surface water that each refuge gets distributed over the years, month by month? TAF (method: refuge).
with

months as (
    select * from {{ ref('int_applied_water__monthly') }}
    where {{ in_scope() }} and entity_kind = 'refuge_demand_unit' and has_delivery_series
),

final as (
    select
        scenario_id,
        unit_code,
        water_month,
        {{ distribution_columns('delivery_taf') }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month
)

select * from final
