-- The hydrologic regions that nodes or arcs of the network lie in.
select hydrologic_region from api_network_node
where hydrologic_region is not null
union
select hydrologic_region from api_network_arc
where hydrologic_region is not null
order by hydrologic_region
