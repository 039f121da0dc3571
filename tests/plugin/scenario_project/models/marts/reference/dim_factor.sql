select variable, factor::double precision as factor from {{ ref('factor') }}
