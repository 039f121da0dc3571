{#- Stop if the existing table does not have the columns and types of the contract. -#}
{% macro assert_table_matches_contract(relation) -%}
    {%- set different = run_query(contract_differences_sql(relation)).columns[0].values() -%}
    {%- if different -%}
        {%- do exceptions.raise_compiler_error(
            'the table ' ~ relation.schema ~ '.' ~ relation.identifier ~ ' does not match its contract any more: '
            ~ different | join(', ')
            ~ '\n  remedy: make it anew with `dbt build --full-refresh --select ' ~ model.name ~ '+`'
        ) -%}
    {%- endif -%}
{%- endmacro %}


{% macro contract_differences_sql(relation) -%}
    select coalesce(contract.name, actual.name) || ' ' || coalesce(actual.type::text, 'missing')
        || ' instead of ' || coalesce(contract.type::text, 'nothing')
    from (
        values
        {%- for column in model.columns.values() %}
        ('{{ column.name }}', '{{ column.data_type }}'::regtype){{ ',' if not loop.last }}
        {%- endfor %}
    ) as contract (name, type)
    full join (
        select attname::text as name, atttypid::regtype as type
        from pg_attribute
        where attrelid = to_regclass('{{ relation.include(database=false) }}') and attnum > 0 and not attisdropped
    ) as actual on actual.name = contract.name
    where actual.type is distinct from contract.type
{%- endmacro %}
