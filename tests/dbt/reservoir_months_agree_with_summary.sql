-- The April and September means of the summary are those of the monthly table.
with

summary as (
    select * from {{ ref('fct_reservoir_period_summary') }}
    where {{ in_scope() }}
),

monthly as (
    select * from {{ ref('fct_reservoir_storage_monthly') }}
    where {{ in_scope() }} and water_month in (7, 12)
),

final as (
    select
        monthly.scenario_id,
        monthly.reservoir_code,
        monthly.water_month,
        monthly.mean_taf as monthly_mean_taf,
        case
            when monthly.water_month = 7 then summary.april_mean_taf
            else summary.september_mean_taf
        end as summary_mean_taf
    from monthly
    inner join summary
        on
            monthly.scenario_id = summary.scenario_id
            and monthly.reservoir_code = summary.reservoir_code
)

select *
from final
where
    (monthly_mean_taf is null) <> (summary_mean_taf is null)
    or abs(monthly_mean_taf - summary_mean_taf)
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, monthly_mean_taf)
