-- Which agricultural units are there, where do they lie, and where does their water come from? Route: ag-demand-units.
with

demand_unit as (
    select * from {{ ref('demand_unit') }}
    where kind = 'agricultural'
),

final as (
    select
        unit_code,
        coalesce(unit_name, unit_code) as unit_label,
        wba_code,
        hydrologic_region,
        cs3_type,
        agency,
        provider,
        has_groundwater,
        has_surface_water,
        total_acres,
        geometry_status = 'polygons' as has_polygons,
        without_series_reason,
        sort_order
    from demand_unit
)

select * from final
