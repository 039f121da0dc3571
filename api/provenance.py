"""Where the numbers of an answer come from, put together from what the pipeline wrote down on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.database import Row
from api.errors import BadParameterError, NoDataError
from api.evidence import DatabaseEvidence, Evidence, ReleaseEvidence
from api.models.provenance import (
    Check,
    ColumnMeaning,
    Delivery,
    EntityOrigin,
    Explanation,
    LoadOrigin,
    Origin,
    SourceModel,
    TableOrigin,
    Variable,
)
from api.queries import place
from api.request_trace import MAX_ROWS, TableTrace, texts
from api.snapshot import Snapshot
from extract.records.receipts import FrozenTable

if TYPE_CHECKING:  # the service reads a frozen copy, and needs nothing of what writes one
    from extract.releases.frozen_copy import Release

MAX_TABLES = 40
"""Tables that are explained at once, each scenario counted."""
REGISTRY = "api_scenario"
TRACED = ("load_id", "delivery_id")
"""Columns by which a row of results names where it comes from."""
METHODS = "dbt_project/docs/method/"
TIER_DELIVERIES = "tier.tier_load"
WHOLE = "all"
"""The family of checks that concern no single family of statistics."""

_RENAMED = re.compile(r"^\s*(?:\w+\.)?(\w+) as (\w+),?$", re.MULTILINE)
_FAMILY = re.compile(r"/([a-z_]+)/[a-z_]+\.sql$")


async def explain(subject: str, traces: Sequence[TableTrace], db: Snapshot) -> Explanation:
    """Where the rows of tables come from, as the database knows it.

    Args:
        subject: what the client asked about.
        traces: the tables.
        db: the database.

    Raises:
        BadParameterError: they are too many.
    """
    described = {one.table: await DatabaseEvidence(db, None).columns(one.table) for one in traces}
    columns = {table: {row["column_name"] for row in rows} for table, rows in described.items()}
    grained = [one for one in traces if "scenario_id" in columns[one.table] and one.table != REGISTRY]
    # what a route reads of scenarios besides results, such as their titles, is not what it was asked for
    of_scenarios = [one for one in grained if columns[one.table].intersection(TRACED)] or grained
    scenarios = sorted({scenario for one in of_scenarios for scenario in one.scenarios})
    count = sum(len(one.scenarios) for one in of_scenarios)
    if count > MAX_TABLES:
        raise BadParameterError(f"The request reads {count} tables of scenarios; at most {MAX_TABLES} are explained.")
    catalogue = [] if of_scenarios else traces
    return Explanation(
        subject=subject,
        scenarios=[
            await origin(each, [a.of(each) for a in of_scenarios if each in a.scenarios], DatabaseEvidence(db, each))
            for each in scenarios
        ],
        catalogue=[await _table(one, None, DatabaseEvidence(db, None)) for one in catalogue],
    )


async def origin(
    scenario_id: str, traces: Sequence[TableTrace], evidence: Evidence, *, released: bool = False
) -> Origin:
    """Where the rows of one scenario come from.

    Args:
        scenario_id: the scenario.
        traces: the tables.
        evidence: what is known.
        released: it is known from the frozen copy of a load.
    """
    load_ids = sorted({load_id for one in traces if (load_id := one.load_of(scenario_id))})
    tables = [await _table(one, one.load_of(scenario_id), evidence) for one in traces]
    families = {table.family for table in tables if table.family}
    load = await evidence.load(load_ids[0]) if load_ids else None
    checks = await evidence.checks(load_ids[0] if load_ids else "", {*families, *([WHOLE] if load_ids else [])})
    return Origin(
        scenario_id=scenario_id,
        load=LoadOrigin.model_validate(dict(load)) if load else None,
        from_release=released,
        checks=[Check.model_validate(dict(check)) for check in checks],
        tables=tables,
    )


async def _table(trace: TableTrace, load_id: str | None, evidence: Evidence) -> TableOrigin:
    models = {row["model_name"]: row for row in await evidence.models()}
    lineage = _lineage(trace.table, models)
    facts = [models[name] for name in lineage if models[name]["schema_name"] in ("marts", "verification")]
    parents = {parent for name in lineage for parent in models[name]["parents"] or ()}
    shown = [name for name in lineage if name == trace.table or name in (models[trace.table]["parents"] or ())]
    compiled = await evidence.compiled(shown)
    family = next((match[1] for row in facts if (match := _FAMILY.search(row["model_path"] or ""))), None)
    words = set(trace.words).union(*(texts(row.values()) for row in trace.rows))
    return TableOrigin(
        table=trace.table,
        query=place(trace.query) if trace.query else None,
        query_sql=trace.text,
        family=family,
        description=models[trace.table]["description"] if trace.table in models else None,
        method_pages=[f"{METHODS}{page}.md" for page in _methods(models[name] for name in lineage)],
        columns=_columns(trace, await evidence.columns(trace.table)),
        row_count=len(trace.rows),
        rows=[{name: _plain(value) for name, value in row.items()} for row in trace.rows[:MAX_ROWS]],
        models=[_model(models[name], compiled.get(name)) for name in lineage],
        entities=await _entities(trace, facts, load_id, words, evidence) if load_id else [],
        deliveries=await _deliveries(words, evidence) if TIER_DELIVERIES in parents else [],
    )


def _lineage(table: str, models: Mapping[str, Row]) -> list[str]:
    """A relation and all that it is made of, nearest first; loaded tables are not among them."""
    found: dict[str, None] = {}
    level = [table] if table in models else []
    while level:
        found.update(dict.fromkeys(level))
        parents = [parent for name in level for parent in models[name]["parents"] or ()]
        level = [name for name in dict.fromkeys(parents) if name in models and name not in found]
    return list(found)


def _methods(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(page for row in rows for page in row["methods"] or ()))


def _model(row: Row, compiled_sql: str | None) -> SourceModel:
    return SourceModel(
        model_name=row["model_name"],
        description=row["description"],
        path=row["model_path"],
        invocation_id=row["invocation_id"],
        built_at=row["built_at"],
        compiled_sql=compiled_sql,
    )


def _columns(trace: TableTrace, rows: Sequence[Row]) -> list[ColumnMeaning]:
    """What the columns of the rows hold; a query may give a column another name."""
    columns = {row["column_name"]: row for row in rows}
    renamed = {new: old for old, new in _RENAMED.findall(trace.text or "")}
    found = []
    for name in trace.rows[0] if trace.rows else columns:
        column = columns.get(name) or columns.get(renamed.get(name, ""), {})
        known = {key: column.get(key) for key in ("column_name", "data_type", "description")}
        found.append(ColumnMeaning(name=name, **known))
    return found


async def _entities(
    trace: TableTrace, facts: Sequence[Row], load_id: str, words: Collection[str], evidence: Evidence
) -> list[EntityOrigin]:
    """The entities that rows or request name, with their variables."""
    kinds = {str(row["entity_kind"]) for row in facts if row["entity_kind"]}
    kinds = kinds or {str(row[name]) for row in trace.rows for name in ("entity_kind", "subject_kind") if name in row}
    deciding = {(row["entity_kind"], measure) for row in facts for measure in row["row_measures"] or ()}
    found: dict[tuple[str, str], list[Variable]] = {}
    for row in await evidence.variables(load_id, kinds, words):
        gives_rows = (row["entity_kind"], row["measure"]) in deciding
        variables = found.setdefault((row["entity_kind"], row["entity_code"]), [])
        variables.append(Variable.model_validate({**row, "pathname": _pathname(row), "gives_rows": gives_rows}))
    return [EntityOrigin(entity_kind=kind, entity_code=code, variables=v) for (kind, code), v in found.items()]


def _pathname(row: Row) -> str | None:
    """The six parts; D, the dates, differs from record to record of a series and stays empty."""
    if row["source_file"] is None:
        return None
    parts = (row["part_a"], row["part_b"], row["part_c"], "", row["part_e"], row["part_f"])
    return f"/{'/'.join(part or '' for part in parts)}/"


async def _deliveries(words: Collection[str], evidence: Evidence) -> list[Delivery]:
    """The delivered files of the tiers that rows or request name, or of all."""
    known = await evidence.deliveries()
    named = [row for row in known if row["tier_code"] in words]
    return [Delivery.model_validate(dict(row)) for row in named or known]


def _plain(value: Any) -> Any:
    """What JSON can hold: neither NaN nor infinity."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


async def explain_release(
    subject: str, traces: Sequence[TableTrace], frozen: Release, values: Mapping[str, str], columns: Collection[str]
) -> Explanation:
    """Where the rows of tables came from in an earlier load, as its frozen copy knows it.

    Args:
        subject: what the client asked about.
        traces: the tables as they are read now; from them follows which stored tables and entities are meant.
        frozen: the frozen copy.
        values: text to look for by column; columns that a stored table lacks do not matter.
        columns: columns wanted; none = those that are read now, or all.
    """
    evidence, scenario_id = ReleaseEvidence(frozen), frozen.record.scenario_id
    models = {row["model_name"]: row for row in await evidence.models()}
    tables = {table.name.partition(".")[2]: table for table in frozen.record.tables if table.name.startswith("marts.")}
    found = {}
    for one in traces:
        for name in _nearest(one.table, models, tables):
            types = {row["column_name"]: row["data_type"] for row in await evidence.columns(name)}
            found[name] = _frozen_rows(one, tables[name], types, list(frozen.rows(tables[name].name)), values, columns)
    if not any(one.rows for one in found.values()):
        raise NoDataError(f"The frozen copy of {frozen.record.load_id} has no such row.")
    return Explanation(
        subject=subject,
        scenarios=[await origin(scenario_id, list(found.values()), evidence, released=True)],
        catalogue=[],
    )


def _nearest(table: str, models: Mapping[str, Row], wanted: Collection[str]) -> list[str]:
    """Of what a relation is made of, the wanted ones that are nearest to it."""
    level = [table] if table in models else []
    while level and not any(name in wanted for name in level):
        level = [parent for name in level if name in models for parent in models[name]["parents"] or ()]
    return [name for name in dict.fromkeys(level) if name in wanted]


def _frozen_rows(
    trace: TableTrace,
    table: FrozenTable,
    types: Mapping[str, str],
    rows: Sequence[Mapping[str, str | None]],
    values: Mapping[str, str],
    columns: Collection[str],
) -> TableTrace:
    """The rows of a stored table that a request means: by the values it names, else by its codes."""
    words = trace.words.union(*(texts(row.values()) for row in trace.rows))
    exact = {column: value for column, value in values.items() if column in table.columns}
    by_code = {
        column
        for column in table.key_columns
        if column not in exact and words.intersection(row[column] or "" for row in rows)
    }
    read_now = {name for row in trace.rows[:1] for name in row}
    wanted = {*(columns or read_now), *table.key_columns, "load_id"} if columns or read_now else {*table.columns}
    found = [
        {name: _typed(text, types.get(name, "text")) for name, text in row.items() if name in wanted}
        for row in rows
        if all(row[column] == value for column, value in exact.items()) and all(row[c] in words for c in by_code)
    ]
    return TableTrace(table.name.partition(".")[2], words, found)


def _typed(text: str | None, data_type: str) -> Any:
    """A value as PostgreSQL wrote it into CSV."""
    if text is None:
        return None
    if data_type in ("integer", "bigint", "smallint"):
        return int(text)
    if data_type == "double precision":
        return _plain(float(text))
    return text == "t" if data_type == "boolean" else text
