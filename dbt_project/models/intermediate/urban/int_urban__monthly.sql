-- What did each urban demand unit ask for, get, pump and lack in each month? TAF; nothing is clipped.
-- A supply that the unit is not mapped to counts as none; one that is mapped and not known leaves the balance open (NULL).
with

unit_series as (
    select * from {{ ref('int_urban__series') }}
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

months as (
    select
        unit_series.scenario_id,
        unit_series.load_id,
        unit_series.unit_code,
        unit_series.is_contract_water,
        unit_series.demand_source,
        unit_series.shortage_source,
        month_value.month_index,
        month_value.water_year,
        month_value.water_month,
        month_value.delivery_taf,
        month_value.groundwater_pumping_taf,
        month_value.model_shortage_taf,
        case
            when unit_series.demand_source = 'derived'
                then
                    (month_value.delivery_taf + month_value.model_shortage_taf)
                    / nullif(month_value.allocation_fraction, 0)
            else month_value.demand_taf
        end as demand_taf,
        case when unit_series.has_mapped_delivery then month_value.delivery_taf else 0 end
        + case
            when unit_series.has_mapped_groundwater_pumping
                then month_value.groundwater_pumping_taf
            else 0
        end as supply_taf
    from unit_series
    cross join calendar
    cross join lateral unnest(
        calendar.month_indexes,
        calendar.water_years,
        calendar.water_months,
        unit_series.delivery_values,
        unit_series.groundwater_pumping_values,
        unit_series.demand_values,
        unit_series.shortage_values,
        unit_series.allocation_fraction_values
    ) as month_value (
        month_index,
        water_year,
        water_month,
        delivery_taf,
        groundwater_pumping_taf,
        demand_taf,
        model_shortage_taf,
        allocation_fraction
    )
),

balanced as (
    select
        *,
        case
            when shortage_source = 'model' then model_shortage_taf
            when shortage_source = 'derived' then {{ balance_remainder('demand_taf - supply_taf') }}
        end as shortage_taf
    from months
),

final as (
    select
        balanced.scenario_id,
        balanced.load_id,
        balanced.unit_code,
        balanced.is_contract_water,
        balanced.demand_source,
        balanced.shortage_source,
        balanced.month_index,
        balanced.water_year,
        balanced.water_month,
        balanced.delivery_taf,
        balanced.groundwater_pumping_taf,
        balanced.demand_taf,
        balanced.shortage_taf,
        case
            when balanced.is_contract_water then balanced.delivery_taf + balanced.shortage_taf
            else balanced.demand_taf
        end as target_taf,
        case
            when balanced.is_contract_water then balanced.demand_taf - balanced.delivery_taf
            else balanced.shortage_taf
        end as unmet_demand_taf,
        balanced.shortage_taf > shortage_event.minimum_taf as has_shortage,
        case
            when not balanced.is_contract_water and balanced.shortage_source = 'model'
                then balanced.demand_taf - balanced.supply_taf - balanced.shortage_taf
        end as balance_residual_taf
    from balanced
    cross join shortage_event
)

select * from final
