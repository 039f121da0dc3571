-- How much runoff had the rivers of each water-year index, October to March and April to July? MAF, from unimpaired flow.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'water_year_index' and measure = 'unimpaired_flow'
),

month as (
    select * from {{ ref('dim_month') }}
),

calendar as (
    select
        array_agg(water_year order by month_index) as water_years,
        array_agg(water_month order by month_index) as water_months
    from month
),

months as (
    select
        volume.scenario_id,
        volume.load_id,
        volume.entity_code as index_code,
        months.*
    from volume
    cross join calendar
    cross join lateral unnest(
        calendar.water_years,
        calendar.water_months,
        volume.volume_taf_values
    ) as months (water_year, water_month, runoff_taf)
),

-- a sum over half a year needs all its months: six to March, four from April
yearly as (
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        count(runoff_taf) filter (where water_month <= 6) = 6 as has_winter,
        sum(runoff_taf) filter (where water_month <= 6) / 1000 as october_march_runoff_maf,
        count(runoff_taf) filter (where water_month between 7 and 10) = 4 as has_spring,
        sum(runoff_taf) filter (where water_month between 7 and 10) / 1000
            as april_july_runoff_maf
    from months
    group by scenario_id, load_id, index_code, water_year
),

final as (
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        case when has_winter then october_march_runoff_maf end as october_march_runoff_maf,
        case when has_spring then april_july_runoff_maf end as april_july_runoff_maf
    from yearly
)

select * from final
