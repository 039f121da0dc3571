-- What does each column of each relation hold? Route: provenance.
with

relation_column as (
    select * from {{ ref('int_provenance__column') }}
),

final as (
    select
        schema_name,
        relation_name,
        column_name,
        column_order,
        data_type,
        description
    from relation_column
)

select * from final
