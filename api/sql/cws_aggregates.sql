-- The groups of community water systems.
select
    aggregate_code,
    aggregate_name,
    project,
    side,
    delivery_variables
from api_supply_aggregate
where family = 'cws'
order by sort_order, aggregate_code
