-- How far do the scenarios of one hydroclimate lie apart, so that only operations differ? From two scenarios on.
with

scenario as (
    select * from {{ ref('dim_scenario') }}
    where hydroclimate is not null
),

statistic as (
    select * from {{ ref('api_scenario_statistic') }}
    where value is not null
),

final as (
    select
        scenario.hydroclimate,
        statistic.table_name,
        statistic.entity_code,
        statistic.period_code,
        statistic.statistic_code,
        statistic.unit,
        count(*)::integer as scenario_count,
        min(statistic.value) as lowest,
        max(statistic.value) as highest,
        avg(statistic.value) as mean,
        stddev_samp(statistic.value) as standard_deviation,
        max(statistic.value) - min(statistic.value) as spread,
        (max(statistic.value) - min(statistic.value)) / nullif(abs(avg(statistic.value)), 0) * 100
            as spread_pct
    from scenario
    inner join statistic on scenario.scenario_id = statistic.scenario_id
    group by
        scenario.hydroclimate,
        statistic.table_name,
        statistic.entity_code,
        statistic.period_code,
        statistic.statistic_code,
        statistic.unit
    having count(*) >= 2
)

select * from final
