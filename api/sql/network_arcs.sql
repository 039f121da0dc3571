-- A page of the network's arcs, and how many there are. $1 = hydrologic region or NULL, $2 = limit, $3 = offset.
with

matching as (
    select
        arc_code,
        arc_name,
        kind_code,
        kind_name,
        subtype_code,
        from_node,
        to_node,
        from_latitude,
        from_longitude,
        to_latitude,
        to_longitude,
        hydrologic_region,
        length_m
    from api_network_arc
    where $1::text is null or hydrologic_region = $1
),

page as (
    select * from matching
    order by arc_code
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
order by page.arc_code
