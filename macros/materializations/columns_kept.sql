{#- Whether every column of one relation is in the other: same place, name and type. -#}
{% macro columns_kept(relation, other) -%}
    {%- set columns = "select attnum, attname, atttypid, atttypmod, attcollation from pg_attribute"
        ~ " where attnum > 0 and not attisdropped and attrelid = to_regclass('" -%}
    {{ return(run_query(
        'select not exists (' ~ columns ~ relation.include(database=false) ~ "')"
        ~ ' except ' ~ columns ~ other.include(database=false) ~ "'))"
    ).rows[0][0]) }}
{%- endmacro %}
