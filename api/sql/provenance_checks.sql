-- What is known of the questions about families of statistics of a load.
-- Tier results have a version of their own, whatever model run is loaded. $1 = scenario id, $2 = load id, $3 = families.
select
    question_code,
    family_code,
    status,
    check_count,
    passed_count,
    coalesce(examples, array_remove(array[reason], null)) as detail
from api_verification_status
where
    scenario_id = $1
    and (load_id = $2 or family_code = 'tier')
    and family_code = any($3::text[])
order by question_order, family_order
