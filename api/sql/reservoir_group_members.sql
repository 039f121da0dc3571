-- The members of a group of reservoirs in the order to show them. $1 = group code.
select reservoir_code
from api_reservoir_group
where group_code = $1
order by member_order, reservoir_code
