-- How many rows of each statistics table follow from the series that a model run holds?
-- Asked of the raw series and the seeds alone, and of no model between them and the tables.
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

series as (
    select * from {{ ref('stg_calsim__series') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
),

member as (
    select * from {{ ref('storage_aggregate_member') }}
),

row_rule as (
    select * from {{ ref('expected_row_rule') }}
),

present as (
    select distinct
        series.scenario_id,
        variable_map.entity_kind,
        variable_map.entity_code,
        variable_map.measure
    from variable_map
    cross join {{ accepted_names() }}
    inner join series
        on
            variable_map.dss_kind = series.dss_kind
            and accepted.part_b = series.part_b
            and accepted.part_c = series.part_c
),

present_or_member as (
    select * from present
    union all
    select
        present.scenario_id,
        'storage_aggregate' as entity_kind,
        member.aggregate_code as entity_code,
        present.measure
    from present
    inner join member on present.entity_code = member.reservoir_code
    where present.entity_kind = 'reservoir'
),

final as (
    select
        scenario_load.scenario_id,
        row_rule.table_name,
        count(distinct present_or_member.entity_code)::integer * row_rule.rows_per_entity
            as expected_rows
    from scenario_load
    cross join row_rule
    left join present_or_member
        on
            scenario_load.scenario_id = present_or_member.scenario_id
            and row_rule.entity_kind = present_or_member.entity_kind
            and present_or_member.measure = any(string_to_array(row_rule.measures, ' '))
    group by scenario_load.scenario_id, row_rule.table_name, row_rule.rows_per_entity
)

select * from final
