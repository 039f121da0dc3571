-- Water stored north and south of the Delta by water month, in TAF. Route: storage aggregates.
with

fact as (
    select * from {{ ref('fct_storage_aggregate_monthly') }}
),

aggregate as (
    select * from {{ ref('storage_aggregate') }}
),

final as (
    select
        fact.*,
        aggregate.aggregate_name
    from fact
    inner join aggregate on fact.aggregate_code = aggregate.aggregate_code
)

select * from final
