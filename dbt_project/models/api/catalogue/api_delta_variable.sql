-- Which variables of the Delta have statistics, where, and in which unit? Route: Delta variables.
with

delta_variable as (
    select * from {{ ref('delta_variable') }}
),

final as (
    select
        variable_code,
        variable_name,
        category,
        station_code,
        unit,
        is_compatibility,
        sort_order
    from delta_variable
)

select * from final
