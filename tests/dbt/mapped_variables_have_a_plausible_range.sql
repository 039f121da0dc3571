-- Every unit in which variable_map accepts a series needs a range, or no value of it is held to any.
with

variable_map as (
    select * from {{ ref('variable_map') }}
    where part_b is not null
),

measure as (
    select * from {{ ref('measure') }}
),

plausible_range as (
    select * from {{ ref('plausible_range') }}
),

accepted_unit as (
    select
        variable_map.measure,
        variable_map.units
    from variable_map
    union distinct
    select
        measure.measure_code as measure,
        flow.units
    from measure
    cross join (values ('CFS'), ('TAF')) as flow (units)
    where measure.is_flow
),

final as (
    select accepted_unit.*
    from accepted_unit
    left join plausible_range
        on
            accepted_unit.measure = plausible_range.measure
            and accepted_unit.units = plausible_range.units
    where plausible_range.measure is null
)

select * from final
