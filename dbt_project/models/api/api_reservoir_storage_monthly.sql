-- Storage of each reservoir by water month, in TAF and percent of capacity. Routes: percentiles, storage-monthly.
with

fact as (
    select * from {{ ref('fct_reservoir_storage_monthly') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reservoir_code,
        reservoir.reservoir_name,
        fact.water_month,
        fact.sample_count,
        fact.capacity_taf,
        fact.dead_pool_taf,
        fact.mean_taf,
        fact.cv,
        fact.q0_taf,
        fact.q10_taf,
        fact.q30_taf,
        fact.q50_taf,
        fact.q70_taf,
        fact.q90_taf,
        fact.q100_taf,
        fact.exc_p5_taf,
        fact.exc_p10_taf,
        fact.exc_p25_taf,
        fact.exc_p50_taf,
        fact.exc_p75_taf,
        fact.exc_p90_taf,
        fact.exc_p95_taf,
        fact.mean_pct,
        fact.q0_pct,
        fact.q10_pct,
        fact.q30_pct,
        fact.q50_pct,
        fact.q70_pct,
        fact.q90_pct,
        fact.q100_pct,
        fact.exc_p5_pct,
        fact.exc_p10_pct,
        fact.exc_p25_pct,
        fact.exc_p50_pct,
        fact.exc_p75_pct,
        fact.exc_p90_pct,
        fact.exc_p95_pct
    from fact
    inner join reservoir on fact.reservoir_code = reservoir.reservoir_code
)

select * from final
