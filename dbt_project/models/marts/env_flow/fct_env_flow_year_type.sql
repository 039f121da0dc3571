-- How does the annual flow of each reach depend on the type of the water year? TAF, CFS and percent (method: env_flow).
-- Types of the Sacramento index for all reaches, as the model's rules use them; each type has its own sample.
with

years as (
    select * from {{ ref('int_env_flow__annual') }}
    where {{ in_scope() }} and has_flow
),

year_type as (
    select * from {{ ref('int_water_year__type') }}
    where {{ in_scope() }} and index_code = 'SAC_40_30_30'
),

years_by_type as (
    {{ by_year_type(
        'years',
        ['scenario_id', 'load_id', 'reach_code', 'has_ratio'],
        ['flow_taf', 'flow_cfs', 'unimpaired_taf', 'of_unimpaired_pct', 'of_target_pct'],
        'year_type'
    ) }}
),

final as (
    select
        scenario_id,
        reach_code,
        year_type_number,
        (array['W', 'AN', 'BN', 'D', 'C'])[year_type_number] as year_type_code,
        count(flow_taf)::integer as sample_count,
        avg(flow_cfs) as flow_mean_cfs,
        avg(flow_taf) as flow_mean_taf,
        {{ signed_coefficient_of_variation('flow_taf') }} as flow_cv,
        {{ quantile_columns('flow_taf', 'flow_', '_taf') }},
        {{ exceedance_columns('flow_taf', 'flow_', '_taf') }},
        count(of_unimpaired_pct)::integer as of_unimpaired_sample_count,
        avg(of_unimpaired_pct) as of_unimpaired_mean_pct,
        case when has_ratio then {{ volume_ratio('flow_taf', 'unimpaired_taf') }} end
            as of_unimpaired_volume_pct,
        count(of_target_pct)::integer as of_target_sample_count,
        avg(of_target_pct) as of_target_mean_pct,
        load_id
    from years_by_type
    group by scenario_id, load_id, reach_code, has_ratio, year_type_number
)

select * from final
