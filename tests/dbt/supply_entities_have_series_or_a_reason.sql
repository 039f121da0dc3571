-- Each water supply entity is mapped to a series or says why it has none, not both; its kind in the map is its own.
with

variable_map as (
    select distinct
        entity_kind,
        entity_code
    from {{ ref('variable_map') }}
),

demand_unit as (
    select
        kind || '_demand_unit' as entity_kind,
        unit_code as entity_code,
        without_series_reason
    from {{ ref('demand_unit') }}
),

mi_contractor as (
    select
        'mi_contractor' as entity_kind,
        contractor_code as entity_code,
        without_series_reason
    from {{ ref('mi_contractor') }}
),

mi_contractor_arc as (
    select
        'mi_contractor_arc' as entity_kind,
        arc_code as entity_code,
        null::text as without_series_reason
    from {{ ref('mi_contractor_arc') }}
),

supply_aggregate as (
    select
        family || '_aggregate' as entity_kind,
        aggregate_code as entity_code,
        null::text as without_series_reason
    from {{ ref('supply_aggregate') }}
),

entity as (
    select * from demand_unit
    union all
    select * from mi_contractor
    union all
    select * from mi_contractor_arc
    union all
    select * from supply_aggregate
),

final as (
    select
        entity.entity_kind,
        entity.entity_code,
        entity.without_series_reason,
        variable_map.entity_code is not null as is_mapped
    from entity
    left join variable_map
        on
            entity.entity_kind = variable_map.entity_kind
            and entity.entity_code = variable_map.entity_code
)

select *
from final
where is_mapped = (without_series_reason is not null)
