-- What did each aggregate of agriculture or refuges get and lack in each month? TAF.
-- What it was to get (target) is delivery and shortage together: its shortage is set against the water that was allocated.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind in ('ag_aggregate', 'refuge_aggregate')
),

month as (
    select * from {{ ref('dim_month') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select
        array_agg(month_index order by month_index) as month_indexes,
        array_agg(water_year order by month_index) as water_years,
        array_agg(water_month order by month_index) as water_months
    from month
),

shortage_event as (
    select {{ constant('shortage_event_minimum_taf') }} as minimum_taf
),

pivoted as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code as aggregate_code,
        bool_or(measure = 'delivery') as has_delivery_series,
        max(volume_taf_values) filter (where measure = 'delivery') as delivery_values,
        max(volume_taf_values) filter (where measure = 'shortage') as shortage_values
    from volume
    group by scenario_id, load_id, entity_kind, entity_code
),

final as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.entity_kind,
        pivoted.aggregate_code,
        month_values.month_index,
        month_values.water_year,
        month_values.water_month,
        pivoted.has_delivery_series,
        month_values.delivery_taf,
        month_values.shortage_taf,
        case when pivoted.shortage_values is null then 'none' else 'model' end as shortage_source,
        month_values.delivery_taf + month_values.shortage_taf as target_taf,
        month_values.shortage_taf > shortage_event.minimum_taf as has_shortage,
        month_values.shortage_taf
        / nullif(month_values.delivery_taf + month_values.shortage_taf, 0) * 100 as shortage_pct
    from pivoted
    cross join calendar
    cross join shortage_event
    cross join lateral unnest(
        calendar.month_indexes,
        calendar.water_years,
        calendar.water_months,
        pivoted.delivery_values,
        pivoted.shortage_values
    ) as month_values (month_index, water_year, water_month, delivery_taf, shortage_taf)
)

select * from final
