"""Where the numbers of an answer come from, put together from what the pipeline wrote down on the way.

Nobody declares which route reads which table: a request is carried out again, and the queries that it makes say it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.types import ASGIApp, Message

from api.database import Database, Reading, Row, recorded
from api.errors import BadParameterError, NoDataError, RefusedRequestError, UnknownCodeError
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
from api.models.tables import Table
from api.tables import TABLES, Selection, Values
from extract.receipts import FrozenTable
from extract.release import Release

MAX_ROWS = 200
PREFIX = "/api/provenance"
METHODS = "dbt_project/docs/methods/"
TIER_DELIVERIES = "tier.tier_load"
WHOLE = "all"
"""The family of checks that concern no single family of statistics."""

_VIEW = re.compile(r"\b(?:from|join)\s+(?:api\.)?(api_[a-z_]+)")
_RENAMED = re.compile(r"^\s*(?:\w+\.)?(\w+) as (\w+),?$", re.MULTILINE)
_SCENARIO = re.compile(r"s[0-9]{4}")
_LOAD = re.compile(r"(s[0-9]{4})-.+")
_FAMILY = re.compile(r"/([a-z_]+)/[a-z_]+\.sql$")


@dataclass(frozen=True)
class Asked:
    """A table that was read, and for what.

    Attributes:
        table: the relation.
        words: the texts that the request named: scenarios, loads, codes.
        rows: what was read.
        text: the query that read it, if one did.
        query: its name in `api/sql`, if it has one.
    """

    table: str
    words: frozenset[str]
    rows: Sequence[Mapping[str, Any]]
    text: str | None = None
    query: str | None = None

    @property
    def scenarios(self) -> set[str]:
        """The scenarios that the rows are of."""
        named = {str(row["scenario_id"]) for row in self.rows if "scenario_id" in row}
        return named or {word for word in self.words if _SCENARIO.fullmatch(word)}

    def of(self, scenario_id: str) -> Asked:
        """The same for one of its scenarios."""
        return replace(self, rows=[row for row in self.rows if row.get("scenario_id", scenario_id) == scenario_id])

    def load_of(self, scenario_id: str) -> str | None:
        """The load that the scenario's rows are of; none for what comes from no model run."""
        named = {str(row["load_id"]) for row in self.rows if row.get("load_id")} | self.words
        found = [word for word in sorted(named) if (match := _LOAD.fullmatch(word)) and match[1] == scenario_id]
        return found[0] if found else None


async def read_again(app: ASGIApp, scope: MutableMapping[str, Any], path: str) -> list[Asked]:
    """The tables that a request reads.

    Args:
        app: what answers requests.
        scope: what ASGI says of a connection; path and query are replaced.
        path: path of the request with its query string.

    Raises:
        BadParameterError: the path is none of this API's results.
        RefusedRequestError: the request itself is refused.
    """
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not parts.path.startswith("/api/") or parts.path.startswith(PREFIX):
        raise BadParameterError("Give a path of this API that begins with /api/ and is not itself about provenance.")
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    place = {"path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode()}
    with recorded() as readings:
        await app({**scope, "method": "GET", **place}, receive, send)
    if messages[0]["status"] != 200:
        raise RefusedRequestError(f"The request is answered with {messages[0]['status']}: {_words(messages)}")
    return list(_asked(readings))


def _words(messages: Sequence[Message]) -> str:
    body = b"".join(message.get("body", b"") for message in messages[1:])
    try:
        return str(orjson.loads(body)["detail"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "no reason given"


def _asked(readings: Iterable[Reading]) -> Iterator[Asked]:
    seen = set()
    for reading in readings:
        for view in dict.fromkeys(_VIEW.findall(reading.text)):
            # after the rows of a page, its route may count the others
            if reading.name is not None or view not in seen:
                seen.add(view)
                rows = [dict(row) for row in reading.rows]
                yield Asked(view, frozenset(_texts(reading.values)), rows, reading.text, reading.name)


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)


async def read_table(db: Database, table: str, values: Mapping[str, str], columns: Sequence[str]) -> Asked:
    """Rows of a table that the API serves.

    Args:
        db: the database.
        table: a view of the API, with or without `api_`, or a stored table that such a view shows.
        values: text to look for by column; by scenario at least.
        columns: columns wanted; none = all.

    Raises:
        UnknownCodeError: there is no such table.
        BadParameterError: it has no such column, or a number is asked for by something else.
    """
    contract = await _served(db, table)
    types = {column.name: column.type for column in contract.columns}
    unknown = [name for name in (*values, *columns) if name not in types]
    if unknown:
        known = ", ".join(types)
        raise BadParameterError(
            f"The table {contract.name} has no column {', '.join(unknown)}; it has {known}.", unknown
        )
    selection = Selection(contract)
    for name, text in values.items():
        selection.limit_to(name, _chosen(text, types[name]))
    wanted = [name for name in types if not columns or name in {*values, *columns, "scenario_id", "load_id"}]
    rows = await selection.rows(db, wanted, contract.grain, MAX_ROWS, 0)
    return Asked(f"api_{contract.name}", frozenset(values.values()), [dict(row) for row in rows])


def _chosen(text: str, data_type: str) -> Values:
    if data_type != "integer":
        return [text]
    try:
        return [int(text)]
    except ValueError as error:
        raise BadParameterError(f"'{text}' is not a whole number.", [text]) from error


async def _served(db: Database, table: str) -> Table:
    """The served table of a name: its own, or of the view that shows a stored table and reads least besides."""
    served = {f"api_{one.name}": one for one in TABLES}
    for name in (table, f"api_{table}", f"api_{table.removeprefix('fct_')}"):
        if name in served:
            return served[name]
    parents = {row["model_name"]: row["parents"] or [] for row in await db.fetch("provenance_models", None)}
    readers = [name for name in served if table in parents.get(name, [])]
    if not readers:
        raise UnknownCodeError("table", [table])
    return served[min(readers, key=lambda name: (len(parents[name]), name))]


async def explain(subject: str, asked: Sequence[Asked], db: Database) -> Explanation:
    """Where the rows of tables come from, as the database knows it.

    Args:
        subject: what the client asked about.
        asked: the tables.
        db: the database.
    """
    grained = {table: await _is_of_scenarios(DatabaseEvidence(db, None), table) for table in {a.table for a in asked}}
    of_scenarios = [one for one in asked if grained[one.table] and one.table != "api_scenario"]
    scenarios = sorted({scenario for one in of_scenarios for scenario in one.scenarios})
    catalogue = [] if of_scenarios else asked
    return Explanation(
        subject=subject,
        scenarios=[
            await origin(each, [a.of(each) for a in of_scenarios if each in a.scenarios], DatabaseEvidence(db, each))
            for each in scenarios
        ],
        catalogue=[await _table(one, None, DatabaseEvidence(db, None)) for one in catalogue],
    )


async def _is_of_scenarios(evidence: Evidence, table: str) -> bool:
    return any(row["column_name"] == "scenario_id" for row in await evidence.columns(table))


async def origin(scenario_id: str, asked: Sequence[Asked], evidence: Evidence, *, released: bool = False) -> Origin:
    """Where the rows of one scenario come from.

    Args:
        scenario_id: the scenario.
        asked: the tables.
        evidence: what is known.
        released: it is known from the frozen copy of a load.
    """
    load_ids = sorted({load_id for one in asked if (load_id := one.load_of(scenario_id))})
    tables = [await _table(one, one.load_of(scenario_id), evidence) for one in asked]
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


async def _table(asked: Asked, load_id: str | None, evidence: Evidence) -> TableOrigin:
    models = {row["model_name"]: row for row in await evidence.models()}
    lineage = _lineage(asked.table, models)
    facts = [models[name] for name in lineage if models[name]["schema_name"] in ("marts", "verification")]
    parents = {parent for name in lineage for parent in models[name]["parents"] or ()}
    shown = [name for name in lineage if name == asked.table or name in (models[asked.table]["parents"] or ())]
    compiled = await evidence.compiled(shown)
    family = next((match[1] for row in facts if (match := _FAMILY.search(row["model_path"] or ""))), None)
    words = set(asked.words).union(*(_texts(row.values()) for row in asked.rows))
    return TableOrigin(
        table=asked.table,
        query=f"api/sql/{asked.query}.sql" if asked.query else None,
        query_sql=asked.text,
        family=family,
        description=models[asked.table]["description"] if asked.table in models else None,
        method_pages=[f"{METHODS}{page}.md" for page in _methods(models[name] for name in lineage)],
        columns=_columns(asked, await evidence.columns(asked.table)),
        row_count=len(asked.rows),
        rows=[{name: _plain(value) for name, value in row.items()} for row in asked.rows[:MAX_ROWS]],
        models=[_model(models[name], compiled.get(name)) for name in lineage],
        entities=await _entities(asked, facts, load_id, words, evidence) if load_id else [],
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


def _columns(asked: Asked, rows: Sequence[Row]) -> list[ColumnMeaning]:
    """What the columns of the rows hold; a query may give a column another name."""
    columns = {row["column_name"]: row for row in rows}
    renamed = {new: old for old, new in _RENAMED.findall(asked.text or "")}
    found = []
    for name in asked.rows[0] if asked.rows else columns:
        column = columns.get(name) or columns.get(renamed.get(name, ""), {})
        known = {key: column.get(key) for key in ("column_name", "data_type", "description")}
        found.append(ColumnMeaning(name=name, **known))
    return found


async def _entities(
    asked: Asked, facts: Sequence[Row], load_id: str, words: Collection[str], evidence: Evidence
) -> list[EntityOrigin]:
    """The entities that rows or request name, with their variables."""
    kinds = {str(row["entity_kind"]) for row in facts if row["entity_kind"]}
    kinds = kinds or {str(row[name]) for row in asked.rows for name in ("entity_kind", "subject_kind") if name in row}
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
    subject: str, asked: Sequence[Asked], frozen: Release, values: Mapping[str, str], columns: Collection[str]
) -> Explanation:
    """Where the rows of tables came from in an earlier load, as its frozen copy knows it.

    Args:
        subject: what the client asked about.
        asked: the tables as they are read now; from them follows which stored tables and entities are meant.
        frozen: the frozen copy.
        values: text to look for by column; columns that a stored table lacks do not matter.
        columns: columns wanted; none = those that are read now, or all.
    """
    evidence, scenario_id = ReleaseEvidence(frozen), frozen.record.scenario_id
    models = {row["model_name"]: row for row in await evidence.models()}
    tables = {table.name.partition(".")[2]: table for table in frozen.record.tables if table.name.startswith("marts.")}
    found = {}
    for one in asked:
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
    asked: Asked,
    table: FrozenTable,
    types: Mapping[str, str],
    rows: Sequence[Mapping[str, str | None]],
    values: Mapping[str, str],
    columns: Collection[str],
) -> Asked:
    """The rows of a stored table that a request means: by the values it names, else by its codes."""
    words = asked.words.union(*(_texts(row.values()) for row in asked.rows))
    exact = {column: value for column, value in values.items() if column in table.columns}
    by_code = {
        column
        for column in table.key_columns
        if column not in exact and words.intersection(row[column] or "" for row in rows)
    }
    read_now = {name for row in asked.rows[:1] for name in row}
    wanted = {*(columns or read_now), *table.key_columns, "load_id"} if columns or read_now else {*table.columns}
    found = [
        {name: _typed(text, types.get(name, "text")) for name, text in row.items() if name in wanted}
        for row in rows
        if all(row[column] == value for column, value in exact.items()) and all(row[c] in words for c in by_code)
    ]
    return Asked(table.name.partition(".")[2], words, found)


def _typed(text: str | None, data_type: str) -> Any:
    """A value as PostgreSQL wrote it into CSV."""
    if text is None:
        return None
    if data_type in ("integer", "bigint", "smallint"):
        return int(text)
    if data_type == "double precision":
        return _plain(float(text))
    return text == "t" if data_type == "boolean" else text
