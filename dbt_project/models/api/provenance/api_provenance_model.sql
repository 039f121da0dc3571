-- Which file and which SQL made the rows of each relation? Route: provenance.
with

model as (
    select * from {{ ref('int_provenance__model') }}
),

final as (
    select
        model_name,
        scenario_id,
        schema_name,
        description,
        model_path,
        parents,
        methods,
        entity_kind,
        row_measures,
        compiled_sql,
        invocation_id,
        built_at
    from model
)

select * from final
