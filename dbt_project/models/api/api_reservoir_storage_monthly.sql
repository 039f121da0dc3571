-- Storage of each reservoir by water month, in TAF and percent of capacity. Routes: percentiles, storage-monthly.
with

fact as (
    select * from {{ ref('fct_reservoir_storage_monthly') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

final as (
    select
        fact.*,
        reservoir.reservoir_name
    from fact
    inner join reservoir on fact.reservoir_code = reservoir.reservoir_code
)

select * from final
