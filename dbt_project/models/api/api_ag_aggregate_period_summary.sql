-- Whole-simulation summary of each agricultural aggregate, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_ag_aggregate_period_summary') }}
),

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.*,
        supply_aggregate.aggregate_name,
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join supply_aggregate on fact.aggregate_code = supply_aggregate.aggregate_code
)

select * from final
