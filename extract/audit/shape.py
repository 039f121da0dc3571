"""Are tables, columns and reference data in the database those of the project?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from extract.audit.findings import Section
from extract.reference.database import differences
from extract.reference.manifest import Relation

VIEWS = """
select table_schema || '.' || table_name
from information_schema.views
where table_schema in ('intermediate', 'api')
"""
FILLED = ("load_id", "delivery_id")
"""Columns by which a row is traced back to a file."""


def relations_agree(link: psycopg.Connection, relations: Iterable[Relation], manifest: dict[str, Any]) -> Section:
    """Manifest against database, in both directions."""
    known = list(relations)
    section = Section("Tables and columns: dbt project against database", looked_at=len(known))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    views = {f"{n['schema']}.{n['alias']}" for n in models if n["config"]["materialized"] == "view"}
    for line in differences(link, known):
        where, _, what = line.partition(": ")
        if where not in views:
            section.add(what, where, "run `dbt build`; drop what no model makes any more")
    expected = {name for name in views if name.startswith(("intermediate.", "api."))}
    real = {str(name) for (name,) in link.execute(VIEWS.encode())}
    section.looked_at += len(expected)
    for name in sorted(expected - real):
        section.add("a view of the project that the database lacks", name, "run `dbt build`")
    for name in sorted(real - expected):
        section.add("a view that no model makes", name, f"drop it: `drop view {name}`")
    return section


def seeds_agree(link: psycopg.Connection, folder: Path) -> Section:
    """Every row of every seed's file against its table, in both directions, as values of the table's types."""
    section = Section("Reference data: seed files against tables")
    for path in sorted(folder.rglob("*.csv")):
        name = f"reference.{path.stem}"
        exists = link.execute("select to_regclass(%s) is not null", [name]).fetchone()
        if not exists or not exists[0]:
            section.add("a seed without its table", name, "run `dbt build --selector reference`")
            continue
        lacking, extra, rows = _differences(link, path)
        section.looked_at += rows
        for count, what in ((lacking, "rows of the file that the table lacks"), (extra, "rows that the file lacks")):
            if count:
                remedy = f"`dbt seed --select {path.stem}` loads {path.name} again; change reference data only there"
                section.add(f"{count} {what}", name, remedy)
    return section


def _differences(link: psycopg.Connection, path: Path) -> tuple[int, int, int]:
    """Rows that only the file has, rows that only the table has, rows of the file."""
    table = sql.Identifier("reference", path.stem)
    header = path.read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
    columns = sql.SQL(", ").join(map(sql.Identifier, header))
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in header)
    with link.transaction(force_rollback=True), link.cursor() as cursor:
        cursor.execute(sql.SQL("create temporary table given (like {})").format(table))
        with cursor.copy(sql.SQL("copy given ({}) from stdin (format csv, header)").format(columns)) as copy:
            copy.write(path.read_bytes())
        counts = []
        for one, other in ((sql.SQL("given"), table), (table, sql.SQL("given"))):
            cursor.execute(
                sql.SQL("select count(*) from (select {t} from {a} except all select {t} from {b}) as d").format(
                    t=texts, a=one, b=other
                )
            )
            counts.append(int((cursor.fetchone() or (0,))[0]))
        cursor.execute("select count(*) from given")
        return counts[0], counts[1], int((cursor.fetchone() or (0,))[0])


def rows_are_traced(link: psycopg.Connection, relations: Iterable[Relation]) -> Section:
    """Every row of a stored table names the load or delivery it comes from, and every table how it was made."""
    section = Section("Provenance: every row names its load or delivery, every table its code")
    for relation in relations:
        if relation.schema not in ("marts", "verification"):
            continue
        for column in (name for name in FILLED if name in relation.required):
            query = sql.SQL("select scenario_id, count(*) from {} where {} is null group by 1 order by 1").format(
                sql.Identifier(relation.schema, relation.name), sql.Identifier(column)
            )
            section.looked_at += 1
            for scenario_id, count in link.execute(query):
                remedy = f"run `coeqwal build {scenario_id}`, and find out who wrote the rows"
                section.add(
                    f"{count} rows of {scenario_id} without {column}", f"{relation.schema}.{relation.name}", remedy
                )
    unknown = link.execute("select count(distinct model) from ops.scenario_build where path is null").fetchone()
    if unknown and unknown[0]:
        what = f"{unknown[0]} relations were built before their SQL was recorded"
        section.add(what, "ops.scenario_build", "run `dbt build`", is_blocking=False)
    return section
