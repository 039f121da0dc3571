-- Which series of a model run is which measure of which entity, as the seed variable_map says?
-- A fallback name (part B or C) counts only where the file has none of the choices before it. Two series with the same
-- parts B and C leave the values NULL: nobody said which of them is meant.
with

series as (
    select * from {{ ref('stg_calsim__series') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

measure as (
    select * from {{ ref('measure') }}
),

mapped as (
    select
        variable_map.*,
        measure.is_flow,
        accepted.part_b as accepted_part_b,
        accepted.part_c as accepted_part_c,
        accepted.choice
    from variable_map
    inner join measure on variable_map.measure = measure.measure_code
    cross join {{ accepted_names() }}
),

matched as (
    select
        series.scenario_id,
        series.load_id,
        mapped.entity_kind,
        mapped.entity_code,
        mapped.measure,
        mapped.part_b,
        series.part_b as found_part_b,
        series.part_c,
        mapped.sign * mapped.factor as multiplier,
        mapped.is_sum,
        series.units,
        series.units = mapped.units or (mapped.is_flow and series.units in ('CFS', 'TAF'))
            as has_known_unit,
        series.month_values,
        count(*) over same_name as series_count,
        row_number() over (
            same_variable
            order by
                mapped.choice, series.part_a, series.part_e, series.part_f
        ) as series_rank
    from mapped
    inner join series
        on
            mapped.dss_kind = series.dss_kind
            and mapped.accepted_part_b = series.part_b
            and mapped.accepted_part_c = series.part_c
    window same_variable as (
        partition by
            series.scenario_id,
            mapped.entity_kind,
            mapped.entity_code,
            mapped.measure,
            mapped.part_b
    ),
    same_name as (
        partition by
            series.scenario_id,
            mapped.entity_kind,
            mapped.entity_code,
            mapped.measure,
            mapped.part_b,
            mapped.choice
    )
),

judged as (
    select
        matched.*,
        series_count > 1 as is_ambiguous,
        series_count = 1 and has_known_unit as is_usable
    from matched
    where series_rank = 1
),

final as (
    select
        scenario_id,
        load_id,
        entity_kind,
        entity_code,
        measure,
        part_b,
        found_part_b,
        part_c,
        multiplier,
        is_sum,
        units,
        has_known_unit,
        is_ambiguous,
        is_usable,
        series_count,
        case when is_usable then month_values end as month_values
    from judged
)

select * from final
