-- The nodes of these codes. $1 = node codes.
select
    node_code,
    node_name,
    reservoir_name
from api_network_node
where node_code = any($1::text[])
