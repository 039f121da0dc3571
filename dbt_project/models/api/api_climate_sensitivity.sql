-- How does a statistic change when the same operations meet another climate? Each scenario against its sibling in the
-- reference hydroclimate, both as the registry says; never by the letters or the order of their ids.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
),

hydroclimate as (
    select * from {{ ref('hydroclimate') }}
),

statistic as not materialized (
    select * from {{ ref('api_scenario_statistic') }}
),

sibling as (
    select
        scenario.scenario_id,
        reference.scenario_id as reference_scenario_id,
        scenario.sibling_group,
        scenario.hydroclimate,
        reference.hydroclimate as reference_hydroclimate
    from scenario
    inner join scenario as reference
        on
            scenario.sibling_group = reference.sibling_group
            and scenario.hydroclimate <> reference.hydroclimate
    inner join hydroclimate
        on
            reference.hydroclimate = hydroclimate.hydroclimate_code
            and hydroclimate.is_reference
),

final as (
    select
        sibling.sibling_group,
        sibling.hydroclimate,
        sibling.scenario_id,
        sibling.reference_hydroclimate,
        sibling.reference_scenario_id,
        statistic.table_name,
        statistic.entity_code,
        statistic.period_code,
        statistic.statistic_code,
        statistic.unit,
        statistic.value,
        reference.value as reference_value,
        statistic.value - reference.value as difference,
        (statistic.value - reference.value) / nullif(abs(reference.value), 0) * 100
            as difference_pct
    from sibling
    inner join statistic on sibling.scenario_id = statistic.scenario_id
    inner join statistic as reference
        on
            sibling.reference_scenario_id = reference.scenario_id
            and statistic.table_name = reference.table_name
            and statistic.entity_code = reference.entity_code
            and statistic.period_code = reference.period_code
            and statistic.statistic_code = reference.statistic_code
)

select * from final
