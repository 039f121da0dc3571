-- A page of the network's nodes, and how many there are. $1 = hydrologic region or NULL, $2 = limit, $3 = offset.
with

matching as (
    select
        node_code,
        node_name,
        kind_code,
        kind_name,
        subtype_code,
        river,
        distance_to_mouth_miles,
        hydrologic_region,
        latitude,
        longitude,
        reservoir_name
    from api_network_node
    where $1::text is null or hydrologic_region = $1
),

page as (
    select * from matching
    order by node_code
    limit $2 offset $3
),

counted as (
    select count(*) as total from matching
)

select
    counted.total,
    page.*
from counted
left join page on true
order by page.node_code
