-- Which wildlife refuges are there, who manages them, and where does their water come from? Route: refuge-demand-units.
with

demand_unit as (
    select * from {{ ref('demand_unit') }}
    where kind = 'refuge'
),

final as (
    select
        unit_code,
        coalesce(unit_name, unit_code) as unit_label,
        wba_code,
        hydrologic_region,
        cs3_type,
        managed_by,
        provider,
        has_groundwater,
        has_surface_water,
        total_acres,
        sort_order
    from demand_unit
)

select * from final
