-- The themes in their order.
select
    theme_code as short_code,
    theme_name as name,
    short_title,
    aim as description,
    sibling_groups
from api_theme
order by sort_order
