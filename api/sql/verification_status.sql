-- Every question about a scenario's numbers and its status. $1 = scenario id.
select
    question_code,
    question,
    family_code,
    family_name,
    status,
    severity,
    verifier,
    command,
    load_id,
    check_count,
    passed_count,
    reason,
    examples,
    recorded_at
from api_verification_status
where scenario_id = $1
order by family_order, question_order
