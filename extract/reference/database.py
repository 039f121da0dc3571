"""Tables, columns and types of a database, checked against the dbt manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg

from extract.reference.manifest import Relation

TYPES = """
select
    tables.table_schema,
    tables.table_name,
    columns.column_name,
    format_type(attribute.atttypid, null)
from information_schema.tables as tables
left join information_schema.columns as columns using (table_schema, table_name)
left join pg_attribute as attribute
    on
        attribute.attrelid = format('%%I.%%I', table_schema, table_name)::regclass
        and attribute.attname = columns.column_name
-- a view that is no relation of the manifest is a step between two of them
where
    tables.table_schema = any(%(schemas)s)
    and (tables.table_type = 'BASE TABLE' or (tables.table_schema || '.' || tables.table_name) = any(%(known)s))
order by tables.table_schema, tables.table_name, columns.ordinal_position
"""
LANDING = "staging"
"""Where the loader's tables stand beside a model of dbt."""


def differences(link: psycopg.Connection, relations: Iterable[Relation]) -> list[str]:
    """What the manifest and the database do not agree on, in both directions; empty if they do.

    Args:
        link: connection to a warehouse in which dbt has built everything.
        relations: the stored relations of the manifest.

    Returns:
        One line per table or column that is missing on one side, has another type, or declares none.
    """
    expected = {(r.schema, r.name): r for r in relations}
    real: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, data_type in link.execute(
        TYPES, {"schemas": sorted({schema for schema, _ in expected}), "known": [".".join(t) for t in expected]}
    ):
        columns = real.setdefault((schema, table), {})
        if column is not None:
            columns[column] = data_type
    found = [f"{'.'.join(t)}: in the manifest, not in the database" for t in expected.keys() - real.keys()]
    left_over = {table for table in real.keys() - expected.keys() if table[0] != LANDING}
    found += [f"{'.'.join(table)}: in the database, not in the manifest" for table in left_over]
    for table in expected.keys() & real.keys():
        found += [f"{'.'.join(table)}.{line}" for line in _columns(link, expected[table].columns, real[table])]
    return sorted(found)


def _columns(link: psycopg.Connection, declared: dict[str, str], real: dict[str, str]) -> Iterator[str]:
    yield from (f"{column}: in the manifest, not in the database" for column in declared.keys() - real.keys())
    yield from (f"{column}: in the database, not in the manifest" for column in real.keys() - declared.keys())
    for column in declared.keys() & real.keys():
        if not declared[column]:
            yield f"{column}: no data_type in its yml; the database has {real[column]}"
        elif _canonical(link, declared[column]) != real[column]:
            yield f"{column}: {declared[column]} in the manifest, {real[column]} in the database"


def _canonical(link: psycopg.Connection, name: str) -> str:
    """The database's own name for a type."""
    row = link.execute("select format_type(to_regtype(%s), null)", [name]).fetchone()
    return str(row[0]) if row else name
