{#-
    Override of `seed`: as `table`, all rows are replaced in one transaction under a lock and the table stays. dbt's own
    truncates it, which empties it for readers with an older snapshot, and fails when a column was added to the file.
-#}
{% materialization seed, adapter='postgres' %}
    {%- set target_table = this.incorporate(type='table') -%}
    {%- set rows = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=rows) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do lock_relation(target_table) -%}
    {%- set kind = relation_kind(target_table) -%}
    {%- set names = adapter.get_columns_in_relation(target_table) | map(attribute='name') | list if kind else [] -%}

    {%- if should_full_refresh() -%}{%- set reason = '--full-refresh' -%}
    {%- elif kind != 'table' -%}{%- set reason = 'it is a ' ~ kind -%}
    {%- elif names != rows.column_names | list -%}{%- set reason = 'its columns changed' -%}
    {%- endif -%}
    {%- if kind is not none and reason -%}
        {%- do drop_with_dependents(target_table, kind, reason) -%}
        {%- set kind = none -%}
    {%- endif -%}
    {%- if kind is none -%}
        {%- do create_csv_table(model, rows) -%}
    {%- elif not flags.EMPTY -%}
        {%- call statement('delete') -%}delete from {{ target_table }}{%- endcall -%}
    {%- endif -%}
    {%- set count = 0 if flags.EMPTY else rows.rows | length -%}
    {%- set inserts = load_csv_rows(model, rows) if count else '' -%}
    {%- call noop_statement('main', 'INSERT ' ~ count, 'INSERT', count) -%}{{ inserts }}{%- endcall -%}
    {{ finish_relation(target_table, is_new=kind is none) }}
    {%- if not flags.EMPTY -%}{%- do record_build() -%}{%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_table]}) }}
{% endmaterialization %}
