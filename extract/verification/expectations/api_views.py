"""The question `api_views`: does every route of the API answer with the values of the database?

`api_routes.yml` names for each route its view, what to ask for, and which place of the answer is which column.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pandas as pd
import psycopg
import yaml
from great_expectations import expectations as gxe
from psycopg import sql
from psycopg.rows import dict_row

from api.contract import TABLES
from api.main import create_app
from api.models.tables import Table
from api.routes.tables import MAX_ROWS
from api.settings import ApiSettings
from extract.verification import CannotCheckError, Finding, Subject
from extract.verification.expectations.api_answers import Comparison, Part, compare
from extract.verification.expectations.suite import Suite, Validator
from extract.verification.oracle import FACTS

ANSWERS = Suite(
    "api_views",
    ("route", "asked", "entity", "first_difference"),
    {
        "answered": gxe.ExpectColumnValuesToBeInSet(
            column="status", value_set=["200"], description="Every route answers for everything that its view has."
        ),
        "values": gxe.ExpectColumnValuesToBeBetween(
            column="wrong_values",
            max_value=0,
            description="Every value is that of the view's column, rounded as the service does, and none is left out.",
        ),
        "explained": gxe.ExpectColumnValuesToBeBetween(
            column="unexplained_values",
            max_value=0,
            description="An answer has no value beside those of the view's columns.",
        ),
    },
)
SUITES = (ANSWERS,)
Row = dict[str, Any]
NOT_NULL = "not null"
AHEAD = 4
"""So many requests are under way at a time."""
PLAIN = {"accept-encoding": "identity"}
"""Each answer is read once, within the same machine mostly: to compress it would take longer than to send it."""
ROUTES_FILE = Path(__file__).with_name("api_routes.yml")


@dataclass(frozen=True)
class Route:
    """How the answers of a route are verified.

    Attributes:
        path: as the application declares it.
        family: the family of statistics, or `all`.
        views: the views it is made from: column by place, see `api_answers`.
        catalogue: views of which only those rows are answered that have results.
        where: columns that limit the rows of the views that have them; a value, a list of values, or "not null".
        each: path or query parameters that take every value of a column of the first view in turn.
        ask: query parameters that take all values of such a column, with commas between.
        fixed: query parameters with a fixed value.
        besides: places of the answer that are no columns of the views, each with the reason.
        first: how many rows stand for all, in the order of these columns; none where all are compared.
    """

    path: str
    family: str
    views: dict[str, dict[str, str]]
    catalogue: dict[str, dict[str, str]]
    where: dict[str, Any]
    each: dict[str, str]
    ask: dict[str, str]
    fixed: dict[str, Any]
    besides: dict[str, str]
    first: tuple[int, tuple[str, ...]] | None = None

    @property
    def is_of_scenario(self) -> bool:
        """Whether an answer is about one scenario."""
        return "{scenario_id}" in self.path or "{scenario_id}" in str(self.fixed)


@lru_cache
def declared() -> dict[str, dict[str, Any]]:
    """The file as it is: by route what there is to verify, or the reason why nothing is."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(ROUTES_FILE.read_text(encoding="utf-8"))
    return {path: given for path, given in found.items() if path.startswith("/")}


def _places(given: dict[str, Any], kind: str) -> dict[str, dict[str, str]]:
    """Column by place in the answer, for each view."""
    return {view: dict(_flat(places)) for view, places in given.get(kind, {}).items()}


def routes() -> list[Route]:
    """The routes that have a view."""
    names = ("where", "each", "ask", "fixed", "besides")
    written = [
        Route(
            path,
            given["family"],
            views=_places(given, "views"),
            catalogue=_places(given, "catalogue"),
            **{name: given.get(name, {}) for name in names},
            first=(given["first"], tuple(given["order"])) if "first" in given else None,
        )
        for path, given in declared().items()
        if "views" in given
    ]
    tables = ((table, declared().get(f"/api/v1/tables/{table.name}", {})) for table in TABLES)
    return written + [_of_table(table, said.get("first")) for table, said in tables if "unverified" not in said]


def _of_table(table: Table, first: int | None) -> Route:
    """The route of a table of /api/v1: the rows of its view as they are, or the first of them."""
    key = ",".join(f"{column}={column}" for column in table.grain)
    fact = FACTS.get(f"fct_{table.name}")
    is_of_scenario = any(each.parameter == "scenario" for each in table.filters)
    scenario = {"scenario": "{scenario_id}"} if is_of_scenario else {}
    return Route(
        f"/api/v1/tables/{table.name}",
        fact.family if fact else "tier" if table.name.startswith("tier_") and is_of_scenario else "all",
        {f"api_{table.name}": {f"data[{key}].{column.name}": column.name for column in table.columns}},
        {},
        {},
        {},
        {},
        {**scenario, "limit": first or MAX_ROWS},
        {
            "total": "a number of rows",
            "limit": "asked",
            "offset": "asked",
            "next": "the address of the next page",
            "meta": "units and loads of the rows",
        },
        (first, tuple(table.grain)) if first else None,
    )


def _flat(places: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Places of places as paths."""
    for place, inside in places.items():
        path = f"{before}.{place}" if before else place
        if isinstance(inside, dict):
            yield from _flat(inside, path)
        else:
            yield path, inside


@dataclass(frozen=True)
class Request:
    """One request of a route, and the rows of the views that it is about."""

    route: Route
    path: str
    parameters: dict[str, str]
    parts: list[Part]


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """Ask every route for everything that its view has of the scenario."""
    rows = asyncio.run(_compared(subject, _requests(subject)))
    with Validator(docs) as validator:
        for family, found in rows.items():
            yield from validator.findings(ANSWERS, pd.DataFrame(found, columns=ANSWERS.columns()), family)


async def _compared(subject: Subject, requests: Iterator[Request]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of the frame by family."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    async for request, status, answer in _answers(subject, requests):
        rows.setdefault(request.route.family, []).extend(_rows(request, status, answer))
    return rows


def _requests(subject: Subject) -> Iterator[Request]:
    with psycopg.connect(subject.url, row_factory=dict_row) as link:
        query = "select load_id from api.api_scenario where scenario_id = %s and is_active"
        active = link.execute(query, [subject.scenario_id]).fetchone()
        if active is None:
            raise CannotCheckError(f"{subject.scenario_id} is not active: the API does not serve it")
        views = _Views(link)
        for route in routes():
            origin = {"scenario_id": subject.scenario_id, "load_id": active["load_id"]} if route.is_of_scenario else {}
            wanted = {**origin, **route.where}
            rows = {view: views.rows(view, wanted, route.first) for view in (*route.views, *route.catalogue)}
            yield from _variants(route, subject.scenario_id, rows)


class _Views:
    """Rows of views, each read once, as several routes are made from the same ones."""

    def __init__(self, link: psycopg.Connection[Row]) -> None:
        self._link = link
        self._rows: dict[str, list[Row]] = {}
        found = link.execute(
            "select relname, array_agg(attname::text) as columns from pg_attribute"
            " inner join pg_class on pg_class.oid = attrelid where relnamespace = 'api'::regnamespace and attnum > 0"
            " group by relname"
        )
        self._columns = {row["relname"]: set(row["columns"]) for row in found}

    def rows(self, view: str, wanted: dict[str, Any], first: tuple[int, tuple[str, ...]] | None) -> list[Row]:
        """The rows of a view that have the wanted values in those columns that it has."""
        name = sql.Identifier("api", view)
        given = {c: v for c, v in wanted.items() if c in self._columns.get(view, ())}
        conditions: list[sql.Composable] = [_condition(c, v) for c, v in given.items()] or [sql.SQL("true")]
        query = sql.SQL("select * from {} where {}").format(name, sql.SQL(" and ").join(conditions))
        if first is not None:
            count, order = first
            query += sql.SQL(" order by {} limit {}").format(sql.SQL(", ").join(map(sql.Identifier, order)), count)
        text = query.as_string(self._link)
        if text not in self._rows:
            self._rows[text] = self._link.execute(query).fetchall()
        return self._rows[text]


def _condition(column: str, value: Any) -> sql.Composed:
    """What `where` says of a column."""
    name = sql.Identifier(column)
    if value == NOT_NULL:
        return sql.SQL("{} is not null").format(name)
    form = "{} = any({})" if isinstance(value, list) else "{} = {}"
    return sql.SQL(form).format(name, sql.Literal(value))


def _variants(route: Route, scenario_id: str, views: dict[str, list[Row]]) -> Iterator[Request]:
    """The requests of a route: one for each value of the columns in `each`; none where the views have no row."""
    columns = list(route.each.values())
    first = next(iter(route.views))
    values = dict.fromkeys(tuple(row[c] for c in columns) for row in views[first])
    if not columns and any(views[view] for view in route.views):
        values = {(): None}
    parts_of = {view: _by_values(rows, columns) for view, rows in views.items()}
    for chosen in values:
        limits = dict(zip(columns, chosen, strict=True))
        own = {view: find(limits) for view, find in parts_of.items()}
        asked = {name: ",".join(dict.fromkeys(str(r[c]) for r in own[first])) for name, c in route.ask.items()}
        named = {"scenario_id": scenario_id, **{name: str(limits[c]) for name, c in route.each.items()}}
        fixed = {name: str(value).format(**named) for name, value in route.fixed.items()}
        query = {name: value for name, value in named.items() if name in route.each and f"{{{name}}}" not in route.path}
        places = {**route.views, **route.catalogue}
        parts = [Part(rows, places[view], view in route.views) for view, rows in own.items()]
        yield Request(route, route.path.format(**named), {**fixed, **query, **asked}, parts)


def _by_values(rows: list[Row], columns: Sequence[str]) -> Callable[[dict[str, Any]], list[Row]]:
    """Find rows by the values of those of the columns that they have."""
    known = [c for c in columns if rows and c in rows[0]]
    if not known:
        return lambda limits: rows
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[c] for c in known), []).append(row)
    return lambda limits: groups.get(tuple(limits[c] for c in known), [])


@asynccontextmanager
async def _client(subject: Subject) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running API, or of the application within this process."""
    if subject.api_address is not None:
        async with httpx.AsyncClient(base_url=subject.api_address, timeout=60, headers=PLAIN) as client:
            yield client
        return
    app = create_app(ApiSettings(database_url=subject.url))
    transport = httpx.ASGITransport(app)
    async with (
        _without_access_log(),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://verify", timeout=60, headers=PLAIN) as client,
    ):
        yield client


@asynccontextmanager
async def _without_access_log() -> AsyncIterator[None]:
    """The service's line per request is for its log: without one, the line of a slow answer would stand among ours."""
    log = logging.getLogger("api.middleware")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


async def _answers(subject: Subject, requests: Iterable[Request]) -> AsyncIterator[tuple[Request, int, Any]]:
    """The answers to the requests, in their order; some are asked for ahead, while others are compared."""
    async with _client(subject) as client:
        ahead: deque[tuple[Request, asyncio.Task[httpx.Response]]] = deque()
        for request in requests:
            ahead.append((request, asyncio.create_task(client.get(request.path, params=request.parameters))))
            if len(ahead) == AHEAD:
                yield await _answer(*ahead.popleft())
        while ahead:
            yield await _answer(*ahead.popleft())


async def _answer(request: Request, asked: asyncio.Task[httpx.Response]) -> tuple[Request, int, Any]:
    response = await asked
    return request, response.status_code, orjson.loads(response.content) if response.is_success else response.text


def _rows(request: Request, status: int, answer: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of the frame: one per entity of an answer."""
    route = request.route
    asked = "?".join(filter(None, [request.path, "&".join(f"{k}={v[:80]}" for k, v in request.parameters.items())]))
    if status != 200:
        yield route.path, asked, "all", str(answer)[:200], str(status), 0, 0
        return
    found = compare(answer, request.parts, route.besides)
    yield from _of_comparison(route.path, asked, found)


def _of_comparison(route: str, asked: str, found: Comparison) -> Iterator[tuple[Any, ...]]:
    for entity in sorted(found.values.keys() | found.wrong.keys()):
        wrong = found.wrong.get(entity, [])
        yield route, asked, entity or "all", wrong[0] if wrong else "none", "200", len(wrong), 0
    if found.unexplained or not found.values:
        count = len(found.unexplained)
        yield route, asked, "all", f"unexplained: {found.unexplained[:3]}", "200", 0, count
