{#-
    Write into ops.scenario_build from which data and code the rows in this transaction were made. If something upstream
    in the database is not what the code says now (a seed or view that was not deployed yet), say that instead, so that
    the next deploy builds these rows again. '*' stands for the scenario of a node that has none.
-#}
{% macro record_build() -%}
    {%- set scope = model.config.meta.get('scenario_scope') -%}
    {%- if execute and scope and scope.versions -%}
        {%- call statement('record_build') -%}
            insert into ops.scenario_build as build (model, scenario_id, fingerprint, invocation_id)
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
                '{{ invocation_id }}'
            from (
                values
                {%- for scenario, version in scope.versions.items() %}
                ('{{ scenario }}', '{{ version }}'){{ ',' if not loop.last }}
                {%- endfor %}
            ) as made (scenario_id, data_version)
            on conflict (model, scenario_id) do update
            set fingerprint = excluded.fingerprint,
                invocation_id = excluded.invocation_id,
                built_at = excluded.built_at
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
