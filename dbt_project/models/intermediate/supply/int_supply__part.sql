-- Which volume is each mapped flow, series by series? TAF per month of the calendar; a series that may not be used has none.
with

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
),

flow_measure as (
    select * from {{ ref('measure') }}
    where is_flow
),

month as (
    select * from {{ ref('dim_month') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select
        array_agg(month_index order by month_index) as month_indexes,
        array_agg(days_in_month order by month_index) as days_in_months
    from month
),

final as (
    select
        entity_series.scenario_id,
        entity_series.load_id,
        entity_series.entity_kind,
        entity_series.entity_code,
        entity_series.measure,
        entity_series.part_b,
        entity_series.is_sum,
        case when entity_series.is_usable then volume.taf_values end as volume_taf_values
    from entity_series
    inner join flow_measure on entity_series.measure = flow_measure.measure_code
    cross join calendar
    cross join lateral (
        select
            array_agg(
                {{ flow_to_taf(
                    missing_to_null('part.value'), 'entity_series.units', 'part.days_in_month'
                ) }} * entity_series.multiplier
                order by part.month_index
            ) as taf_values
        from unnest(entity_series.month_values, calendar.days_in_months, calendar.month_indexes)
            as part (value, days_in_month, month_index)
    ) as volume
)

select * from final
