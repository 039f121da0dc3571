-- What does each column of each relation hold, in the words that dbt left in the database's own catalogue?
with

final as (
    select
        pg_namespace.nspname::text as schema_name,
        pg_class.relname::text as relation_name,
        pg_attribute.attname::text as column_name,
        pg_attribute.attnum::integer as column_order,
        format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as data_type,
        col_description(pg_class.oid, pg_attribute.attnum) as description
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
    inner join pg_catalog.pg_attribute on pg_class.oid = pg_attribute.attrelid
    where
        pg_namespace.nspname in (
            'reference', 'staging', 'intermediate', 'marts', 'verification', 'api'
        )
        and pg_class.relkind in ('r', 'v')
        and not pg_class.relispartition
        and pg_attribute.attnum > 0
        and not pg_attribute.attisdropped
)

select * from final
