-- How does any statistic of one scenario differ from that of another? Choose both scenarios: all pairs are possible.
with

statistic as not materialized (
    select * from {{ ref('api_scenario_statistic') }}
),

final as (
    select
        statistic.scenario_id,
        reference.scenario_id as reference_scenario_id,
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
    from statistic
    inner join statistic as reference
        on
            statistic.scenario_id <> reference.scenario_id
            and statistic.table_name = reference.table_name
            and statistic.entity_code = reference.entity_code
            and statistic.period_code = reference.period_code
            and statistic.statistic_code = reference.statistic_code
)

select * from final
