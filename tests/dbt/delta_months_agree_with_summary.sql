-- April and September of the summary are those of the monthly table, and where every year is complete the twelve mean
-- volumes of outflow are the mean volume of a year.
with

summary as (
    select * from {{ ref('fct_delta_period_summary') }}
    where {{ in_scope() }}
),

monthly as (
    select * from {{ ref('fct_delta_monthly') }}
    where {{ in_scope() }}
),

added_up as (
    select
        scenario_id,
        variable_code,
        sum(mean) filter (where water_month = 7) as april_mean,
        sum(mean) filter (where water_month = 12) as september_mean,
        sum(mean) as annual_mean_taf,
        min(sample_count) as least_count,
        max(sample_count) as largest_count
    from monthly
    group by scenario_id, variable_code
),

final as (
    select
        summary.scenario_id,
        summary.variable_code,
        stated.summary_mean,
        stated.monthly_mean
    from summary
    inner join added_up
        on
            summary.scenario_id = added_up.scenario_id
            and summary.variable_code = added_up.variable_code
    cross join lateral (
        values
        (summary.april_mean, added_up.april_mean),
        (summary.september_mean, added_up.september_mean),
        (
            summary.annual_mean_taf,
            case
                when
                    added_up.least_count = summary.annual_years_count
                    and added_up.largest_count = summary.annual_years_count
                    then added_up.annual_mean_taf
                else summary.annual_mean_taf
            end
        )
    ) as stated (summary_mean, monthly_mean)
)

select *
from final
where
    (summary_mean is null) <> (monthly_mean is null)
    or abs(summary_mean - monthly_mean)
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, abs(monthly_mean))
