-- Shortage by water month for each agricultural aggregate, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_ag_aggregate_shortage_monthly') }}
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
