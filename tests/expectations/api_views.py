"""The question `api_views`: does every route of the API answer with the values of the database?

`api_routes.yml` names for each route its view, what to ask for, and which place of the answer is which column.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import psycopg
import yaml
from great_expectations import expectations as gxe
from psycopg import sql
from psycopg.rows import dict_row

from api.main import create_app
from api.models.tables import Table
from api.routes.tables import MAX_ROWS
from api.settings import ApiSettings
from api.tables import TABLES
from extract.verification import CannotCheckError, Finding, Subject
from tests.expectations.api_answers import Comparison, Part, compare
from tests.expectations.suite import Suite, Validator
from tests.oracle import FACTS

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


def routes() -> list[Route]:
    """The routes that have a view."""
    names = ("where", "each", "ask", "fixed", "besides")
    written = [
        Route(
            path,
            given["family"],
            *({view: dict(_flat(places)) for view, places in given.get(k, {}).items()} for k in ("views", "catalogue")),
            *(given.get(name, {}) for name in names),
            (given["first"], tuple(given["order"])) if "first" in given else None,
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
        {"total": "a number of rows", "limit": "asked", "offset": "asked", "meta": "units and loads of the rows"},
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
    requests = list(_requests(subject))
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for request, status, answer in asyncio.run(_answers(subject, requests)):
        rows.setdefault(request.route.family, []).extend(_rows(request, status, answer))
    with Validator(docs) as validator:
        for family, found in rows.items():
            yield from validator.findings(ANSWERS, pd.DataFrame(found, columns=ANSWERS.columns()), family)


def _requests(subject: Subject) -> Iterator[Request]:
    with psycopg.connect(subject.url, row_factory=dict_row) as link:
        query = "select load_id from api.api_scenario where scenario_id = %s and is_active"
        active = link.execute(query, [subject.scenario_id]).fetchone()
        if active is None:
            raise CannotCheckError(f"{subject.scenario_id} is not active: the API does not serve it")
        for route in routes():
            origin = {"scenario_id": subject.scenario_id, "load_id": active["load_id"]} if route.is_of_scenario else {}
            wanted = {**origin, **route.where}
            views = {view: _rows_of(link, view, wanted, route.first) for view in (*route.views, *route.catalogue)}
            yield from _variants(route, subject.scenario_id, views)


def _rows_of(
    link: psycopg.Connection[Row], view: str, wanted: dict[str, Any], first: tuple[int, tuple[str, ...]] | None
) -> list[Row]:
    """The rows of a view that have the wanted values in those columns that it has."""
    name = sql.Identifier("api", view)
    columns = {c.name for c in link.execute(sql.SQL("select * from {} limit 0").format(name)).description or ()}
    conditions = [_condition(c, v) for c, v in wanted.items() if c in columns] or [sql.SQL("true")]
    query = sql.SQL("select * from {} where {}").format(name, sql.SQL(" and ").join(conditions))
    if first is not None:
        count, order = first
        query += sql.SQL(" order by {} limit {}").format(sql.SQL(", ").join(map(sql.Identifier, order)), count)
    return link.execute(query).fetchall()


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
    for chosen in values:
        limits = dict(zip(columns, chosen, strict=True))
        own = {
            view: [r for r in rows if all(r.get(c, v) == v for c, v in limits.items())] for view, rows in views.items()
        }
        asked = {name: ",".join(dict.fromkeys(str(r[c]) for r in own[first])) for name, c in route.ask.items()}
        named = {"scenario_id": scenario_id, **{name: str(limits[c]) for name, c in route.each.items()}}
        fixed = {name: str(value).format(**named) for name, value in route.fixed.items()}
        query = {name: value for name, value in named.items() if name in route.each and f"{{{name}}}" not in route.path}
        places = {**route.views, **route.catalogue}
        parts = [Part(rows, places[view], view in route.views) for view, rows in own.items()]
        yield Request(route, route.path.format(**named), {**fixed, **query, **asked}, parts)


@asynccontextmanager
async def _client(subject: Subject) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running API, or of the application within this process."""
    if subject.api_address is not None:
        async with httpx.AsyncClient(base_url=subject.api_address, timeout=60) as client:
            yield client
        return
    app = create_app(ApiSettings(database_url=subject.url))
    transport = httpx.ASGITransport(app)
    async with (
        _without_access_log(),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://verify", timeout=60) as client,
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


async def _answers(subject: Subject, requests: Sequence[Request]) -> list[tuple[Request, int, Any]]:
    made: list[tuple[Request, int, Any]] = []
    async with _client(subject) as client:
        for request in requests:
            response = await client.get(request.path, params=request.parameters)
            made.append((request, response.status_code, response.json() if response.is_success else response.text))
    return made


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
