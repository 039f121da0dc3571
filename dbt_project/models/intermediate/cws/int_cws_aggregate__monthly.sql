-- What did each group of community water systems get and lack in each month? TAF; nothing is clipped.
-- Its demand is a constant where one is known, else what it got and lacked: the model gives out no demand of a group.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'cws_aggregate'
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
        entity_code as aggregate_code,
        bool_or(basis <> 'constant') as has_series,
        max(volume_taf_values) filter (where measure = 'delivery') as delivery_values,
        max(volume_taf_values) filter (where measure = 'shortage') as shortage_values,
        max(volume_taf_values) filter (where measure = 'demand') as constant_demand_values
    from volume
    group by scenario_id, load_id, entity_code
),

months as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.aggregate_code,
        case
            when pivoted.constant_demand_values is not null then 'constant'
            when pivoted.delivery_values is not null and pivoted.shortage_values is not null
                then 'derived'
            else 'none'
        end as demand_source,
        case when pivoted.shortage_values is null then 'none' else 'model' end as shortage_source,
        month_value.*
    from pivoted
    cross join calendar
    cross join
        lateral unnest(
            calendar.month_indexes,
            calendar.water_years,
            calendar.water_months,
            pivoted.delivery_values,
            pivoted.shortage_values,
            pivoted.constant_demand_values
        )
            as month_value (
                month_index,
                water_year,
                water_month,
                delivery_taf,
                shortage_taf,
                constant_demand_taf
            )
    where pivoted.has_series
),

measured as (
    select
        months.*,
        delivery_taf + shortage_taf as target_taf,
        case
            when demand_source = 'constant' then constant_demand_taf
            else delivery_taf + shortage_taf
        end as demand_taf
    from months
),

final as (
    select
        measured.scenario_id,
        measured.load_id,
        measured.aggregate_code,
        measured.demand_source,
        measured.shortage_source,
        measured.month_index,
        measured.water_year,
        measured.water_month,
        measured.delivery_taf,
        measured.demand_taf,
        measured.shortage_taf,
        measured.target_taf,
        measured.demand_taf - measured.delivery_taf as unmet_demand_taf,
        measured.shortage_taf > shortage_event.minimum_taf as has_shortage
    from measured
    cross join shortage_event
)

select * from final
