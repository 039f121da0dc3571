-- Arcs that end at one of the first nodes or begin at one of the second. $1, $2 = node codes.
select
    arc_code,
    arc_name,
    kind_name,
    coalesce(to_node = any($1::text[]), false) as is_upstream
from api_network_arc
where to_node = any($1::text[]) or from_node = any($2::text[])
order by is_upstream desc, arc_code
