select variable, factor from {{ ref('dim_factor') }}
