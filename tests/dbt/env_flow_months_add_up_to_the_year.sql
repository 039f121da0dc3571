-- Reaches without a gap whose twelve mean monthly volumes do not add up to the mean annual volume.
with

summary as (
    select * from {{ ref('fct_env_flow_period_summary') }}
    where {{ in_scope() }} and complete_years * 12 = total_months and complete_years > 0
),

monthly as (
    select * from {{ ref('fct_env_flow_monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        summary.scenario_id,
        summary.reach_code,
        summary.annual_flow_mean_taf,
        sum(monthly.flow_mean_taf) as sum_of_months_taf
    from summary
    inner join monthly
        on
            summary.scenario_id = monthly.scenario_id
            and summary.reach_code = monthly.reach_code
    group by summary.scenario_id, summary.reach_code, summary.annual_flow_mean_taf
)

select *
from final
where
    abs(sum_of_months_taf - annual_flow_mean_taf)
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, abs(annual_flow_mean_taf))
