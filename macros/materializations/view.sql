{#-
    Override of `view`: create or replace under a lock, so that two builds do not collide and views on top stay.
    A `scenario:` selection makes a missing view and leaves an existing one alone; --empty does the same.
    If the columns changed, PostgreSQL cannot replace the view: it is dropped with the views on top, provided that this
    command builds those again (a deploy does).
-#}
{% materialization view, adapter='postgres' %}
    {%- set scope = model.config.meta.get('scenario_scope', {}) -%}
    {%- set target_view = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do lock_relation(target_view) -%}
    {%- set kind = relation_kind(target_view) -%}

    {%- if kind == 'view' and (scope.restricted or flags.EMPTY) -%}
        {%- call noop_statement('main', 'UP TO DATE') -%}
            -- an existing view is replaced by a deploy only
        {%- endcall -%}
    {%- else -%}
        {%- set contract = config.get('contract').enforced -%}
        {%- set body = get_select_subquery(sql) if contract else sql -%}
        {%- if contract -%}{%- do get_assert_columns_equivalent(sql) -%}{%- endif -%}
        {%- if kind == 'view' and not can_replace_view(target_view, body) -%}
            {%- do drop_with_dependents(target_view, kind, 'its columns changed') -%}
        {%- elif kind not in ('view', none) -%}
            {%- do drop_with_dependents(target_view, kind, 'it is a ' ~ kind) -%}
        {%- endif -%}
        {%- call statement('main') -%}
            create or replace view {{ target_view }} as (
                {{ body }}
            )
        {%- endcall -%}
        {{ finish_relation(target_view, is_new=kind is none) }}
        {%- do record_build() -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_view]}) }}
{% endmaterialization %}


{#- CREATE OR REPLACE keeps the existing columns, in order and type; it may only add columns at the end. -#}
{% macro can_replace_view(target_view, body) -%}
    {%- set probe = make_temp_relation(target_view) -%}
    {%- call statement('probe') -%}
        create temporary view {{ probe }} as (
            {{ body }}
        )
    {%- endcall -%}
    {%- set kept = columns_kept(target_view, probe) -%}
    {%- call statement('drop_probe') -%}drop view {{ probe }}{%- endcall -%}
    {{ return(kept) }}
{%- endmacro %}
