-- Type of each water year of a scenario, by index, and what says so. Route: data in depth, filter by year type.
with

fact as (
    select * from {{ ref('fct_water_year_type') }}
),

water_year_type as (
    select * from {{ ref('water_year_type') }}
),

final as (
    select
        fact.*,
        water_year_type.type_name
    from fact
    left join water_year_type
        on
            fact.index_code = water_year_type.index_code
            and fact.type_number = water_year_type.type_number
)

select * from final
