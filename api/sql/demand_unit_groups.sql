-- The groups of urban demand units with their members in the order to show them.
select
    group_code,
    group_name,
    array_agg(unit_code order by member_order, unit_code) as unit_codes
from api_demand_unit_group
group by group_code, group_name, sort_order
order by sort_order, group_code
