-- The aggregates of farm deliveries.
select
    aggregate_code,
    aggregate_name,
    project,
    side,
    delivery_variables
from api_supply_aggregate
where family = 'ag'
order by sort_order, aggregate_code
