-- What flowed in each reach in each month, and what part of its unimpaired flow and its target is that? TAF, CFS, percent.
-- Ratios are formed where the denominator is at least its floor, and never in a tidal channel, whose flow has two signs.
with

reach_series as (
    select * from {{ ref('int_env_flow__series') }}
),

channel_reach as (
    select * from {{ ref('channel_reach') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

season_month as (
    select * from {{ ref('env_flow_season_month') }}
),

calendar as (
    select
        array_agg(month.month_index order by month.month_index) as month_indexes,
        array_agg(month.water_year order by month.month_index) as water_years,
        array_agg(month.water_month order by month.month_index) as water_months,
        array_agg(season_month.season_code order by month.month_index) as season_codes,
        array_agg(month.water_year + season_month.year_offset order by month.month_index)
            as season_years,
        array_agg({{ cfs_to_taf('1', 'month.days_in_month') }} order by month.month_index)
            as taf_per_cfs_values
    from month
    inner join season_month on month.water_month = season_month.water_month
),

limits as (
    select
        {{ threshold('unimpaired_floor_cfs') }} as unimpaired_floor_cfs,
        {{ threshold('minimum_flow_tolerance_cfs') }} as minimum_flow_tolerance_cfs
),

months as (
    select
        reach_series.scenario_id,
        reach_series.load_id,
        reach_series.reach_code,
        reach_series.has_flow,
        not channel_reach.is_tidal as has_ratio,
        months.*,
        months.flow_taf / months.taf_per_cfs as flow_cfs,
        months.unimpaired_taf / months.taf_per_cfs as unimpaired_cfs,
        months.minimum_taf / months.taf_per_cfs as minimum_cfs
    from reach_series
    inner join channel_reach on reach_series.reach_code = channel_reach.reach_code
    cross join calendar
    cross join lateral unnest(
        calendar.month_indexes,
        calendar.water_years,
        calendar.water_months,
        calendar.season_codes,
        calendar.season_years,
        calendar.taf_per_cfs_values,
        reach_series.flow_taf_values,
        reach_series.unimpaired_taf_values,
        reach_series.minimum_taf_values,
        reach_series.target_taf_values
    ) as months (
        month_index,
        water_year,
        water_month,
        season_code,
        season_year,
        taf_per_cfs,
        flow_taf,
        unimpaired_taf,
        minimum_taf,
        target_taf
    )
),

final as (
    select
        months.scenario_id,
        months.load_id,
        months.reach_code,
        months.month_index,
        months.water_year,
        months.water_month,
        months.season_code,
        months.season_year,
        months.has_flow,
        months.has_ratio,
        months.flow_taf,
        months.flow_cfs,
        months.unimpaired_taf,
        months.unimpaired_cfs,
        months.minimum_cfs,
        months.target_taf,
        case when months.target_taf > 0 then months.target_taf end as target_above_0_taf,
        case
            when months.has_ratio and months.unimpaired_cfs >= limits.unimpaired_floor_cfs
                then 100 * months.flow_taf / months.unimpaired_taf
        end as of_unimpaired_pct,
        case
            when months.has_ratio and months.target_taf > 0
                then 100 * months.flow_taf / months.target_taf
        end as of_target_pct,
        months.flow_cfs >= months.minimum_cfs - limits.minimum_flow_tolerance_cfs
            as is_minimum_met,
        abs(months.flow_cfs - months.minimum_cfs) <= limits.minimum_flow_tolerance_cfs
            as is_at_minimum
    from months
    cross join limits
)

select * from final
