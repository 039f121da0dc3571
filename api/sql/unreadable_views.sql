-- Views that are not there, or that the service may not read. $1 = their names.
select array_agg(view_name order by view_name) as names
from unnest($1::text []) as view_name
where coalesce(not has_table_privilege(to_regclass('api.' || quote_ident(view_name)), 'select'), true)
