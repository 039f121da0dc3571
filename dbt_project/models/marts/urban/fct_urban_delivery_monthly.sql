-- How is the water delivered to each urban demand unit distributed over the years, month by month? TAF (method: urban).
with

months as (
    select * from {{ ref('int_urban__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        unit_code,
        water_month,
        {{ distribution_columns('delivery_taf') }},
        avg(groundwater_pumping_taf) as groundwater_pumping_mean_taf,
        avg(demand_taf) as demand_mean_taf,
        {{ demand_met_column('unmet_demand_taf') }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month
)

select * from final
