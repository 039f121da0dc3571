-- What flowed in each reach in each water year? TAF, CFS, percent; NULL unless all twelve months are known.
with

months as (
    select * from {{ ref('int_env_flow__monthly') }}
),

summed as (
    select
        scenario_id,
        load_id,
        reach_code,
        water_year,
        has_flow,
        has_ratio,
        count(flow_taf) = 12 as has_whole_flow,
        sum(flow_taf) as flow_taf,
        avg(flow_cfs) as flow_cfs,
        least(count(flow_taf), count(unimpaired_taf)) = 12 as has_unimpaired_pair,
        sum(unimpaired_taf) as unimpaired_taf,
        avg(of_unimpaired_pct) as of_unimpaired_pct,
        least(count(flow_taf), count(target_taf)) = 12 as has_target_pair,
        avg(of_target_pct) as of_target_pct
    from months
    group by scenario_id, load_id, reach_code, water_year, has_flow, has_ratio
),

final as (
    select
        scenario_id,
        load_id,
        reach_code,
        water_year,
        has_flow,
        has_ratio,
        case when has_whole_flow then flow_taf end as flow_taf,
        case when has_whole_flow then flow_cfs end as flow_cfs,
        case when has_unimpaired_pair then unimpaired_taf end as unimpaired_taf,
        case when has_unimpaired_pair then of_unimpaired_pct end as of_unimpaired_pct,
        case when has_target_pair then of_target_pct end as of_target_pct
    from summed
)

select * from final
