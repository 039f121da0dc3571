-- Which limit holds for a Delta variable in a month of a type of year? Decision 1641 and the fall action, from seeds.
-- Two limits where something decides that the model does not tell; without a type, the extremes of all types.
with

delta_variable as (
    select * from {{ ref('delta_variable') }}
    where not is_compatibility
),

outflow as (
    select * from {{ ref('d1641_outflow') }}
),

ec as (
    select * from {{ ref('d1641_ec') }}
),

water_month as (
    select * from {{ ref('water_month') }}
),

-- of a leap year, so that every day of the tables is met
calendar as (
    select
        water_month.water_month,
        to_char(calendar_day, 'MM-DD') as month_day
    from
        generate_series(date '2000-01-01', date '2000-12-31', interval '1 day')
            as calendar_day
    inner join water_month on extract(month from calendar_day) = water_month.calendar_month
),

fall_action as (
    select
        {{ threshold('x2_fall_wet_km') }} as wet_km,
        {{ threshold('x2_fall_above_normal_km') }} as above_normal_km
),

limits as (
    select
        delta_variable.variable_code,
        outflow.water_month,
        outflow.type_code,
        'CFS' as unit,
        outflow.minimum_cfs as limit_value
    from outflow
    inner join delta_variable on delta_variable.category = 'outflow'
    union all
    -- the mean over those days of the month for which there is a value
    select
        delta_variable.variable_code,
        calendar.water_month,
        ec.type_code,
        delta_variable.unit,
        avg(ec.limit_ecs) as limit_value
    from ec
    inner join delta_variable on ec.station_code = delta_variable.station_code
    inner join calendar
        on
            (ec.first_day <= calendar.month_day and ec.last_day >= calendar.month_day)
            or (
                ec.first_day > ec.last_day
                and (ec.first_day <= calendar.month_day or ec.last_day >= calendar.month_day)
            )
    group by
        delta_variable.variable_code, calendar.water_month, ec.type_code, delta_variable.unit
    union all
    select
        delta_variable.variable_code,
        fall.water_month,
        fall.type_code,
        delta_variable.unit,
        fall.limit_value
    from delta_variable
    cross join fall_action
    cross join
        lateral (
            values
            (12, 'W', fall_action.wet_km),
            (1, 'W', fall_action.wet_km),
            (12, 'AN', fall_action.above_normal_km),
            (1, 'AN', fall_action.above_normal_km)
        ) as fall (water_month, type_code, limit_value)
    where delta_variable.category = 'x2'
),

final as (
    select
        variable_code,
        water_month,
        type_code,
        unit,
        min(limit_value) as lowest_limit,
        max(limit_value) as highest_limit
    from limits
    group by variable_code, water_month, type_code, unit
    union all
    select
        variable_code,
        water_month,
        null as type_code,
        unit,
        min(limit_value) as lowest_limit,
        max(limit_value) as highest_limit
    from limits
    group by variable_code, water_month, unit
    having count(distinct type_code) = 5
)

select * from final
