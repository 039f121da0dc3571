-- Arcs that begin and end at one of these nodes. $1 = node codes.
select
    arc_code,
    arc_name,
    kind_code,
    from_node,
    to_node,
    from_latitude,
    from_longitude,
    to_latitude,
    to_longitude
from api_network_arc
where
    from_node = any($1::text[])
    and to_node = any($1::text[])
order by arc_code
