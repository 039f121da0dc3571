-- Which questions does each scenario have to answer, for which family of statistics, and from when on do answers count?
with

data_version as (
    select * from {{ ref('stg_ops__data_version') }}
),

question as (
    select * from {{ ref('verification_question') }}
),

family as (
    select * from {{ ref('verification_family') }}
),

scenario_build as (
    select * from {{ ref('stg_ops__scenario_build') }}
),

row_count as (
    select * from {{ ref('fct_verification_row_count') }}
),

family_table as (
    select
        family_code,
        string_to_table(table_names, ' ') as table_name
    from family
    union all
    select
        'all' as family_code,
        string_to_table(table_names, ' ') as table_name
    from family
    where family_code <> 'tier'
),

cell as (
    select
        data_version.scenario_id,
        question.question_code,
        asked.family_code,
        question.severity,
        question.reads_tables,
        case when asked.family_code = 'tier' then data_version.tier_version else data_version.load_id end
            as load_id,
        case
            when asked.family_code = 'tier' then data_version.tier_loaded_at
            else data_version.loaded_at
        end as loaded_at
    from data_version
    cross join question
    cross join lateral string_to_table(question.families, ' ') as asked (family_code)
),

-- a table that was never built for the scenario is not built
built as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        max(scenario_build.built_at) as last_built_at,
        bool_and(coalesce(scenario_build.built_at >= cell.loaded_at, false)) as is_built
    from cell
    inner join family_table on cell.family_code = family_table.family_code
    left join scenario_build
        on
            family_table.table_name = scenario_build.table_name
            and cell.scenario_id = scenario_build.scenario_id
    group by cell.scenario_id, cell.question_code, cell.family_code
),

-- the families that a load has rows of, or should have
family_of_load as (
    select distinct
        row_count.scenario_id,
        row_count.load_id,
        family_table.family_code
    from row_count
    inner join family_table on row_count.table_name = family_table.table_name
),

final as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        cell.severity,
        cell.load_id,
        case
            when cell.load_id is null and cell.family_code = 'tier' then 'no tier results were delivered'
            when cell.load_id is null then 'no model run is loaded'
            when cell.family_code <> 'tier' and whole.load_id is not null and family_of_load.load_id is null
                then 'the model run holds no series that this family is made from'
        end as not_applicable_reason,
        case
            when not cell.reads_tables then cell.loaded_at
            when built.is_built then built.last_built_at
        end as counts_from
    from cell
    left join built
        on
            cell.scenario_id = built.scenario_id
            and cell.question_code = built.question_code
            and cell.family_code = built.family_code
    left join family_of_load
        on
            cell.scenario_id = family_of_load.scenario_id
            and cell.load_id = family_of_load.load_id
            and cell.family_code = family_of_load.family_code
    left join family_of_load as whole
        on
            cell.scenario_id = whole.scenario_id
            and cell.load_id = whole.load_id
            and whole.family_code = 'all'
)

select * from final
