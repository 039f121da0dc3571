{#-
    At the end of a run: what each data test found, as rows of ops.verification_result, one per test and scenario that the
    run was about. The list of tests goes into ops.verification_check, so that one that was left out is known to be.

    A scenario whose data changed during the run gets no rows: nobody could say which data the tests saw.
-#}
{% macro record_test_results(results) -%}
    {%- set scope = model.config.meta.get('scenario_scope') if execute -%}
    {%- if not scope or flags.EMPTY -%}{{ return('') }}{%- endif -%}
    {%- set words = {'pass': 'passed', 'fail': 'failed', 'warn': 'failed', 'error': 'error'} -%}
    {%- set clear, broken = [], [] -%}
    {%- for result in results if result.node.unique_id in scope.checks -%}
        {%- set status = words.get(result.status | string, 'not_checked') -%}
        {%- set meta = result.node.config.meta.get('scenario_scope', {}) -%}
        {%- set finding = {
            'status': status,
            'message': none if status == 'passed' else result.message,
            'scenarios': meta.get('scenarios', scope.versions.keys() | list),
        } -%}
        {%- do finding.update(scope.checks[result.node.unique_id]) -%}
        {%- if status == 'failed' -%}
            {%- do broken.append((finding, result.node.compiled_code)) -%}
        {%- else -%}
            {%- do clear.append(finding) -%}
        {%- endif -%}
    {%- endfor -%}

    with listed as (
        select question, family, check_name
        from jsonb_to_recordset({{ json_literal(scope.checks.values() | list) }})
            as one (question text, family text, check_name text)
    ),
    gone as (
        delete from ops.verification_check
        where (question, family, check_name) not in (select * from listed)
    )
    insert into ops.verification_check select * from listed
    on conflict do nothing;

    {{ insert_test_results(clear, scope) }};

    {%- for finding, code in broken %}
    {{ insert_test_results([finding], scope, code) }};
    {%- endfor %}
{%- endmacro %}


{#- Print what each data test of this run found wrong, scenario by scenario, with the rows that were kept of it. -#}
{% macro name_failures() -%}
    {%- set scope = model.config.meta.get('scenario_scope') if execute -%}
    {%- if scope and not flags.EMPTY -%}
        {%- set found = run_query(
            "select scenario_id, check_name, message from ops.verification_result where run_id = '" ~ invocation_id
            ~ "' and status = 'failed' and question = 'dbt_tests' order by check_name, scenario_id"
        ) -%}
        {%- for row in found.rows -%}
            {%- do print('  ' ~ row[0] ~ ', ' ~ row[1] ~ ': ' ~ row[2]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- With the code of a test that found something it is asked which scenarios the rows are of; without, none is wrong. -#}
{% macro insert_test_results(findings, scope, code=none) -%}
    with finding as (
        select *
        from jsonb_to_recordset({{ json_literal(findings) }})
            as one (question text, family text, check_name text, status text, message text, scenarios jsonb)
    ),
    about as (
        select
            finding.*,
            data.scenario_id,
            case when finding.family = 'tier' then data.tier_version else data.receipt_id end as load_id
        from finding
        cross join jsonb_array_elements_text(finding.scenarios) as chosen (scenario_id)
        inner join jsonb_each_text({{ json_literal(scope.versions) }}) as seen (scenario_id, version)
            on chosen.scenario_id = seen.scenario_id
        inner join staging.scenario_version as data
            on seen.scenario_id = data.scenario_id and seen.version = data.version
    ),
    wrong_row as (
        {%- if code %}
        select to_jsonb(failing) as wrong from ({{ code }}
        ) as failing
        {%- else %}
        select null::jsonb as wrong where false
        {%- endif %}
    ),
    wrong as (
        select
            wrong ->> 'scenario_id' as scenario_id,
            count(*) as failed_count,
            to_jsonb((array_agg(short.example))[1:10]) as examples,
            array_to_string((array_agg(distinct short.named) filter (where short.named <> ''))[1:10], '; ') as named
        from wrong_row
        cross join lateral (
            -- codes, which have no spaces, name a row, as do month and year; numbers say what is wrong with it
            select
                coalesce(jsonb_object_agg(key, value), '{}') as example,
                left(
                    string_agg(value #>> '{}', ' ' order by key) filter (
                        where key not in ('scenario_id', 'load_id')
                        and (
                            jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^\S+$'
                            or key in ('water_month', 'water_year')
                        )
                    ),
                    100
                ) as named
            from jsonb_each(wrong)
            where jsonb_typeof(value) <> 'array'
        ) as short
        group by wrong ->> 'scenario_id'
    )
    insert into ops.verification_result
        (run_id, scenario_id, load_id, question, family, check_name, status, failed_count, message, examples, verifier,
            code_version)
    select
        '{{ invocation_id }}',
        about.scenario_id,
        about.load_id,
        about.question,
        about.family,
        about.check_name,
        case when {{ 'wrong.failed_count is null and exists (select from wrong)' if code else 'false' }}
            then 'passed' else about.status end,
        coalesce(wrong.failed_count, case when about.status = 'passed' then 0 end),
        case when {{ 'wrong.failed_count is not null or not exists (select from wrong)' if code else 'true' }}
            then concat_ws(': ', about.message, nullif(wrong.named, '')) end,
        coalesce(wrong.examples, '[]'),
        'dbt',
        '{{ scope.code_version }}'
    from about
    -- rows without a scenario may be of any
    left join wrong on wrong.scenario_id = about.scenario_id or wrong.scenario_id is null
    where about.load_id is not null
{%- endmacro %}


{#- A value as an SQL literal of JSON. -#}
{% macro json_literal(value) -%}
    '{{ tojson(value) | replace("'", "''") }}'::jsonb
{%- endmacro %}
