select scenario_id from {{ ref('fct_share') }} where {{ in_scope() }} group by scenario_id having abs(sum(share) - 1) > 1e-9
