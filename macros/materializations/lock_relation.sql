{#-
    Serialise what several dbt processes do to one relation, until the transaction ends. DDL and whole rebuilds take the
    relation; row rebuilds share it and take their scenarios, in one order, so that no two builds wait for each other.
-#}
{% macro lock_relation(relation, scenarios=none) -%}
    {%- set key = relation.schema ~ '.' ~ relation.identifier -%}
    {%- call statement('lock') -%}
        {%- if scenarios is none -%}
            select pg_advisory_xact_lock(hashtextextended('{{ key }}', 0));
        {%- else -%}
            select pg_advisory_xact_lock_shared(hashtextextended('{{ key }}', 0));
            {%- for scenario in scenarios | sort %}
            select pg_advisory_xact_lock(hashtextextended('{{ key }}/{{ scenario }}', 0));
            {%- endfor -%}
        {%- endif -%}
    {%- endcall -%}
{%- endmacro %}
