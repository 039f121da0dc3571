-- Which urban demand units are there, where does their water come from, and which series of the model run tell of it?
-- Route: demand-units.
with

demand_unit as (
    select * from {{ ref('demand_unit') }}
    where kind = 'urban'
),

unit as (
    select * from {{ ref('dim_demand_unit') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind = 'urban_demand_unit' and part_b is not null
),

variable as (
    select
        entity_code,
        array_agg(distinct part_b order by part_b) filter (where measure = 'delivery')
            as delivery_variables,
        array_agg(distinct part_b order by part_b) filter (where measure = 'shortage')
            as shortage_variables
    from variable_map
    group by entity_code
),

final as (
    select
        demand_unit.unit_code,
        unit.unit_label,
        demand_unit.wba_code,
        demand_unit.hydrologic_region,
        demand_unit.cs3_type,
        demand_unit.project,
        demand_unit.agency,
        demand_unit.primary_contractor_code,
        demand_unit.has_groundwater,
        demand_unit.has_surface_water,
        demand_unit.total_acres,
        unit.group_codes,
        coalesce(variable.delivery_variables, array[]::text[]) as delivery_variables,
        coalesce(variable.shortage_variables, array[]::text[]) as shortage_variables,
        demand_unit.without_series_reason,
        demand_unit.sort_order
    from demand_unit
    inner join unit on demand_unit.unit_code = unit.unit_code
    left join variable on demand_unit.unit_code = variable.entity_code
)

select * from final
