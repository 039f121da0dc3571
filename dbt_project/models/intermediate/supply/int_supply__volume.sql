-- What volume did each measure of each entity have, month by month? TAF, as one array over the months of the calendar.
-- A measure that is a sum needs every part: one that is absent, ambiguous or missing leaves the month NULL.
with

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select
        array_agg(month_index order by month_index) as month_indexes,
        array_agg(month_start order by month_index) as month_starts,
        array_agg(days_in_month order by month_index) as days_in_months
    from month
),

converted as not materialized (
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
),

part_count as (
    select
        entity_kind,
        entity_code,
        measure,
        count(*) as part_count
    from variable_map
    where is_sum
    group by entity_kind, entity_code, measure
),

sum_of_month as (
    select
        converted.scenario_id,
        converted.load_id,
        converted.entity_kind,
        converted.entity_code,
        converted.measure,
        part.month_index,
        -- in a fixed order, so that a rebuild gives the same last digit
        case
            when count(part.taf) = min(part_count.part_count)
                then sum(part.taf order by converted.part_b)
        end as volume_taf
    from converted
    inner join part_count
        on
            converted.entity_kind = part_count.entity_kind
            and converted.entity_code = part_count.entity_code
            and converted.measure = part_count.measure
    cross join calendar
    cross join
        lateral unnest(converted.volume_taf_values, calendar.month_indexes)
            as part (taf, month_index)
    where converted.is_sum
    group by
        converted.scenario_id,
        converted.load_id,
        converted.entity_kind,
        converted.entity_code,
        converted.measure,
        part.month_index
),

summed as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        measure,
        array_agg(volume_taf order by month_index) as volume_taf_values
    from sum_of_month
    group by scenario_id, load_id, entity_kind, entity_code, measure
),

assumed as (
    select
        scenario_load.scenario_id,
        scenario_load.load_id,
        variable_map.entity_kind,
        variable_map.entity_code,
        variable_map.measure,
        volume.taf_values as volume_taf_values
    from scenario_load
    cross join variable_map
    cross join calendar
    cross join
        lateral (
            select
                array_agg(
                    case
                        when
                            calendar_month.month_start
                            between scenario_load.first_month and scenario_load.last_month
                            then
                            {{ flow_to_taf(
                                'variable_map.constant_value',
                                'variable_map.units',
                                'calendar_month.days_in_month'
                            ) }}
                    end
                    order by calendar_month.month_index
                ) as taf_values
            from unnest(calendar.month_starts, calendar.days_in_months, calendar.month_indexes)
                as calendar_month (month_start, days_in_month, month_index)
        ) as volume
    where variable_map.constant_value is not null
),

final as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        measure,
        'series ' || part_b as basis,
        volume_taf_values
    from converted
    where not is_sum
    union all
    select
        summed.scenario_id,
        summed.load_id,
        summed.entity_kind,
        summed.entity_code,
        summed.measure,
        'sum of ' || part_count.part_count || ' series' as basis,
        summed.volume_taf_values
    from summed
    inner join part_count
        on
            summed.entity_kind = part_count.entity_kind
            and summed.entity_code = part_count.entity_code
            and summed.measure = part_count.measure
    union all
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        measure,
        'constant' as basis,
        volume_taf_values
    from assumed
)

select * from final
