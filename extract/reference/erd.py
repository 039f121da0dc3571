"""The entity-relationship diagrams of the warehouse: written from the dbt manifest, checked against a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import psycopg

from extract.reference.manifest import Reference, Relation

PAGE = "dbt_project/docs/erd.md"
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
INTRODUCTION = """# Entity-relationship diagrams

Written by `coeqwal reference pages` from the dbt manifest; do not edit. Keys are what uniqueness tests state, lines
what relationships tests state; a broken line holds for some rows only, and its text says for which. Statistics of a
fact (its double precision columns outside the key) are counted, not listed: the dbt docs list them.
"""


def page(relations: Iterable[Relation]) -> str:
    """The Markdown page: an overview of the references between tables, then the columns, group by group.

    Args:
        relations: the stored relations, sorted by group and name.
    """
    known = list(relations)
    parts = [INTRODUCTION]
    reference = [r for r in known if r.schema == "reference"]
    parts.append(_section("Reference data at a glance", _lines(reference)))
    for group, members in groupby(known, key=lambda relation: relation.group):
        tables = list(members)
        body = [line for table in tables for line in _table(table)]
        parts.append(_section(f"{group} (schema {tables[0].schema})", [*body, *_lines(tables)]))
    return "\n".join(parts)


def _section(title: str, body: Iterable[str]) -> str:
    lines = "".join(f"    {line}\n" for line in body)
    return f"## {title}\n\n```mermaid\nerDiagram\n{lines}```\n"


def _table(relation: Relation) -> Iterator[str]:
    """A table with its columns; the statistics of a fact are one line."""
    referring = {reference.column for reference in relation.references}
    keys = referring | set(relation.key)
    is_fact = relation.schema in ("marts", "verification")
    statistics = 0
    yield f"{relation.name} {{"
    for column, data_type in relation.columns.items():
        if is_fact and data_type == "double precision" and column not in keys:
            statistics += 1
            continue
        marks = [mark for mark, holds in (("PK", column in relation.key), ("FK", column in referring)) if holds]
        yield f"    {(data_type or 'undeclared').replace(' ', '_')} {column} {', '.join(marks)}".rstrip()
    if statistics:
        yield f'    double_precision statistics "{statistics} columns"'
    yield "}"


def _lines(relations: Iterable[Relation]) -> Iterator[str]:
    for relation in relations:
        for reference in relation.references:
            yield _line(relation, reference)


def _line(relation: Relation, reference: Reference) -> str:
    parent = "||" if reference.column in relation.required else "|o"
    child = "o|" if relation.key == (reference.column,) else "o{"
    style = ".." if reference.where else "--"
    label = f"{reference.column} where {reference.where}" if reference.where else reference.column
    return f'{reference.to_table} {parent}{style}{child} {relation.name} : "{label.replace(chr(34), chr(39))}"'


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
