-- How is the demand of each urban demand unit distributed over the years, month by month? TAF (method: urban).
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
        demand_source,
        {{ distribution_columns('demand_taf') }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month, demand_source
)

select * from final
