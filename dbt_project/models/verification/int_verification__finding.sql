-- What is known of each check: recorded results, and what the tables of comparisons and the trend report say?
with

cell as (
    select * from {{ ref('int_verification__cell') }}
    where load_id is not null
),

result as (
    select * from {{ ref('int_verification__result') }}
),

row_count as (
    select * from {{ ref('fct_verification_row_count') }}
),

balance as (
    select * from {{ ref('fct_water_balance_check') }}
),

verdict as (
    select * from {{ ref('stg_ops__verdict') }}
),

family as (
    select * from {{ ref('verification_family') }}
),

row_rule as (
    select * from {{ ref('expected_row_rule') }}
),

of_row_counts as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        row_count.table_name as check_name,
        case when row_count.actual_rows = row_count.expected_rows then 'passed' else 'failed' end
            as status,
        greatest(row_count.actual_rows, row_count.expected_rows)::bigint as checked_count,
        abs(row_count.actual_rows - row_count.expected_rows)::bigint as failed_count,
        row_count.actual_rows || ' rows, expected ' || row_count.expected_rows as message,
        cell.counts_from as recorded_at
    from cell
    inner join family on cell.family_code = family.family_code
    inner join row_count
        on
            cell.scenario_id = row_count.scenario_id
            and cell.load_id = row_count.load_id
            and row_count.table_name = any(string_to_array(family.table_names, ' '))
    where cell.question_code = 'row_counts' and cell.counts_from is not null
),

family_kind as (
    select distinct
        family.family_code,
        row_rule.entity_kind
    from family
    inner join row_rule on row_rule.table_name = any(string_to_array(family.table_names, ' '))
),

of_water_balances as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        balance.entity_kind || ' ' || balance.entity_code as check_name,
        case when balance.is_balanced then 'passed' else 'failed' end as status,
        balance.checked_months_count::bigint as checked_count,
        balance.unbalanced_months_count::bigint as failed_count,
        balance.unbalanced_months_count || ' of ' || balance.checked_months_count
        || ' months do not add up' as message,
        cell.counts_from as recorded_at
    from cell
    inner join family_kind on cell.family_code = family_kind.family_code
    inner join balance
        on
            cell.scenario_id = balance.scenario_id
            and cell.load_id = balance.load_id
            and family_kind.entity_kind = balance.entity_kind
    where cell.question_code = 'water_balance' and cell.counts_from is not null
),

of_trend_report as (
    select
        cell.scenario_id,
        cell.question_code,
        cell.family_code,
        'trend_report' as check_name,
        case
            when verdict.verdict = 'VALIDATED' then 'passed'
            when verdict.verdict = 'OVERRIDDEN' then 'failed'
            else 'not_checked'
        end as status,
        null::bigint as checked_count,
        null::bigint as failed_count,
        verdict.message,
        verdict.recorded_at
    from cell
    inner join verdict on cell.load_id = verdict.load_id
    where cell.question_code = 'trend_report'
),

final as (
    select * from result
    union all
    select * from of_row_counts
    union all
    select * from of_water_balances
    union all
    select * from of_trend_report
)

select * from final
