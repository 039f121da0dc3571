-- What did each agricultural unit and refuge ask for, get, pump and lack in each month? TAF.
-- Balance: demand + riparian evapotranspiration = delivery + pumping + reuse + shortage; a term the unit has not is 0.
with

unit_series as (
    select * from {{ ref('int_applied_water__series') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

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
        unit_series.entity_kind,
        unit_series.unit_code,
        unit_series.has_demand_series,
        unit_series.has_delivery_series,
        unit_series.has_mapped_groundwater_pumping,
        unit_series.shortage_source,
        unit_series.groundwater_pumping_basis,
        month_values.month_index,
        month_values.water_year,
        month_values.water_month,
        month_values.demand_taf,
        month_values.delivery_taf,
        month_values.groundwater_pumping_taf as model_pumping_taf,
        month_values.shortage_taf as model_shortage_taf,
        month_values.demand_taf
        + case when unit_series.has_mapped_riparian_et then month_values.riparian_et_taf else 0 end
        - case when unit_series.has_mapped_delivery then month_values.delivery_taf else 0 end
        - case when unit_series.has_mapped_reuse then month_values.reuse_taf else 0 end
            as left_to_pump_taf
    from unit_series
    cross join calendar
    cross join lateral unnest(
        calendar.month_indexes,
        calendar.water_years,
        calendar.water_months,
        unit_series.demand_values,
        unit_series.riparian_et_values,
        unit_series.delivery_values,
        unit_series.groundwater_pumping_values,
        unit_series.reuse_values,
        unit_series.shortage_values
    ) as month_values (
        month_index,
        water_year,
        water_month,
        demand_taf,
        riparian_et_taf,
        delivery_taf,
        groundwater_pumping_taf,
        reuse_taf,
        shortage_taf
    )
),

supplied as (
    select
        months.*,
        left_to_pump_taf
        - case when has_mapped_groundwater_pumping then model_pumping_taf else 0 end as unmet_taf,
        left_to_pump_taf - model_shortage_taf as rest_taf
    from months
),

balanced as (
    select
        supplied.*,
        case
            when groundwater_pumping_basis = 'model' then model_pumping_taf
            when groundwater_pumping_basis = 'calculated' then {{ balance_remainder('rest_taf') }}
        end as groundwater_pumping_taf,
        case
            when shortage_source = 'model' then model_shortage_taf
            when shortage_source = 'derived' then {{ balance_remainder('unmet_taf') }}
        end as shortage_taf
    from supplied
),

final as (
    select
        balanced.scenario_id,
        balanced.load_id,
        balanced.entity_kind,
        balanced.unit_code,
        balanced.month_index,
        balanced.water_year,
        balanced.water_month,
        balanced.has_demand_series,
        balanced.has_delivery_series,
        balanced.demand_taf,
        balanced.delivery_taf,
        balanced.groundwater_pumping_taf,
        balanced.groundwater_pumping_basis,
        balanced.shortage_taf,
        balanced.shortage_source,
        balanced.shortage_taf > shortage_event.minimum_taf as has_shortage,
        balanced.shortage_taf / nullif(balanced.demand_taf, 0) * 100 as shortage_pct,
        balanced.unmet_taf - balanced.model_shortage_taf as balance_residual_taf
    from balanced
    cross join shortage_event
)

select * from final
