-- How is the water that each refuge asks for distributed over the years, month by month? TAF (method: refuge).
with

months as (
    select * from {{ ref('int_applied_water__monthly') }}
    where {{ in_scope() }} and entity_kind = 'refuge_demand_unit' and has_demand_series
),

final as (
    select
        scenario_id,
        unit_code,
        water_month,
        {{ distribution_columns('demand_taf') }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month
)

select * from final
