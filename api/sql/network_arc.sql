-- One arc of the network and its ends. $1 = arc code.
select
    arc_code,
    arc_name,
    from_node,
    to_node
from api_network_arc
where arc_code = $1
