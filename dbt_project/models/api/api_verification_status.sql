-- Was each question about a scenario's numbers answered, for its present load, and how? Routes: verification status.
with

cell as (
    select * from {{ ref('int_verification__cell') }}
),

finding as (
    select * from {{ ref('int_verification__finding') }}
),

question as (
    select * from {{ ref('verification_question') }}
),

family as (
    select * from {{ ref('verification_family') }}
),

counted as (
    select
        scenario_id,
        question_code,
        family_code,
        count(*)::integer as check_count,
        count(*) filter (where status = 'passed')::integer as passed_count,
        count(*) filter (where status = 'failed')::integer as failed_count,
        count(*) filter (where status = 'error')::integer as error_count,
        count(*) filter (where status = 'not_checked')::integer as not_checked_count,
        count(*) filter (where status = 'unknown')::integer as unknown_count,
        -- what a program said when it broke is for its log
        (
            array_agg(
                check_name
                || coalesce(
                    ': ' || case when status = 'error' then 'see the log' else message end, ''
                )
                order by failed_count desc nulls last, check_name asc
            ) filter (where status <> 'passed')
        )[1:10] as examples,
        max(recorded_at) as recorded_at
    from finding
    group by scenario_id, question_code, family_code
),

judged as (
    select
        cell.*,
        counted.check_count,
        counted.passed_count,
        counted.recorded_at,
        counted.examples,
        case
            when counted.error_count > 0 then 'error'
            when counted.failed_count > 0 then 'failed'
            when cell.not_applicable_reason is not null then 'not_applicable'
            when coalesce(counted.unknown_count, 1) > 0 then 'unknown'
            when counted.not_checked_count > 0 then 'not_checked'
            else 'passed'
        end as status
    from cell
    left join counted
        on
            cell.scenario_id = counted.scenario_id
            and cell.question_code = counted.question_code
            and cell.family_code = counted.family_code
),

final as (
    select
        judged.scenario_id,
        judged.question_code,
        question.question,
        judged.family_code,
        family.family_name,
        judged.status,
        judged.severity,
        question.verifier,
        question.command,
        judged.load_id,
        coalesce(judged.check_count, 0) as check_count,
        coalesce(judged.passed_count, 0) as passed_count,
        case
            when judged.status = 'not_applicable' then judged.not_applicable_reason
            when
                judged.status = 'unknown' and judged.counts_from is null
                then 'its tables are not built from this load'
            when
                judged.status = 'unknown' and judged.check_count is null
                then 'never answered for these tables'
        end as reason,
        case when judged.status not in ('passed', 'not_applicable') then judged.examples end
            as examples,
        judged.recorded_at,
        question.display_order as question_order,
        family.display_order as family_order
    from judged
    inner join question on judged.question_code = question.question_code
    inner join family on judged.family_code = family.family_code
)

select * from final
