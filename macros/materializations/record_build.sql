{#-
    Write into ops.scenario_build from which data and code the rows in this transaction were made. If something upstream
    in the database is not what the code says now (a seed or view that was not deployed yet), say that instead, so that
    the next deploy builds these rows again. '*' stands for the scenario of a node that has none.

    What was run is kept beside it, file, parents and SQL: of any row it can be said later how it was made.
-#}
{% macro record_build() -%}
    {%- set scope = model.config.meta.get('scenario_scope') -%}
    {%- if execute and scope and scope.versions -%}
        {%- set parents = model.depends_on.nodes | default([]) -%}
        {%- call statement('record_build') -%}
            insert into ops.scenario_build as build (
                model, scenario_id, fingerprint, invocation_id, path, parents, compiled_sql, data_version, code_version
            )
            select
                '{{ model.name }}',
                made.scenario_id,
                case
                    when {{ scope.upstream | length }} = (
                        select count(*)
                        from ops.scenario_build as upstream
                        inner join (
                            values ('', '', false)
                            {%- for name, code, by_rows in scope.upstream %}
                            , ('{{ name }}', '{{ code }}', {{ by_rows }})
                            {%- endfor %}
                        ) as expected (model, code, by_rows) on expected.model = upstream.model
                        where upstream.scenario_id = case when expected.by_rows then made.scenario_id else '*' end
                            and upstream.fingerprint = md5(
                                expected.code || '|' || case when expected.by_rows then made.data_version else '' end
                            )
                    ) then md5('{{ scope.code }}|' || made.data_version)
                    else 'built from something that was not up to date'
                end,
                '{{ invocation_id }}',
                '{{ model.original_file_path }}',
                array[
                    {%- for parent in parents %}'{{ parent.split('.')[2:] | join('.') }}'{{ ', ' if not loop.last }}
                    {%- endfor -%}
                ]::text [],
                {{ "'" ~ dbt.escape_single_quotes(sql | trim) ~ "'" if sql else 'null' }},
                made.data_version,
                '{{ scope.code_version }}'
            from (
                values
                {%- for scenario, version in scope.versions.items() %}
                ('{{ scenario }}', '{{ version }}'){{ ',' if not loop.last }}
                {%- endfor %}
            ) as made (scenario_id, data_version)
            on conflict (model, scenario_id) do update
            set fingerprint = excluded.fingerprint,
                invocation_id = excluded.invocation_id,
                path = excluded.path,
                parents = excluded.parents,
                compiled_sql = excluded.compiled_sql,
                data_version = excluded.data_version,
                code_version = excluded.code_version,
                built_at = excluded.built_at
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}


{#-
    Rows that a deploy left as they are, since neither their data nor anything that they are made by has changed: the
    project as it is now would make the same.
-#}
{% macro record_kept() -%}
    {%- set scope = model.config.meta.get('scenario_scope') -%}
    {%- if execute and scope and scope.kept -%}
        {%- call statement('record_kept') -%}
            update ops.scenario_build as build
            set data_version = kept.data_version, code_version = '{{ scope.code_version }}'
            from (
                values
                {%- for scenario, version in scope.kept.items() %}
                ('{{ scenario }}', '{{ version }}'){{ ',' if not loop.last }}
                {%- endfor %}
            ) as kept (scenario_id, data_version)
            where build.model = '{{ model.name }}'
                and build.scenario_id = kept.scenario_id
                and build.fingerprint = md5('{{ scope.code }}|' || kept.data_version)
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
