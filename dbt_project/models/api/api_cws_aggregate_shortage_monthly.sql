-- Shortage of each group of community water systems by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_cws_aggregate_shortage_monthly') }}
),

aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.aggregate_code,
        aggregate.aggregate_name,
        aggregate.project,
        aggregate.side,
        fact.water_month,
        fact.shortage_source,
        fact.sample_count,
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
        fact.shortage_frequency_pct
    from fact
    inner join aggregate on fact.aggregate_code = aggregate.aggregate_code
)

select * from final
