-- What did each check that was recorded find last, of the data that each scenario has now, as it is built now?
with

cell as (
    select * from {{ ref('int_verification__cell') }}
),

result as (
    select * from {{ ref('stg_ops__verification_result') }}
),

dbt_check as (
    select * from {{ ref('stg_ops__verification_check') }}
),

current_result as (
    select
        result.*,
        row_number() over (
            partition by
                result.scenario_id, result.question_code, result.family_code, result.check_name
            order by result.result_id desc
        ) = 1 as is_newest_of_check,
        first_value(result.run_id) over (
            partition by result.scenario_id, result.question_code, result.family_code
            order by result.result_id desc
        ) = result.run_id as is_of_newest_run
    from result
    inner join cell
        on
            result.scenario_id = cell.scenario_id
            and result.load_id = cell.load_id
            and result.question_code = cell.question_code
            and result.family_code = cell.family_code
            and result.recorded_at >= cell.counts_from
),

-- dbt may have run only some of its tests: one without a result is not known
of_dbt as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        dbt_check.check_name,
        coalesce(current_result.status, 'unknown') as status,
        current_result.checked_count,
        current_result.failed_count,
        case
            when current_result.status is null then 'not run since the tables were built'
            else current_result.message
        end as message,
        current_result.recorded_at
    from cell
    inner join dbt_check
        on cell.question_code = dbt_check.question_code and cell.family_code = dbt_check.family_code
    left join current_result
        on
            cell.scenario_id = current_result.scenario_id
            and cell.question_code = current_result.question_code
            and cell.family_code = current_result.family_code
            and dbt_check.check_name = current_result.check_name
            and current_result.is_newest_of_check
    where cell.load_id is not null
),

-- every other verifier answers a whole cell at a time, so that a check that is no more does not live on
of_others as (
    select
        scenario_id,
        question_code,
        family_code,
        check_name,
        status,
        checked_count,
        failed_count,
        message,
        recorded_at
    from current_result
    where
        is_of_newest_run
        and is_newest_of_check
        and question_code not in (select dbt_check.question_code from dbt_check)
),

final as (
    select * from of_dbt
    union all
    select * from of_others
)

select * from final
