-- Which questions does each scenario have to answer, for which family of statistics, and from when on do answers count?
with

data_version as (
    select * from {{ ref('stg_ops__data_version') }}
),

question as (
    select * from {{ ref('verification_question') }}
),

named_family as (
    select * from {{ ref('verification_family') }}
),

scenario_build as (
    select * from {{ ref('stg_ops__scenario_build') }}
),

row_count as (
    select * from {{ ref('fct_verification_row_count') }}
),

-- the model run as a whole has every table that is made from it
family as (
    select
        family_code,
        case
            when family_code = 'all'
                then (
                    select string_to_array(string_agg(of_run.table_names, ' '), ' ')
                    from named_family as of_run
                    where of_run.family_code <> 'tier'
                )
            else string_to_array(table_names, ' ')
        end as table_names
    from named_family
),

family_of_scenario as (
    select
        data_version.scenario_id,
        family.family_code,
        family.table_names,
        case
            when family.family_code = 'tier' then data_version.tier_version
            else data_version.load_id
        end as load_id,
        case
            when family.family_code = 'tier' then data_version.tier_loaded_at
            else data_version.loaded_at
        end as loaded_at
    from data_version
    cross join family
),

built as (
    select
        family_of_scenario.scenario_id,
        family_of_scenario.family_code,
        max(scenario_build.built_at) as last_built_at
    from family_of_scenario
    inner join scenario_build
        on
            family_of_scenario.scenario_id = scenario_build.scenario_id
            and scenario_build.table_name = any(family_of_scenario.table_names)
            and family_of_scenario.loaded_at <= scenario_build.built_at
    group by
        family_of_scenario.scenario_id, family_of_scenario.family_code,
        family_of_scenario.table_names
    having count(*) = cardinality(family_of_scenario.table_names)
),

-- the families that a load has, or should have, rows of
family_of_load as (
    select distinct
        row_count.scenario_id,
        row_count.load_id,
        family.family_code
    from row_count
    inner join family on row_count.table_name = any(family.table_names)
    where row_count.expected_rows > 0 or row_count.actual_rows > 0
),

final as (
    select
        about.scenario_id,
        question.question_code,
        about.family_code,
        question.severity,
        about.load_id,
        case
            when about.load_id is null and about.family_code = 'tier'
                then 'no tier results were delivered'
            when about.load_id is null then 'no model run is loaded'
            when
                about.family_code <> 'tier'
                and whole.load_id is not null
                and family_of_load.load_id is null
                then 'the model run holds no series that this family is made from'
        end as not_applicable_reason,
        case when question.reads_tables then built.last_built_at else about.loaded_at end
            as counts_from
    from family_of_scenario as about
    inner join question on about.family_code = any(string_to_array(question.families, ' '))
    left join built
        on about.scenario_id = built.scenario_id and about.family_code = built.family_code
    left join family_of_load
        on
            about.scenario_id = family_of_load.scenario_id
            and about.load_id = family_of_load.load_id
            and about.family_code = family_of_load.family_code
    left join family_of_load as whole
        on
            about.scenario_id = whole.scenario_id
            and about.load_id = whole.load_id
            and whole.family_code = 'all'
)

select * from final
