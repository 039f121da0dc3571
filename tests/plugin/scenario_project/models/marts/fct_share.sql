{{ config(tags=['share']) }}
with totals as (select * from {{ ref('fct_total') }} where {{ in_scope() }})

select
    scenario_id,
    variable,
    total / sum(total) over (partition by scenario_id) as share
from totals
