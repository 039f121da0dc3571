-- Seasons of one month (the fall pulse of November) whose statistics are not those of the month.
with

season_month as (
    select
        season_code,
        min(water_month) as water_month
    from {{ ref('env_flow_season_month') }}
    group by season_code
    having count(*) = 1
),

monthly as (
    select * from {{ ref('fct_env_flow_monthly') }}
    where {{ in_scope() }}
),

seasonal as (
    select * from {{ ref('fct_env_flow_seasonal') }}
    where {{ in_scope() }}
),

final as (
    select
        seasonal.scenario_id,
        seasonal.reach_code,
        seasonal.season_code,
        seasonal.sample_count,
        monthly.sample_count as month_sample_count,
        seasonal.flow_mean_cfs,
        monthly.flow_mean_cfs as month_flow_mean_cfs
    from seasonal
    inner join season_month on seasonal.season_code = season_month.season_code
    inner join monthly
        on
            seasonal.scenario_id = monthly.scenario_id
            and seasonal.reach_code = monthly.reach_code
            and season_month.water_month = monthly.water_month
)

select *
from final
where
    sample_count <> month_sample_count
    or (flow_mean_cfs is null) <> (month_flow_mean_cfs is null)
    or abs(flow_mean_cfs - month_flow_mean_cfs)
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, abs(month_flow_mean_cfs))
