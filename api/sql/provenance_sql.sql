-- The SQL that made the rows of relations for a scenario. $1 = scenario id, or null, $2 = names of relations.
select
    model_name,
    compiled_sql
from api_provenance_model
where
    scenario_id in ('*', $1)
    and model_name = any($2::text[])
