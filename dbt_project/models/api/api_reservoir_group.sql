-- Which reservoirs belong to a group, in display order? Route: reservoir groups.
with

reservoir_group as (
    select * from {{ ref('reservoir_group') }}
),

member as (
    select * from {{ ref('reservoir_group_member') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

final as (
    select
        reservoir_group.group_code,
        reservoir_group.group_name,
        reservoir_group.sort_order,
        member.reservoir_code,
        reservoir.reservoir_name,
        member.member_order
    from reservoir_group
    inner join member on reservoir_group.group_code = member.group_code
    inner join reservoir on member.reservoir_code = reservoir.reservoir_code
)

select * from final
