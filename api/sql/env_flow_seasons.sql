-- The seasons of functional flows in their order.
select
    sort_order as season_id,
    season_code as short_code,
    season_name as name,
    months as calendar_months,
    water_months as wy_months,
    sort_order
from api_env_flow_season
order by sort_order
