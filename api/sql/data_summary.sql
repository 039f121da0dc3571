-- How much can be served, counted now.
select
    count(*) filter (where is_active) as scenarios,
    (select count(*) from api_reservoir) as reservoirs
from api_scenario
