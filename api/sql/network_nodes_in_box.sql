-- Nodes of a part of the map, reservoirs and busy nodes first, and how many there are.
-- $1 to $4 = least longitude and latitude, greatest longitude and latitude, degrees; $5 = lists that the nodes come
-- from, or NULL for all; $6 = limit, $7 = offset.
with

matching as (
    select
        node_code,
        node_name,
        kind_code,
        kind_name,
        map_category,
        river,
        distance_to_mouth_miles,
        hydrologic_region,
        latitude,
        longitude,
        reservoir_name,
        reservoir_river,
        capacity_taf,
        arc_count,
        source,
        row_number() over (
            order by map_category = 'reservoir' desc, capacity_taf desc nulls last, arc_count desc, node_code
        ) as position
    from api_network_node
    where
        longitude between $1::double precision and $3::double precision
        and latitude between $2::double precision and $4::double precision
        and ($5::text[] is null or source = any($5))
),

counted as (
    select count(*) as total from matching
)

select
    counted.total,
    matching.*
from counted
left join matching on matching.position > $7::integer and matching.position <= $7 + $6::integer
order by matching.position
