-- Which doubts are there about each series, and in how many months? Those of the reader, and units and values that cannot be.
-- Stored, unlike other staging models: it reads every mapped value. About a series that no statistic reads a doubt informs.
{{ config(materialized='incremental', on_schema_change='fail', contract={'enforced': true}) }}
with

series as (
    select * from {{ ref('stg_calsim__series') }}
    where {{ in_scope() }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

plausible_range as (
    select * from {{ ref('plausible_range') }}
),

series_flag_code as (
    select * from {{ ref('series_flag_code') }}
),

fill_value as (
    select value from {{ ref('fill_value') }}
),

mapped_name as (
    select
        variable_map.dss_kind,
        accepted.part_b,
        accepted.part_c,
        array_agg(variable_map.measure) as measures
    from variable_map
    cross join {{ accepted_names() }}
    group by variable_map.dss_kind, accepted.part_b, accepted.part_c
),

-- a series that is several measures has to be plausible as each of them
judged as (
    select
        series.*,
        mapped_name.measures is not null as is_mapped,
        plausible.lowest,
        plausible.highest,
        plausible.range_severity
    from series
    left join mapped_name
        on
            series.dss_kind = mapped_name.dss_kind
            and series.part_b = mapped_name.part_b
            and series.part_c = mapped_name.part_c
    cross join
        lateral (
            select
                max(plausible_range.lowest) as lowest,
                min(plausible_range.highest) as highest,
                min(plausible_range.severity) as range_severity
            from plausible_range
            where
                plausible_range.measure = any(mapped_name.measures)
                and plausible_range.units = series.units
        ) as plausible
),

final as (
    select
        judged.scenario_id,
        judged.dss_kind,
        judged.part_a,
        judged.part_b,
        judged.part_c,
        judged.part_e,
        judged.part_f,
        judged.units,
        doubt.flag_code,
        doubt.month_count::integer as month_count,
        judged.is_mapped,
        case
            when not judged.is_mapped then 'informs'
            when series_flag_code.severity = 'by_range' then judged.range_severity
            else series_flag_code.severity
        end as severity,
        'values from ' || counted.smallest || ' to ' || counted.largest
        || coalesce(', plausible from ' || judged.lowest || ' to ' || judged.highest, '') as detail,
        judged.load_id
    from judged
    cross join
        lateral (
            select
                count(*) filter (where month.value < judged.lowest) as below_count,
                count(*) filter (where month.value > judged.highest) as above_count,
                count(*) filter (where month.value in (select * from fill_value)) as fill_count,
                case when judged.range_severity is null then count(*) end as unit_count,
                min(month.value) as smallest,
                max(month.value) as largest
            from unnest(case when judged.is_mapped then judged.month_values end) as month (value)
            where {{ missing_to_null('month.value') }} is not null
        ) as counted
    cross join
        lateral (
            select
                key as flag_code,
                value::bigint as month_count
            from jsonb_each_text(judged.series_flags)
            union all
            values
            ('below_range', counted.below_count),
            ('above_range', counted.above_count),
            ('fill_value', counted.fill_count),
            ('unit_unexpected', counted.unit_count)
        ) as doubt
    left join series_flag_code on doubt.flag_code = series_flag_code.flag_code
    where doubt.month_count > 0
)

select * from final
