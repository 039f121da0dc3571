-- Outflow, X2 and salinity of the Delta by water month. Route: delta/monthly.
with

fact as (
    select * from {{ ref('fct_delta_monthly') }}
),

delta_variable as (
    select * from {{ ref('delta_variable') }}
),

final as (
    select
        fact.*,
        delta_variable.variable_name,
        delta_variable.category,
        delta_variable.station_code,
        delta_variable.is_compatibility,
        delta_variable.sort_order
    from fact
    inner join delta_variable on fact.variable_code = delta_variable.variable_code
)

select * from final
