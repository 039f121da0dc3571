-- Shortage by water month for each agricultural unit, in TAF and percent.
with

fact as (
    select * from {{ ref('fct_agricultural_shortage_monthly') }}
),

demand_unit as (
    select * from {{ ref('demand_unit') }}
),

final as (
    select
        fact.*,
        coalesce(demand_unit.unit_name, demand_unit.unit_code) as unit_label,
        demand_unit.hydrologic_region
    from fact
    inner join demand_unit on fact.unit_code = demand_unit.unit_code
)

select * from final
