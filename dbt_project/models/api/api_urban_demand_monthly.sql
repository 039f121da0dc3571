-- Demand of each urban demand unit by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_urban_demand_monthly') }}
),

unit as (
    select * from {{ ref('dim_demand_unit') }}
),

final as (
    select
        fact.*,
        unit.unit_label,
        unit.hydrologic_region,
        unit.agency,
        unit.cs3_type
    from fact
    inner join unit on fact.unit_code = unit.unit_code
)

select * from final
