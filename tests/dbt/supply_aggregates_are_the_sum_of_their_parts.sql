-- An aggregate that is a sum of parts has exactly the delivery series of these parts, and only such a sum has several.
with

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind ~ '_aggregate$' and measure = 'delivery'
),

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

supply_aggregate_part as (
    select * from {{ ref('supply_aggregate_part') }}
    where parts_add_up
),

of_parts as (
    select
        supply_aggregate_part.aggregate_code,
        array_agg(variable_map.part_b order by variable_map.part_b) as series
    from supply_aggregate_part
    inner join variable_map
        on supply_aggregate_part.part_code = variable_map.entity_code
    group by supply_aggregate_part.aggregate_code
),

own as (
    select
        entity_code as aggregate_code,
        array_agg(part_b order by part_b) as series
    from variable_map
    group by entity_code
),

final as (
    select
        supply_aggregate.aggregate_code,
        supply_aggregate.is_sum_of_parts,
        own.series,
        of_parts.series as series_of_parts
    from supply_aggregate
    left join own
        on supply_aggregate.aggregate_code = own.aggregate_code
    left join of_parts
        on supply_aggregate.aggregate_code = of_parts.aggregate_code
)

select *
from final
where
    (is_sum_of_parts and series is distinct from series_of_parts)
    or (not is_sum_of_parts and cardinality(series) > 1)
