-- How is the groundwater pumping of each agricultural unit distributed over the years, by month? TAF (method: agricultural).
with

months as (
    select * from {{ ref('int_applied_water__monthly') }}
    where {{ in_scope() }} and entity_kind = 'agricultural_demand_unit'
),

final as (
    select
        scenario_id,
        unit_code,
        water_month,
        coalesce(
            max(groundwater_pumping_basis) filter (where groundwater_pumping_taf is not null),
            'none'
        ) as groundwater_pumping_basis,
        {{ distribution_columns('groundwater_pumping_taf') }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month
)

select * from final
