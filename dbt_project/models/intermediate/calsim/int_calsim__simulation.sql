-- Which water years does a model run cover, and how many of them completely? From the first to the last month with data.
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

final as (
    select
        scenario_load.scenario_id,
        first_month.water_year as simulation_start_year,
        last_month.water_year as simulation_end_year,
        greatest(
            last_month.water_year - first_month.water_year + 1
            - (first_month.water_month > 1)::integer - (last_month.water_month < 12)::integer,
            0
        ) as total_years
    from scenario_load
    inner join month as first_month on scenario_load.first_month = first_month.month_start
    inner join month as last_month on scenario_load.last_month = last_month.month_start
)

select * from final
