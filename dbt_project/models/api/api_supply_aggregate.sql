-- Which aggregates of deliveries are there, and which series of the model run are added up in each? Route: aggregate lists.
with

supply_aggregate as (
    select * from {{ ref('supply_aggregate') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where measure = 'delivery'
),

final as (
    select
        supply_aggregate.aggregate_code,
        supply_aggregate.family,
        supply_aggregate.aggregate_name,
        supply_aggregate.project,
        supply_aggregate.side,
        array_agg(variable_map.part_b order by variable_map.part_b) as delivery_variables,
        supply_aggregate.sort_order
    from supply_aggregate
    inner join variable_map
        on
            supply_aggregate.aggregate_code = variable_map.entity_code
            and supply_aggregate.family || '_aggregate' = variable_map.entity_kind
    group by
        supply_aggregate.aggregate_code,
        supply_aggregate.family,
        supply_aggregate.aggregate_name,
        supply_aggregate.project,
        supply_aggregate.side,
        supply_aggregate.sort_order
)

select * from final
