-- Which demand units belong to a group, in display order? Route: demand-units/groups.
with

demand_unit_group as (
    select * from {{ ref('demand_unit_group') }}
),

member as (
    select * from {{ ref('demand_unit_group_member') }}
),

final as (
    select
        demand_unit_group.group_code,
        demand_unit_group.group_name,
        demand_unit_group.sort_order,
        member.unit_code,
        member.member_order
    from demand_unit_group
    inner join member on demand_unit_group.group_code = member.group_code
)

select * from final
