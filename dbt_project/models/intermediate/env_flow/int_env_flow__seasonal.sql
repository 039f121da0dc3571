-- What flowed in each reach in each season of each year? TAF, CFS, percent; NULL unless every month of it is known.
-- October is the last month of the dry season that began in July; the season of a year is a plain mean of its months.
with

months as (
    select * from {{ ref('int_env_flow__monthly') }}
),

season_month as (
    select * from {{ ref('env_flow_season_month') }}
),

season as (
    select
        season_code,
        count(*) as month_count
    from season_month
    group by season_code
),

summed as (
    select
        scenario_id,
        load_id,
        reach_code,
        season_code,
        season_year,
        has_flow,
        has_ratio,
        count(flow_taf) as flow_months,
        sum(flow_taf) as flow_taf,
        avg(flow_cfs) as flow_cfs,
        count(unimpaired_taf) as unimpaired_months,
        sum(unimpaired_taf) as unimpaired_taf,
        avg(unimpaired_cfs) as unimpaired_cfs,
        avg(of_unimpaired_pct) as of_unimpaired_pct,
        count(target_taf) as target_months,
        sum(flow_taf) filter (where target_taf > 0) as flow_with_target_taf,
        sum(target_taf) filter (where target_taf > 0) as target_taf,
        avg(of_target_pct) as of_target_pct
    from months
    group by
        scenario_id, load_id, reach_code, season_code, season_year, has_flow, has_ratio
),

complete as (
    select
        summed.*,
        summed.flow_months = season.month_count as has_whole_flow,
        summed.unimpaired_months = season.month_count as has_whole_unimpaired,
        least(summed.flow_months, summed.unimpaired_months) = season.month_count
            as has_unimpaired_pair,
        least(summed.flow_months, summed.target_months) = season.month_count as has_target_pair
    from summed
    inner join season on summed.season_code = season.season_code
),

final as (
    select
        scenario_id,
        load_id,
        reach_code,
        season_code,
        season_year,
        has_flow,
        has_ratio,
        case when has_whole_flow then flow_taf end as flow_taf,
        case when has_whole_flow then flow_cfs end as flow_cfs,
        case when has_whole_unimpaired then unimpaired_taf end as unimpaired_taf,
        case when has_whole_unimpaired then unimpaired_cfs end as unimpaired_cfs,
        case when has_unimpaired_pair then of_unimpaired_pct end as of_unimpaired_pct,
        case when has_target_pair then flow_with_target_taf end as flow_with_target_taf,
        case when has_target_pair then target_taf end as target_taf,
        case when has_target_pair then of_target_pct end as of_target_pct
    from complete
)

select * from final
