-- Shortage of each urban demand unit by water month beside its demand, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_urban_shortage_monthly') }}
),

delivery as (
    select * from {{ ref('fct_urban_delivery_monthly') }}
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
        unit.cs3_type,
        delivery.demand_mean_taf,
        delivery.demand_met_pct
    from fact
    inner join unit on fact.unit_code = unit.unit_code
    left join delivery
        on
            fact.scenario_id = delivery.scenario_id
            and fact.load_id = delivery.load_id
            and fact.unit_code = delivery.unit_code
            and fact.water_month = delivery.water_month
)

select * from final
