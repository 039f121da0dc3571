-- Water delivered by water month for each agricultural aggregate, in TAF.
with

fact as (
    select * from {{ ref('fct_ag_aggregate_delivery_monthly') }}
),

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.aggregate_code,
        supply_aggregate.aggregate_name,
        fact.water_month,
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
        fact.exc_p95_taf
    from fact
    inner join supply_aggregate on fact.aggregate_code = supply_aggregate.aggregate_code
)

select * from final
