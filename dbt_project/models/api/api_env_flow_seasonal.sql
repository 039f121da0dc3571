-- Flow of each reach by season, in CFS, TAF and percent of unimpaired flow and target. Route: channels/seasonal.
with

fact as (
    select * from {{ ref('fct_env_flow_seasonal') }}
),

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

season as (
    select * from {{ ref('env_flow_season') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reach_code,
        channel_reach.reach_name,
        fact.season_code,
        season.season_name,
        fact.sample_count,
        fact.flow_mean_cfs,
        fact.flow_mean_taf,
        fact.flow_cv,
        fact.flow_q0_cfs,
        fact.flow_q10_cfs,
        fact.flow_q30_cfs,
        fact.flow_q50_cfs,
        fact.flow_q70_cfs,
        fact.flow_q90_cfs,
        fact.flow_q100_cfs,
        fact.flow_exc_p5_cfs,
        fact.flow_exc_p10_cfs,
        fact.flow_exc_p25_cfs,
        fact.flow_exc_p50_cfs,
        fact.flow_exc_p75_cfs,
        fact.flow_exc_p90_cfs,
        fact.flow_exc_p95_cfs,
        fact.flow_q0_taf,
        fact.flow_q10_taf,
        fact.flow_q30_taf,
        fact.flow_q50_taf,
        fact.flow_q70_taf,
        fact.flow_q90_taf,
        fact.flow_q100_taf,
        fact.flow_exc_p5_taf,
        fact.flow_exc_p10_taf,
        fact.flow_exc_p25_taf,
        fact.flow_exc_p50_taf,
        fact.flow_exc_p75_taf,
        fact.flow_exc_p90_taf,
        fact.flow_exc_p95_taf,
        fact.unimpaired_mean_cfs,
        fact.of_unimpaired_sample_count,
        fact.of_unimpaired_mean_pct,
        fact.of_unimpaired_cv,
        fact.of_unimpaired_q0_pct,
        fact.of_unimpaired_q10_pct,
        fact.of_unimpaired_q30_pct,
        fact.of_unimpaired_q50_pct,
        fact.of_unimpaired_q70_pct,
        fact.of_unimpaired_q90_pct,
        fact.of_unimpaired_q100_pct,
        fact.of_unimpaired_exc_p5_pct,
        fact.of_unimpaired_exc_p10_pct,
        fact.of_unimpaired_exc_p25_pct,
        fact.of_unimpaired_exc_p50_pct,
        fact.of_unimpaired_exc_p75_pct,
        fact.of_unimpaired_exc_p90_pct,
        fact.of_unimpaired_exc_p95_pct,
        fact.of_target_sample_count,
        fact.of_target_mean_pct,
        fact.of_target_cv,
        fact.of_target_q0_pct,
        fact.of_target_q10_pct,
        fact.of_target_q30_pct,
        fact.of_target_q50_pct,
        fact.of_target_q70_pct,
        fact.of_target_q90_pct,
        fact.of_target_q100_pct,
        fact.of_target_exc_p5_pct,
        fact.of_target_exc_p10_pct,
        fact.of_target_exc_p25_pct,
        fact.of_target_exc_p50_pct,
        fact.of_target_exc_p75_pct,
        fact.of_target_exc_p90_pct,
        fact.of_target_exc_p95_pct,
        fact.of_unimpaired_volume_pct,
        fact.of_target_volume_pct,
        fact.target_met_pct,
        fact.deviation_pct,
        fact.alteration_sample_count,
        fact.unimpaired_q10_cfs,
        fact.unimpaired_q90_cfs,
        fact.within_reference_pct,
        fact.alteration_class
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
    inner join season on fact.season_code = season.season_code
)

select * from final
