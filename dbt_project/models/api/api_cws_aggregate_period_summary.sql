-- Whole-simulation summary of each group of community water systems, TAF a year and percent, as the API shows it.
with

fact as (
    select * from {{ ref('fct_cws_aggregate_period_summary') }}
),

aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.*,
        aggregate.aggregate_name,
        aggregate.project,
        aggregate.side,
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join aggregate on fact.aggregate_code = aggregate.aggregate_code
)

select * from final
