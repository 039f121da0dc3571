-- Which series of a model run is which measure of which entity, as the seed variable_map says?
-- The fallback part C counts only where the file has none of the first choice. Two series with the same parts B and C
-- leave the values NULL: nobody said which of them is meant.
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
        measure.is_flow
    from variable_map
    inner join measure on variable_map.measure = measure.measure_code
),

matched as (
    select
        series.scenario_id,
        series.load_id,
        mapped.entity_kind,
        mapped.entity_code,
        mapped.measure,
        mapped.part_b,
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
                series.part_c <> mapped.part_c, series.part_a, series.part_e, series.part_f
        ) as series_rank
    from mapped
    inner join series
        on
            mapped.dss_kind = series.dss_kind
            and mapped.part_b = series.part_b
            and series.part_c in (mapped.part_c, mapped.part_c_fallback)
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
            series.part_c
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
