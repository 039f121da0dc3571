-- Which load of each scenario does the API show?
with

activation as (
    select * from {{ ref('stg_ops__activation') }}
    where is_active
),

row_count as (
    select * from {{ ref('fct_verification_row_count') }}
),

final as (
    select distinct
        activation.scenario_id,
        activation.load_id
    from activation
    inner join row_count
        on activation.scenario_id = row_count.scenario_id and activation.load_id = row_count.load_id
)

select * from final
