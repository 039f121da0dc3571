-- Nodes and arcs whose code, name or description holds a text, best first, and how many there are.
-- $1 = the text, taken as it is and in any case, $2 = limit, $3 = offset.
with

element as (
    select
        'node' as element_type,
        node_code as code,
        coalesce(reservoir_name, node_name) as name,
        node_name as description
    from api_network_node
    union all
    select
        'arc' as element_type,
        arc_code as code,
        arc_name as name,
        kind_name as description
    from api_network_arc
),

found as (
    select
        element_type,
        code,
        name,
        description,
        strpos(lower(code), lower($1::text)) as place_in_code,
        strpos(lower(coalesce(name, '')), lower($1)) as place_in_name,
        strpos(lower(coalesce(description, '')), lower($1)) as place_in_description
    from element
),

ranked as (
    select
        element_type,
        code,
        name,
        description,
        row_number() over (
            order by
                lower(code) = lower($1) desc,
                place_in_code = 1 desc,
                place_in_name = 1 desc,
                place_in_code > 0 desc,
                place_in_name > 0 desc,
                length(code),
                code
        ) as position
    from found
    where place_in_code > 0 or place_in_name > 0 or place_in_description > 0
),

counted as (
    select count(*) as total from ranked
)

select
    counted.total,
    ranked.element_type,
    ranked.code,
    ranked.name,
    ranked.description
from counted
left join ranked on ranked.position > $3 and ranked.position <= $3 + $2
order by ranked.position
