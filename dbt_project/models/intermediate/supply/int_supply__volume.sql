-- What volume did each measure of each entity have, month by month? TAF, as one array over the months of the calendar.
-- A measure that is a sum needs every part: one that is absent, ambiguous or missing leaves the month NULL.
with

-- read twice, so PostgreSQL would compute it whole, for entities of all kinds, before a filter is applied
part as not materialized (
    select * from {{ ref('int_supply__part') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

assumed as (
    select * from {{ ref('int_supply__constant') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select array_agg(month_index order by month_index) as month_indexes
    from month
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
        part.scenario_id,
        part.load_id,
        part.entity_kind,
        part.entity_code,
        part.measure,
        month_value.month_index,
        min(part_count.part_count) as part_count,
        -- in a fixed order, so that a rebuild gives the same last digit
        case
            when count(month_value.taf) = min(part_count.part_count)
                then sum(month_value.taf order by part.part_b)
        end as volume_taf
    from part
    inner join part_count
        on
            part.entity_kind = part_count.entity_kind
            and part.entity_code = part_count.entity_code
            and part.measure = part_count.measure
    cross join calendar
    cross join
        lateral unnest(part.volume_taf_values, calendar.month_indexes)
            as month_value (taf, month_index)
    where part.is_sum
    group by
        part.scenario_id,
        part.load_id,
        part.entity_kind,
        part.entity_code,
        part.measure,
        month_value.month_index
),

summed as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        measure,
        'sum of ' || min(part_count) || ' series' as basis,
        array_agg(volume_taf order by month_index) as volume_taf_values
    from sum_of_month
    group by scenario_id, load_id, entity_kind, entity_code, measure
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
    from part
    where not is_sum
    union all
    select * from summed
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
