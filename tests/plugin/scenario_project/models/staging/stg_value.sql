select scenario_id, variable, month, value from {{ source('staging', 'value') }} where {{ in_scope() }}
