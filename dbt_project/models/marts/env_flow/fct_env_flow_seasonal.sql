-- How does the flow of each reach compare with its natural flow and its target, season by season? (method: env_flow).
with

seasons as (
    select * from {{ ref('int_env_flow__seasonal') }}
    where {{ in_scope() }} and has_flow
),

limits as (
    select
        {{ threshold('functional_flow_met_pct') }} as target_pct,
        {{ constant('relative_tolerance_fraction') }} as tolerance_fraction
),

statistics as (
    select
        scenario_id,
        load_id,
        reach_code,
        season_code,
        count(flow_taf)::integer as sample_count,
        avg(flow_cfs) as flow_mean_cfs,
        avg(flow_taf) as flow_mean_taf,
        {{ signed_coefficient_of_variation('flow_cfs') }} as flow_cv,
        {{ quantile_columns('flow_cfs', 'flow_', '_cfs') }},
        {{ exceedance_columns('flow_cfs', 'flow_', '_cfs') }},
        {{ quantile_columns('flow_taf', 'flow_', '_taf') }},
        {{ exceedance_columns('flow_taf', 'flow_', '_taf') }},
        avg(unimpaired_cfs) as unimpaired_mean_cfs,
        {%- for basis in ['of_unimpaired', 'of_target'] %}
        count({{ basis }}_pct)::integer as {{ basis }}_sample_count,
        avg({{ basis }}_pct) as {{ basis }}_mean_pct,
        {{ signed_coefficient_of_variation(basis ~ '_pct') }} as {{ basis }}_cv,
        {{ quantile_columns(basis ~ '_pct', basis ~ '_', '_pct') }},
        {{ exceedance_columns(basis ~ '_pct', basis ~ '_', '_pct') }},
        {%- endfor %}
        case when has_ratio then {{ volume_ratio('flow_taf', 'unimpaired_taf') }} end
            as of_unimpaired_volume_pct,
        case when has_ratio then {{ volume_ratio('flow_with_target_taf', 'target_taf') }} end
            as of_target_volume_pct,
        100
        * {{ share_true('of_target_pct >= limits.target_pct * (1 - limits.tolerance_fraction)') }}
            as target_met_pct
    from seasons
    cross join limits
    group by scenario_id, load_id, reach_code, season_code, has_ratio
),

alteration as (
    select * from {{ ref('int_env_flow__alteration') }}
    where {{ in_scope() }}
),

final as (
    select
        statistics.*,
        statistics.of_target_mean_pct - limits.target_pct as deviation_pct,
        alteration.sample_count::integer as alteration_sample_count,
        alteration.unimpaired_q10_cfs,
        alteration.unimpaired_q90_cfs,
        alteration.within_reference_pct,
        alteration.alteration_class
    from statistics
    cross join limits
    left join alteration
        on
            statistics.scenario_id = alteration.scenario_id
            and statistics.reach_code = alteration.reach_code
            and statistics.season_code = alteration.season_code
)

select * from final
