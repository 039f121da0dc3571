-- The assumptions by subject.
select
    assumption_code as short_code,
    assumption_name as name,
    category,
    amount,
    unit,
    sibling_groups
from api_assumption
order by category, assumption_code
