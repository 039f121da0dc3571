-- Which variables stand behind the numbers of an entity, and which series of the model run are they?
-- An entity that is a group or has arcs also has the variables of these parts. A variable that the file lacks has no
-- pathname; one that the file has twice has both, and gives no number.
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

series as (
    select * from {{ ref('stg_calsim__series') }}
),

chosen as (
    select * from {{ ref('int_calsim__entity_series') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

part as (
    select distinct
        entity_kind,
        entity_code,
        entity_kind as part_kind,
        entity_code as part_code
    from variable_map
    union all
    select
        'storage_aggregate' as entity_kind,
        aggregate_code as entity_code,
        'reservoir' as part_kind,
        reservoir_code as part_code
    from {{ ref('storage_aggregate_member') }}
    union all
    select
        'mi_contractor' as entity_kind,
        contractor_code as entity_code,
        'mi_contractor_arc' as part_kind,
        arc_code as part_code
    from {{ ref('mi_contractor_arc') }}
    union all
    select
        supply_aggregate.family || '_aggregate' as entity_kind,
        supply_aggregate_part.aggregate_code as entity_code,
        supply_aggregate.family || '_aggregate' as part_kind,
        supply_aggregate_part.part_code
    from {{ ref('supply_aggregate_part') }} as supply_aggregate_part
    inner join {{ ref('supply_aggregate') }} as supply_aggregate
        on supply_aggregate_part.part_code = supply_aggregate.aggregate_code
),

final as (
    select
        scenario_load.scenario_id,
        scenario_load.load_id,
        part.entity_kind,
        part.entity_code,
        part.part_kind,
        part.part_code,
        row_number() over (
            partition by scenario_load.scenario_id, part.entity_kind, part.entity_code
            order by
                part.part_kind,
                part.part_code,
                variable_map.measure,
                variable_map.part_b,
                series.source_row
        )::integer as variable_number,
        variable_map.measure,
        variable_map.dss_kind,
        series.part_a,
        coalesce(chosen.found_part_b, variable_map.part_b) as part_b,
        coalesce(chosen.part_c, variable_map.part_c) as part_c,
        series.part_e,
        series.part_f,
        variable_map.units as unit,
        series.units as found_unit,
        variable_map.sign,
        variable_map.factor,
        variable_map.is_sum,
        variable_map.constant_value,
        variable_map.source,
        variable_map.confidence,
        variable_map.needs_confirmation,
        case
            when variable_map.part_b is null then 'constant'
            when chosen.is_ambiguous then 'ambiguous'
            when not chosen.has_known_unit then 'unit_unexpected'
            when chosen.is_usable then 'found'
            else 'absent'
        end as status,
        series.source_file,
        series.source_row,
        series.source_sha256
    from scenario_load
    cross join part
    inner join variable_map
        on part.part_kind = variable_map.entity_kind and part.part_code = variable_map.entity_code
    left join chosen
        on
            scenario_load.scenario_id = chosen.scenario_id
            and part.part_kind = chosen.entity_kind
            and part.part_code = chosen.entity_code
            and variable_map.measure = chosen.measure
            and variable_map.part_b = chosen.part_b
    left join series
        on
            -- the scenario of the load and not of the choice, so that one scenario is read and not all
            scenario_load.scenario_id = series.scenario_id
            and variable_map.dss_kind = series.dss_kind
            and chosen.found_part_b = series.part_b
            and chosen.part_c = series.part_c
)

select * from final
