with values_in as (select * from {{ ref('stg_value') }} where {{ in_scope() }}),

factors as (select * from {{ ref('dim_factor') }})

select
    values_in.scenario_id,
    values_in.variable,
    sum(values_in.value * factors.factor) as total
from values_in
inner join factors on values_in.variable = factors.variable
group by values_in.scenario_id, values_in.variable
