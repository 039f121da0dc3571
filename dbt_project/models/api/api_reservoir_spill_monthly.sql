-- Flood releases and flood pool of each reservoir by water month, in CFS, TAF and percent. Route: spill-monthly.
with

fact as (
    select * from {{ ref('fct_reservoir_spill_monthly') }}
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
