-- Every node that can be reached from one, once, with the least number of arcs between, found ring by ring.
-- $1 = node code, $2 = follow the flow, $3 = go against the flow, $4 = rings at most.
with recursive

ring (depth, outermost, seen) as (
    select
        0,
        array[$1::text],
        array[$1::text]
    union all
    select
        ring.depth + 1,
        following.node_codes,
        ring.seen || following.node_codes
    from ring
    cross join lateral (
        select array_agg(neighbour.node_code) as node_codes
        from (
            select to_node as node_code
            from api_network_arc
            where $2::boolean and from_node = any(ring.outermost)
            union
            select from_node
            from api_network_arc
            where $3::boolean and to_node = any(ring.outermost)
            except
            select unnest(ring.seen)
        ) as neighbour
        where neighbour.node_code is not null
    ) as following
    where
        ring.depth < $4::integer
        and following.node_codes is not null
),

reached as (
    select
        ring.depth,
        outermost.node_code
    from ring
    cross join unnest(ring.outermost) as outermost (node_code)
)

select
    reached.depth,
    api_network_node.node_code,
    api_network_node.node_name,
    api_network_node.reservoir_name,
    api_network_node.kind_code,
    api_network_node.latitude,
    api_network_node.longitude,
    api_network_node.arc_count
from reached
inner join api_network_node on reached.node_code = api_network_node.node_code
order by reached.depth, api_network_node.node_code
