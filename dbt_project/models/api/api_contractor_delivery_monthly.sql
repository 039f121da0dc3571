-- Water delivered to each contractor by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_contractor_delivery_monthly') }}
),

contractor as (
    select * from {{ ref('dim_mi_contractor') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.contractor_code,
        contractor.contractor_name,
        contractor.project,
        contractor.service_area,
        contractor.contractor_type,
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
        fact.exc_p95_taf,
        fact.demand_mean_taf,
        fact.demand_met_pct
    from fact
    inner join contractor on fact.contractor_code = contractor.contractor_code
)

select * from final
