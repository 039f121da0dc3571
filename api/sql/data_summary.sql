-- How much can be served, counted now.
select
    count(*) filter (where is_active) as scenarios,
    (select count(*) from api_sibling_group) as sibling_groups,
    (select count(*) from api_reservoir) as reservoirs,
    (select count(*) from api_tier) as tier_indicators
from api_scenario
