-- How is the water delivered to each group of water systems distributed over the years, month by month? TAF.
-- (method: cws_aggregate)
with

months as (
    select * from {{ ref('int_cws_aggregate__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        aggregate_code,
        water_month,
        {{ distribution_columns('delivery_taf') }},
        avg(demand_taf) as demand_mean_taf,
        {{ demand_met_column('unmet_demand_taf') }},
        load_id
    from months
    group by scenario_id, load_id, aggregate_code, water_month
)

select * from final
