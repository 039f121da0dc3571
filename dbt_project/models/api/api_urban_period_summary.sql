-- Whole-simulation summary of each urban demand unit, TAF a year and percent, as the API shows it.
with

fact as (
    select * from {{ ref('fct_urban_period_summary') }}
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
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join unit on fact.unit_code = unit.unit_code
)

select * from final
