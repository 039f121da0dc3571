-- What would each contractor take if the project allocated everything? TAF per month of the calendar.
-- Delivery and shortage of an arc add up to its demand times the allocation. Arcs are turned back one by one, then added;
-- a month in which nothing is allocated to an arc says nothing of the demand.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'mi_contractor_arc'
),

allocation as (
    select * from {{ ref('int_supply__allocation') }}
    where entity_kind = 'mi_contractor_arc'
),

contractor_arc as (
    select
        *,
        count(*) over (partition by contractor_code) as arc_count
    from {{ ref('mi_contractor_arc') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

calendar as (
    select array_agg(month_index order by month_index) as month_indexes
    from month
),

arc_volume as (
    select
        scenario_id,
        load_id,
        entity_code as arc_code,
        max(volume_taf_values) filter (where measure = 'delivery') as delivery_values,
        max(volume_taf_values) filter (where measure = 'shortage') as shortage_values
    from volume
    group by scenario_id, load_id, entity_code
),

arc_month as (
    select
        arc_volume.scenario_id,
        arc_volume.load_id,
        contractor_arc.contractor_code,
        contractor_arc.arc_order,
        contractor_arc.arc_count,
        month_value.month_index,
        (month_value.delivery_taf + month_value.shortage_taf)
        / nullif(month_value.allocation_fraction, 0) as demand_taf
    from arc_volume
    inner join contractor_arc on arc_volume.arc_code = contractor_arc.arc_code
    inner join allocation
        on
            arc_volume.scenario_id = allocation.scenario_id
            and arc_volume.arc_code = allocation.entity_code
    cross join calendar
    cross join lateral unnest(
        calendar.month_indexes,
        arc_volume.delivery_values,
        arc_volume.shortage_values,
        allocation.allocation_fraction_values
    ) as month_value (month_index, delivery_taf, shortage_taf, allocation_fraction)
),

contractor_month as (
    select
        scenario_id,
        load_id,
        contractor_code,
        month_index,
        -- in a fixed order, so that a rebuild gives the same last digit
        case
            when count(demand_taf) = min(arc_count) then sum(demand_taf order by arc_order)
        end as demand_taf
    from arc_month
    group by scenario_id, load_id, contractor_code, month_index
),

final as (
    select
        scenario_id,
        load_id,
        contractor_code,
        array_agg(demand_taf order by month_index) as demand_taf_values
    from contractor_month
    group by scenario_id, load_id, contractor_code
    having count(demand_taf) > 0
)

select * from final
