-- What was each Delta variable in each month, with the outflow index and the standard of the model? TAF, CFS, km, micromho.
with

delta_series as (
    select * from {{ ref('int_delta__series') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select
        array_agg(month_index order by month_index) as month_indexes,
        array_agg(month_start order by month_index) as month_starts,
        array_agg(calendar_year order by month_index) as calendar_years,
        array_agg(water_year order by month_index) as water_years,
        array_agg(water_month order by month_index) as water_months,
        array_agg(days_in_month order by month_index) as days_in_months
    from month
),

unnested as (
    select
        delta_series.scenario_id,
        delta_series.load_id,
        delta_series.variable_code,
        delta_series.category,
        delta_series.is_compatibility,
        delta_series.unit,
        delta_series.has_standard_series,
        delta_series.standard_part,
        months.month_index,
        months.calendar_year,
        months.water_year,
        months.water_month,
        months.days_in_month,
        -- the position of X2 in the month before the first one is a starting value, not a result
        case
            when months.month_start >= scenario_load.first_month
                then {{ missing_to_null('months.own_value') }}
        end as value,
        {{ missing_to_null('months.standard') }} as standard_ecs,
        months.index_taf
    from delta_series
    inner join scenario_load on delta_series.scenario_id = scenario_load.scenario_id
    cross join calendar
    cross join
        lateral unnest(
            calendar.month_indexes,
            calendar.month_starts,
            calendar.calendar_years,
            calendar.water_years,
            calendar.water_months,
            calendar.days_in_months,
            delta_series.own_values,
            delta_series.index_taf_values,
            delta_series.standard_values
        )
            as months (
                month_index,
                month_start,
                calendar_year,
                water_year,
                water_month,
                days_in_month,
                own_value,
                index_taf,
                standard
            )
    where months.month_index is not null
),

final as (
    select
        scenario_id,
        load_id,
        variable_code,
        category,
        is_compatibility,
        unit,
        has_standard_series,
        standard_part,
        month_index,
        calendar_year,
        water_year,
        water_month,
        value,
        case when category = 'outflow' then {{ flow_to_cfs('value', 'unit', 'days_in_month') }} end
            as outflow_cfs,
        {{ flow_to_cfs('index_taf', 'unit', 'days_in_month') }} as outflow_index_cfs,
        -- outside of the season of its standard the model may write anything, but no limit is 0 or as high as its fill value
        case
            when standard_ecs > 0 and standard_ecs < {{ threshold('ec_standard_none_ecs') }}
                then standard_ecs
        end as standard_ecs
    from unnested
)

select * from final
