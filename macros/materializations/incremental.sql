{#-
    Override of `incremental`: one table holds every scenario, and a build replaces the rows of the scenarios in scope.

    DELETE of the literal scenarios, INSERT and the build log are one transaction: a reader, also one in a REPEATABLE
    READ transaction, sees the old rows or the new rows of a scenario, never none and never both. Rows of other
    scenarios are not touched. Builds of different scenarios run side by side, of the same one after the other.
    A deploy (no `scenario:` criterion) also removes scenarios that are not loaded any more.
-#}
{% materialization incremental, adapter='postgres' %}
    {%- set scope = model.config.meta.get('scenario_scope') -%}
    {%- if scope is none -%}
        {%- do exceptions.raise_compiler_error(
            'no scenario scope for ' ~ model.name ~ ": dbt runs without this project's plugin, so it cannot know which"
            ~ ' rows to replace\n  remedy: install the project into this environment: `pip install -e .`'
        ) -%}
    {%- elif not config.get('contract').enforced or 'scenario_id' not in model.columns -%}
        {%- do exceptions.raise_compiler_error(
            'the incremental model ' ~ model.name ~ ' needs an enforced contract with a column scenario_id'
        ) -%}
    {%- endif -%}
    {%- set target_table = this.incorporate(type='table') -%}
    {%- set full_refresh = should_full_refresh() and not scope.restricted -%}
    {%- set deploy = not scope.restricted -%}
    {%- set gone = scope.gone if deploy else [] -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if deploy or relation_kind(target_table) is none -%}
        {{ create_scenario_table(target_table, sql, full_refresh) }}
        {%- if not full_refresh -%}{%- do adapter.commit() -%}{{ begin_again() }}{%- endif -%}
    {%- endif -%}

    {%- do lock_relation(target_table, scope.scenarios + gone) -%}
    {%- do record_kept() -%}
    {%- if flags.EMPTY or not (scope.scenarios or gone) -%}
        {%- call noop_statement('main', 'UP TO DATE') -%}
            -- the rows of no scenario have to be replaced
        {%- endcall -%}
    {%- else -%}
        {%- do assert_table_matches_contract(target_table) -%}
        {%- do get_assert_columns_equivalent(sql) -%}
        {%- if gone -%}{{ delete_gone_scenarios(target_table, gone) }}{%- endif -%}
        {%- call statement('main') -%}
            {{ replace_scenarios_sql(target_table, sql, scope.scenarios) }}
        {%- endcall -%}
        {%- do record_build() -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_table]}) }}
{% endmaterialization %}


{#-
    The adapter leaves BEGIN to the driver, which sends it once per connection: after a commit every statement would be
    a transaction of its own, and the locks gone as soon as they are taken.
-#}
{% macro begin_again() -%}
    {%- call statement('begin') -%}begin{%- endcall -%}
{%- endmacro %}


{#- Under the relation's lock, because two first builds may start together. A new table starts with an empty log. -#}
{% macro create_scenario_table(target_table, sql, full_refresh) -%}
    {%- do lock_relation(target_table) -%}
    {%- set kind = relation_kind(target_table) -%}
    {%- if kind is not none and (full_refresh or kind != 'table') -%}
        {%- do drop_with_dependents(target_table, kind, '--full-refresh' if full_refresh else 'it is a ' ~ kind) -%}
        {%- set kind = none -%}
    {%- endif -%}
    {%- if kind is none -%}
        {%- do get_assert_columns_equivalent(sql) -%}
        {%- call statement('create_table') -%}
            create table {{ target_table }} {{ get_table_columns_and_constraints() }};
            delete from ops.scenario_build where model = '{{ model.name }}';
        {%- endcall -%}
    {%- endif -%}
    {{ finish_relation(target_table, is_new=kind is none) }}
{%- endmacro %}


{% macro replace_scenarios_sql(target_table, sql, scenarios) -%}
    {%- set columns = get_quoted_csv(model.columns.keys() | list) -%}
    delete from {{ target_table }} where scenario_id in {{ scenario_list(scenarios) }};
    insert into {{ target_table }} ({{ columns }})
    select {{ columns }}
    from (
        {{ sql }}
    ) as scenario_rows
    where scenario_id in {{ scenario_list(scenarios) }}
{%- endmacro %}


{#- Asked again here: a scenario may have been loaded since this command started. -#}
{% macro delete_gone_scenarios(target_table, gone) -%}
    {%- call statement('delete_gone') -%}
        delete from {{ target_table }}
        where scenario_id in {{ scenario_list(gone) }}
            and scenario_id not in (select data.scenario_id from staging.scenario_version as data);
        delete from ops.scenario_build
        where model = '{{ model.name }}'
            and scenario_id in {{ scenario_list(gone) }}
            and scenario_id not in (select data.scenario_id from staging.scenario_version as data);
    {%- endcall -%}
{%- endmacro %}
