{#-
    Override of `table`, for small tables without scenarios (dimensions): all rows are replaced in one transaction and
    the table itself stays, with the views on top of it. dbt's own drops those views and leaves a gap until they are
    built again. Changed columns (or --full-refresh) make the table anew, as in `view`.
-#}
{% materialization table, adapter='postgres' %}
    {%- set target_table = this.incorporate(type='table') -%}
    {%- set new_rows = make_temp_relation(target_table) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do lock_relation(target_table) -%}
    {%- set kind = relation_kind(target_table) -%}

    {%- if kind == 'table' and flags.EMPTY -%}
        {%- call noop_statement('main', 'UP TO DATE') -%}
            -- with --empty no row is touched
        {%- endcall -%}
    {%- else -%}
        {%- call statement('new_rows') -%}{{ get_create_table_as_sql(true, new_rows, sql) }}{%- endcall -%}
        {%- set reason = why_not_refill(target_table, new_rows, kind) -%}
        {%- if kind is not none and reason -%}
            {%- do drop_with_dependents(target_table, kind, reason) -%}
            {%- set kind = none -%}
        {%- endif -%}
        {%- call statement('main') -%}
            {%- if kind is none -%}
                {{ get_create_table_as_sql(false, target_table, 'select * from ' ~ new_rows ~ (' where false' if flags.EMPTY else '')) }}
            {%- else -%}
                {%- set columns = get_quoted_csv(adapter.get_columns_in_relation(target_table) | map(attribute='name')) -%}
                delete from {{ target_table }};
                insert into {{ target_table }} ({{ columns }}) select {{ columns }} from {{ new_rows }}
            {%- endif -%}
        {%- endcall -%}
        {%- call statement('drop_new_rows') -%}drop table {{ new_rows }}{%- endcall -%}
        {{ finish_relation(target_table, is_new=kind is none) }}
        {%- if not flags.EMPTY -%}{%- do record_build() -%}{%- endif -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_table]}) }}
{% endmaterialization %}


{#- Why an existing relation cannot just get new rows; none = it can. -#}
{% macro why_not_refill(target_table, new_rows, kind) -%}
    {%- if should_full_refresh() -%}{{ return('--full-refresh') }}{%- endif -%}
    {%- if kind != 'table' -%}{{ return('it is a ' ~ kind) }}{%- endif -%}
    {%- if config.get('contract').enforced -%}
        {%- set same = run_query(contract_differences_sql(target_table)).rows | length == 0 -%}
    {%- else -%}
        {%- set same = columns_kept(target_table, new_rows) and columns_kept(new_rows, target_table) -%}
    {%- endif -%}
    {{ return(none if same else 'its columns changed') }}
{%- endmacro %}
