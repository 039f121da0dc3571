-- Does a model run hold every variable that a statistic wants, once, and in a known unit?
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
    where {{ in_scope() }}
),

series as (
    select * from {{ ref('stg_calsim__series') }}
    where {{ in_scope() }}
),

chosen as (
    select * from {{ ref('int_calsim__entity_series') }}
    where {{ in_scope() }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where part_b is not null
),

expected as (
    select
        scenario_load.scenario_id,
        scenario_load.load_id,
        variable_map.*
    from scenario_load
    cross join variable_map
),

other_name as (
    select
        series.scenario_id,
        variable_map.dss_kind,
        variable_map.part_b,
        string_agg(distinct series.part_c, ', ') as other_part_c
    from variable_map
    cross join
        lateral (values (variable_map.part_b), (variable_map.part_b_fallback)) as name (part_b)
    inner join series
        on variable_map.dss_kind = series.dss_kind and name.part_b = series.part_b
    where
        series.part_c <> variable_map.part_c
        and series.part_c is distinct from variable_map.part_c_fallback
    group by series.scenario_id, variable_map.dss_kind, variable_map.part_b
),

final as (
    select
        expected.scenario_id,
        expected.entity_kind,
        expected.entity_code,
        expected.measure,
        expected.part_b,
        coalesce(chosen.part_c, expected.part_c) as part_c,
        expected.units as expected_units,
        expected.confidence,
        case
            when chosen.is_ambiguous then 'ambiguous'
            when not chosen.has_known_unit then 'unit_unexpected'
            when chosen.is_usable then 'found'
            when other_name.other_part_c is not null then 'other_part_c'
            else 'absent'
        end as status,
        coalesce(chosen.series_count, 0)::integer as series_count,
        chosen.found_part_b,
        chosen.units as found_units,
        other_name.other_part_c,
        expected.load_id
    from expected
    left join chosen
        on
            expected.scenario_id = chosen.scenario_id
            and expected.entity_kind = chosen.entity_kind
            and expected.entity_code = chosen.entity_code
            and expected.measure = chosen.measure
            and expected.part_b = chosen.part_b
    left join other_name
        on
            expected.scenario_id = other_name.scenario_id
            and expected.dss_kind = other_name.dss_kind
            and expected.part_b = other_name.part_b
)

select * from final
