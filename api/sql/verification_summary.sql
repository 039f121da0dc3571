-- How many questions about each scenario's numbers have which status, by family of statistics.
select
    cell.scenario_id,
    scenario.is_active,
    cell.family_code,
    cell.family_name,
    cell.status,
    count(*)::integer as question_count,
    max(cell.recorded_at) as recorded_at
from api_verification_status as cell
inner join api_scenario as scenario on cell.scenario_id = scenario.scenario_id
group by
    cell.scenario_id, scenario.is_active, cell.family_code, cell.family_name, cell.family_order, cell.status
order by cell.scenario_id, cell.family_order, cell.status
