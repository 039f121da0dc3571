-- Whole-simulation summary of each refuge aggregate, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_refuge_aggregate_period_summary') }}
),

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.*,
        supply_aggregate.aggregate_name
    from fact
    inner join supply_aggregate on fact.aggregate_code = supply_aggregate.aggregate_code
)

select * from final
