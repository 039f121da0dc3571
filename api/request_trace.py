"""The trace of a request: which tables it reads, and which rows of them.

Nobody declares it: a request is carried out again, and the queries that it makes say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message

from api.contract import TABLES
from api.database import Reading, recorded
from api.errors import BadParameterError, RefusedRequestError, UnknownCodeError
from api.models.tables import Table
from api.snapshot import Snapshot
from api.tables import Selection, Values

MAX_ROWS = 200
PREFIX = "/api/provenance"

_VIEW = re.compile(r"\b(?:from|join)\s+(?:api\.)?(api_[a-z_]+)")
_SCENARIO = re.compile(r"s[0-9]{4}")
_LOAD = re.compile(r"(s[0-9]{4})-.+")


@dataclass(frozen=True)
class TableTrace:
    """A table that was read, and for what.

    Attributes:
        table: the relation.
        words: the texts that the request named: scenarios, loads, codes.
        rows: what was read.
        text: the query that read it, if one did.
        query: its name, if it has one.
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

    def of(self, scenario_id: str) -> TableTrace:
        """The same for one of its scenarios."""
        return replace(self, rows=[row for row in self.rows if row.get("scenario_id", scenario_id) == scenario_id])

    def load_of(self, scenario_id: str) -> str | None:
        """The load that the scenario's rows are of; none for what comes from no model run."""
        named = {str(row["load_id"]) for row in self.rows if row.get("load_id")} | self.words
        found = [word for word in sorted(named) if (match := _LOAD.fullmatch(word)) and match[1] == scenario_id]
        return found[0] if found else None


async def trace_request(app: ASGIApp, scope: MutableMapping[str, Any], path: str) -> list[TableTrace]:
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
        try:
            await app({**scope, "method": "GET", **place}, receive, send)
        except HTTPException as error:
            raise RefusedRequestError(f"The request is answered with {error.status_code}: {error.detail}") from error
    if messages[0]["status"] != 200:
        raise RefusedRequestError(f"The request is answered with {messages[0]['status']}: {_words(messages)}")
    return list(_traced(readings))


def _words(messages: Sequence[Message]) -> str:
    body = b"".join(message.get("body", b"") for message in messages[1:])
    try:
        return str(orjson.loads(body)["detail"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "no reason given"


def _traced(readings: Iterable[Reading]) -> Iterator[TableTrace]:
    seen = set()
    for reading in readings:
        for view in dict.fromkeys(_VIEW.findall(reading.text)):
            # after the rows of a page, its route may count the others
            if reading.name is not None or view not in seen:
                seen.add(view)
                rows = [dict(row) for row in reading.rows]
                yield TableTrace(view, frozenset(texts(reading.values)), rows, reading.text, reading.name)


def texts(values: Iterable[object]) -> Iterator[str]:
    """The texts among values, also those in lists."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from texts(value)


async def read_table(db: Snapshot, table: str, values: Mapping[str, str], columns: Sequence[str]) -> TableTrace:
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
    return TableTrace(f"api_{contract.name}", frozenset(values.values()), [dict(row) for row in rows])


def _chosen(text: str, data_type: str) -> Values:
    if data_type != "integer":
        return [text]
    try:
        return [int(text)]
    except ValueError as error:
        raise BadParameterError(f"'{text}' is not a whole number.", [text]) from error


async def _served(db: Snapshot, table: str) -> Table:
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
