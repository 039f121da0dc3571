-- How is the flow of each reach distributed over the years, month by month? CFS, TAF, percent of unimpaired (method: env_flow).
with

months as (
    select * from {{ ref('int_env_flow__monthly') }}
    where {{ in_scope() }} and has_flow
),

final as (
    select
        scenario_id,
        reach_code,
        water_month,
        count(flow_taf)::integer as sample_count,
        avg(flow_cfs) as flow_mean_cfs,
        avg(flow_taf) as flow_mean_taf,
        {{ signed_coefficient_of_variation('flow_cfs') }} as flow_cv,
        {{ quantile_columns('flow_cfs', 'flow_', '_cfs') }},
        {{ exceedance_columns('flow_cfs', 'flow_', '_cfs') }},
        {{ quantile_columns('flow_taf', 'flow_', '_taf') }},
        {{ exceedance_columns('flow_taf', 'flow_', '_taf') }},
        avg(unimpaired_cfs) as unimpaired_mean_cfs,
        count(of_unimpaired_pct)::integer as of_unimpaired_sample_count,
        avg(of_unimpaired_pct) as of_unimpaired_mean_pct,
        {{ signed_coefficient_of_variation('of_unimpaired_pct') }} as of_unimpaired_cv,
        {{ quantile_columns('of_unimpaired_pct', 'of_unimpaired_', '_pct') }},
        {{ exceedance_columns('of_unimpaired_pct', 'of_unimpaired_', '_pct') }},
        case when has_ratio then {{ volume_ratio('flow_taf', 'unimpaired_taf') }} end
            as of_unimpaired_volume_pct,
        load_id
    from months
    group by scenario_id, load_id, reach_code, water_month, has_ratio
)

select * from final
