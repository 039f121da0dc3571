-- What did each contractor get, lack and ask for in each month? TAF; nothing is clipped.
-- Its shortage is measured against the allocated water, delivery plus shortage, and not against the demand.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'mi_contractor'
),

allocation as (
    select * from {{ ref('int_supply__allocation') }}
    where entity_kind = 'mi_contractor'
),

contractor_demand as (
    select * from {{ ref('int_contractor__demand') }}
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
        entity_code as contractor_code,
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
        pivoted.contractor_code,
        case
            when pivoted.constant_demand_values is not null then 'constant'
            when contractor_demand.demand_taf_values is not null then 'derived'
            else 'none'
        end as demand_source,
        case when pivoted.shortage_values is null then 'none' else 'model' end as shortage_source,
        month_value.*
    from pivoted
    left join contractor_demand
        on
            pivoted.scenario_id = contractor_demand.scenario_id
            and pivoted.contractor_code = contractor_demand.contractor_code
    left join allocation
        on
            pivoted.scenario_id = allocation.scenario_id
            and pivoted.contractor_code = allocation.entity_code
    cross join calendar
    cross join
        lateral unnest(
            calendar.month_indexes,
            calendar.water_years,
            calendar.water_months,
            pivoted.delivery_values,
            pivoted.shortage_values,
            coalesce(pivoted.constant_demand_values, contractor_demand.demand_taf_values),
            allocation.allocation_fraction_values
        )
            as month_value (
                month_index,
                water_year,
                water_month,
                delivery_taf,
                shortage_taf,
                demand_taf,
                allocation_fraction
            )
    where pivoted.has_series
),

final as (
    select
        months.scenario_id,
        months.load_id,
        months.contractor_code,
        months.demand_source,
        months.shortage_source,
        months.month_index,
        months.water_year,
        months.water_month,
        months.delivery_taf,
        months.demand_taf,
        months.shortage_taf,
        months.delivery_taf + months.shortage_taf as target_taf,
        months.demand_taf - months.delivery_taf as unmet_demand_taf,
        months.shortage_taf > shortage_event.minimum_taf as has_shortage,
        case
            when months.demand_source = 'constant'
                then
                    months.demand_taf * months.allocation_fraction
                    - months.delivery_taf
                    - months.shortage_taf
        end as balance_residual_taf
    from months
    cross join shortage_event
)

select * from final
