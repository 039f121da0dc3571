-- Flow of each reach by water month, in CFS, TAF and percent of unimpaired flow. Route: channels/monthly.
with

fact as (
    select * from {{ ref('fct_env_flow_monthly') }}
),

channel_reach as (
    select * from {{ ref('dim_channel_reach') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reach_code,
        channel_reach.reach_name,
        fact.water_month,
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
        fact.of_unimpaired_volume_pct
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
)

select * from final
