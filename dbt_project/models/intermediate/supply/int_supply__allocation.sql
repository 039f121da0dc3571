-- Which share of its contract does the project allocate to each entity? A fraction, 0 to 1, per month of the calendar.
-- Declared in percent and given as a fraction; a series with a value outside of 0 to 1 is neither and is not used.
with

allocation as (
    select * from {{ ref('int_calsim__entity_series') }}
    where measure = 'allocation'
),

months as (
    select
        allocation.scenario_id,
        allocation.load_id,
        allocation.entity_kind,
        allocation.entity_code,
        month_value.month_index,
        {{ missing_to_null('month_value.raw_value') }} * allocation.multiplier as fraction
    from allocation
    left join
        lateral unnest(allocation.month_values) with ordinality
            as month_value (raw_value, month_index)
        on true
),

final as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        coalesce(min(fraction) >= 0 and max(fraction) <= 1, true) as is_fraction,
        case
            when min(fraction) >= 0 and max(fraction) <= 1
                then array_agg(fraction order by month_index)
        end as allocation_fraction_values
    from months
    group by scenario_id, load_id, entity_kind, entity_code
)

select * from final
