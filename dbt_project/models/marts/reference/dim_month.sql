-- Which month is position i of an array of month values? October 1921 to September 2021, water years 1922 to 2021.
with

positions as (
    select
        position as month_index,
        (date '1921-10-01' + make_interval(months => position - 1))::date as month_start
    from generate_series(1, 1200) as position
),

months as (
    select
        month_index,
        month_start,
        (month_start + make_interval(months => 1) - make_interval(days => 1))::date as month_end,
        extract(year from month_start)::integer as calendar_year,
        extract(month from month_start)::integer as calendar_month
    from positions
),

final as (
    select
        month_index,
        month_start,
        month_end,
        calendar_year,
        calendar_month,
        calendar_year + (calendar_month >= 10)::integer as water_year,
        mod(calendar_month + 2, 12) + 1 as water_month,
        extract(day from month_end)::integer as days_in_month
    from months
)

select * from final
