-- The groups of reservoirs with their members in the order to show them.
select
    group_code,
    group_name,
    array_agg(reservoir_code order by member_order, reservoir_code) as reservoirs
from api_reservoir_group
group by group_code, group_name, sort_order
order by sort_order, group_code
