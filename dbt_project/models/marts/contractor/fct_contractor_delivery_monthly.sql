-- How is the water delivered to each contractor distributed over the years, month by month? TAF (method: contractor).
with

months as (
    select * from {{ ref('int_contractor__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        contractor_code,
        water_month,
        {{ distribution_columns('delivery_taf') }},
        avg(demand_taf) as demand_mean_taf,
        {{ demand_met_column('unmet_demand_taf') }},
        load_id
    from months
    group by scenario_id, load_id, contractor_code, water_month
)

select * from final
