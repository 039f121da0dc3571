-- Water delivered to each group of community water systems by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_cws_aggregate_delivery_monthly') }}
),

aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

final as (
    select
        fact.*,
        aggregate.aggregate_name,
        aggregate.project,
        aggregate.side
    from fact
    inner join aggregate on fact.aggregate_code = aggregate.aggregate_code
)

select * from final
