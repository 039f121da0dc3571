-- The operations by subject.
select
    operation_code as short_code,
    operation_name as name,
    category,
    amount,
    unit,
    sibling_groups
from api_operation
order by category, operation_code
