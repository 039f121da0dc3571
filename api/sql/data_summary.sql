-- How much can be served, counted now.
select
    count(*) filter (where is_active) as scenarios,
    (select count(*) from api_sibling_group) as sibling_groups,
    (select count(*) from api_reservoir) as reservoirs,
    (select count(*) from api_tier) as tier_indicators,
    (select count(*) from api_network_node) as network_nodes,
    (select count(*) from api_network_arc) as network_arcs
from api_scenario
