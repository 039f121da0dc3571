select share, variable, scenario_id from {{ ref('fct_share') }}
