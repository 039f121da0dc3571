-- The relations of the warehouse as they were built for a scenario, without their SQL. $1 = scenario id, or null.
select
    model_name,
    schema_name,
    description,
    model_path,
    parents,
    methods,
    entity_kind,
    row_measures,
    invocation_id,
    built_at
from api_provenance_model
where scenario_id in ('*', $1)
