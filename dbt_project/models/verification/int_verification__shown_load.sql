-- Which load of each scenario does the API show?
with

activation as (
    select * from {{ ref('stg_ops__activation') }}
    where is_active
),

row_count as (
    select * from {{ ref('fct_verification_row_count') }}
),

-- also of a load that is shown while a newer one is in staging already
frozen as (
    select
        scenario_id,
        load_id,
        min(kind) as kind
    from {{ ref('stg_ops__release') }}
    group by scenario_id, load_id
),

loaded as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

final as (
    select distinct
        activation.scenario_id,
        activation.load_id,
        coalesce(loaded.kind, frozen.kind) as kind
    from activation
    inner join row_count
        on activation.scenario_id = row_count.scenario_id and activation.load_id = row_count.load_id
    left join loaded
        on activation.scenario_id = loaded.scenario_id and activation.load_id = loaded.load_id
    left join frozen
        on activation.scenario_id = frozen.scenario_id and activation.load_id = frozen.load_id
)

select * from final
