-- Does the flow of a season still lie where its natural flow would? Class by the rule of the California framework.
-- Of the years with both flows known: the natural 10th to 90th percentile is the band, and the flow is held against it.
with

seasons as (
    select * from {{ ref('int_env_flow__seasonal') }}
    where has_flow and has_ratio and flow_cfs is not null and unimpaired_cfs is not null
),

limits as (
    select
        {{ threshold('unaltered_share_pct') }} as unaltered_share_pct,
        {{ threshold('alteration_minimum_years') }} as minimum_years
),

band as (
    select
        scenario_id,
        reach_code,
        season_code,
        count(*) as sample_count,
        array_agg(flow_cfs) as flow_cfs_values,
        {{ percentile('flow_cfs', 50) }} as flow_q50_cfs,
        {{ percentile('unimpaired_cfs', 10) }} as unimpaired_q10_cfs,
        {{ percentile('unimpaired_cfs', 90) }} as unimpaired_q90_cfs
    from seasons
    group by scenario_id, reach_code, season_code
),

compared as (
    select
        band.*,
        100 * within_band.share_within as within_reference_pct
    from band
    cross join lateral (
        select
            {{ share_true('flow_cfs between band.unimpaired_q10_cfs and band.unimpaired_q90_cfs') }}
                as share_within
        from unnest(band.flow_cfs_values) as year_value (flow_cfs)
    ) as within_band
),

final as (
    select
        compared.scenario_id,
        compared.reach_code,
        compared.season_code,
        compared.sample_count,
        compared.flow_q50_cfs,
        compared.unimpaired_q10_cfs,
        compared.unimpaired_q90_cfs,
        compared.within_reference_pct,
        case
            when compared.sample_count < limits.minimum_years
                then 'indeterminate'
            when
                compared.flow_q50_cfs
                not between compared.unimpaired_q10_cfs and compared.unimpaired_q90_cfs
                then 'likely_altered'
            when compared.within_reference_pct > limits.unaltered_share_pct
                then 'likely_unaltered'
            else 'indeterminate'
        end as alteration_class
    from compared
    cross join limits
)

select * from final
