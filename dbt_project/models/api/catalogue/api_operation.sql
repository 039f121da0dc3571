-- What do model runs do differently from today, and which sibling groups do? Route: operations.
with

operation as (
    select * from {{ ref('operation') }}
),

link as (
    select * from {{ ref('scenario_group_operation') }}
),

of_operation as (
    select
        operation_code,
        array_agg(sibling_group order by sibling_group) as sibling_groups
    from link
    group by operation_code
),

final as (
    select
        operation.operation_code,
        operation.operation_name,
        operation.category,
        operation.amount,
        operation.unit,
        coalesce(of_operation.sibling_groups, '{}'::text[]) as sibling_groups
    from operation
    left join of_operation on operation.operation_code = of_operation.operation_code
)

select * from final
