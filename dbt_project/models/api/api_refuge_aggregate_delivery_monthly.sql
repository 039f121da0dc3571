-- Water delivered by water month for each refuge aggregate, in TAF.
with

fact as (
    select * from {{ ref('fct_refuge_aggregate_delivery_monthly') }}
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
