-- How is the surface water of each agricultural unit distributed over the years, by month? TAF (method: agricultural).
with

months as (
    select * from {{ ref('int_applied_water__monthly') }}
    where {{ in_scope() }} and entity_kind = 'agricultural_demand_unit' and has_delivery_series
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
