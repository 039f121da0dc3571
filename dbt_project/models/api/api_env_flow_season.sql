-- Seasons of functional flows and their months. Route: env-flow-seasons.
with

season as (
    select * from {{ ref('env_flow_season') }}
),

season_month as (
    select * from {{ ref('env_flow_season_month') }}
),

of_season as (
    select
        season_code,
        array_agg(water_month order by month_of_season) as water_months
    from season_month
    group by season_code
),

final as (
    select
        season.season_code,
        season.season_name,
        season.sort_order,
        season.months,
        of_season.water_months
    from season
    inner join of_season on season.season_code = of_season.season_code
)

select * from final
