{#-
    Override: `create schema if not exists` is not safe when two first builds start together, so they queue.
    The reading role of the API gets into the schema `api` and into no other.
-#}
{% macro postgres__create_schema(relation) -%}
    {%- call statement('create_schema') -%}
        select pg_advisory_xact_lock(hashtextextended('schema {{ relation.schema }}', 0));
        create schema if not exists {{ relation.without_identifier().include(database=false) }};
        {%- if relation.schema == 'api' %}
        do $grant$
        begin
            if exists (select 1 from pg_roles where rolname = 'coeqwal_read') then
                grant usage on schema api to coeqwal_read;
            end if;
        end $grant$;
        {%- endif %}
    {%- endcall -%}
{%- endmacro %}
