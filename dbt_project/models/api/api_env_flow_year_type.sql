-- Annual flow of each reach by type of water year, in TAF, CFS and percent. Route: channels by year type.
with

fact as (
    select * from {{ ref('fct_env_flow_year_type') }}
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
        fact.year_type_number,
        fact.year_type_code,
        fact.sample_count,
        fact.flow_mean_cfs,
        fact.flow_mean_taf,
        fact.flow_cv,
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
        fact.of_unimpaired_sample_count,
        fact.of_unimpaired_mean_pct,
        fact.of_unimpaired_volume_pct,
        fact.of_target_sample_count,
        fact.of_target_mean_pct
    from fact
    inner join channel_reach on fact.reach_code = channel_reach.reach_code
)

select * from final
