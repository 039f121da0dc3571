"""How large is the database, and which queries are slow?"""

from __future__ import annotations

import psycopg

from extract.audit.findings import Section

SLOW_SECONDS = 1.0
"""A mean duration from which on a query is worth a look; answers of the API are to come within a second."""
SIZES = """
select relation, pg_size_pretty(bytes), rows, dead_rows
from (
    select
        n.nspname || '.' || c.relname as relation,
        pg_total_relation_size(c.oid) as bytes,
        coalesce(s.n_live_tup, 0) as rows,
        coalesce(s.n_dead_tup, 0) as dead_rows
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    left join pg_stat_user_tables as s on c.oid = s.relid
    where c.relkind = 'r' and n.nspname in ('staging', 'reference', 'marts', 'verification', 'ops')
) as sized
order by bytes desc
limit 15
"""
SLOW = """
select round((mean_exec_time / 1000)::numeric, 3), calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 160)
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and mean_exec_time >= %s
order by mean_exec_time desc
limit 10
"""


def sizes(link: psycopg.Connection) -> Section:
    """The largest tables. Figures to read; nothing of it is right or wrong."""
    section = Section("Sizes")
    total = link.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
    section.details.append(("database", str(total[0]) if total else ""))
    for relation, size, rows, dead in link.execute(SIZES.encode()):
        section.looked_at += 1
        section.details.append((relation, f"{size}, about {rows:,} rows and {dead:,} dead ones"))
    return section


def slow_queries(link: psycopg.Connection) -> Section:
    """Queries that take long on average, where the server keeps such statistics."""
    section = Section("Slow queries")
    there = link.execute("select 1 from pg_extension where extname = 'pg_stat_statements'").fetchone()
    if there is None:
        section.not_checked = "the extension pg_stat_statements is not installed in this database"
        return section
    counted = link.execute("select count(*) from pg_stat_statements").fetchone()
    section.looked_at = int(counted[0]) if counted else 0
    for seconds, calls, query in link.execute(SLOW.encode(), [SLOW_SECONDS * 1000]):
        section.add(f"{seconds} s on average over {calls} calls", query, "look at its plan", is_blocking=False)
    return section
