-- Which demand units are there, of which kind, in which groups, and what is the model said to give out about each?
{{ config(materialized='view') }}

with

demand_unit as (
    select * from {{ ref('demand_unit') }}
),

demand_unit_group_member as (
    select * from {{ ref('demand_unit_group_member') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

unit_group as (
    select
        unit_code,
        array_agg(group_code order by group_code) as group_codes
    from demand_unit_group_member
    group by unit_code
),

measured as (
    select
        demand_unit.unit_code,
        array_agg(distinct variable_map.measure order by variable_map.measure) as measures,
        bool_or(variable_map.needs_confirmation) as has_open_mapping
    from demand_unit
    inner join variable_map
        on
            demand_unit.unit_code = variable_map.entity_code
            and variable_map.entity_kind = demand_unit.kind || '_demand_unit'
    group by demand_unit.unit_code
),

final as (
    select
        demand_unit.unit_code,
        demand_unit.kind,
        demand_unit.kind || '_demand_unit' as entity_kind,
        coalesce(demand_unit.unit_name, demand_unit.unit_code) as unit_label,
        demand_unit.hydrologic_region,
        demand_unit.wba_code,
        demand_unit.cs3_type,
        demand_unit.project,
        demand_unit.agency,
        demand_unit.provider,
        demand_unit.managed_by,
        demand_unit.primary_contractor_code,
        demand_unit.total_acres,
        demand_unit.duplicate_of,
        demand_unit.counts_in_total,
        demand_unit.sort_order,
        coalesce(unit_group.group_codes, array[]::text[]) as group_codes,
        coalesce(measured.measures, array[]::text[]) as measures,
        demand_unit.needs_confirmation or coalesce(measured.has_open_mapping, false)
            as has_open_question,
        demand_unit.without_series_reason
    from demand_unit
    left join unit_group
        on demand_unit.unit_code = unit_group.unit_code
    left join measured
        on demand_unit.unit_code = measured.unit_code
)

select * from final
