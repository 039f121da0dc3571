"""The question `api_views`: does every route of the API answer with the values of the database?

`api_routes.yml` names for each route its view, what to ask for, and which place of the answer is which column.
"""

from __future__ import annotations

import asyncio
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
from api.settings import ApiSettings
from extract.verification import CannotCheckError, Finding, Subject
from tests.expectations.api_answers import Comparison, compare
from tests.expectations.suite import Suite, Validator

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
ROUTES_FILE = Path(__file__).with_name("api_routes.yml")


@dataclass(frozen=True)
class Route:
    """How the answers of a route are verified.

    Attributes:
        path: as the application declares it.
        family: the family of statistics, or `all`.
        view: the view it is made from.
        values: column by place, see `api_answers`.
        where: columns of the view that limit its rows, with the value each has to have.
        each: path parameters that take every value of a column in turn.
        ask: query parameters that take all values of a column, with commas between.
        fixed: query parameters with a fixed value.
        besides: places of the answer that are no columns of the view, each with the reason.
    """

    path: str
    family: str
    view: str
    values: dict[str, str]
    where: dict[str, Any]
    each: dict[str, str]
    ask: dict[str, str]
    fixed: dict[str, Any]
    besides: dict[str, str]


@lru_cache
def declared() -> dict[str, dict[str, Any]]:
    """The file as it is: by route what there is to verify, or the reason why not."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(ROUTES_FILE.read_text(encoding="utf-8"))
    return found


def routes() -> list[Route]:
    """The routes that have a view."""
    return [
        Route(
            path,
            given["family"],
            given["view"],
            given["values"],
            given.get("where", {}),
            given.get("each", {}),
            given.get("ask", {}),
            given.get("fixed", {}),
            given.get("besides", {}),
        )
        for path, given in declared().items()
        if "view" in given
    ]


@dataclass(frozen=True)
class Request:
    """One request of a route, and the rows of the view that it is about."""

    route: Route
    path: str
    parameters: dict[str, str]
    rows: list[dict[str, Any]]


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
            rows = _view(link, route, subject.scenario_id, active["load_id"])
            for path, parameters, own in _variants(route, subject.scenario_id, rows):
                yield Request(route, path, parameters, own)


def _view(
    link: psycopg.Connection[dict[str, Any]], route: Route, scenario_id: str, load_id: str
) -> list[dict[str, Any]]:
    """The rows of the view, of the scenario's published load where the view has scenarios."""
    view = sql.Identifier("api", route.view)
    columns = {c.name for c in link.execute(sql.SQL("select * from {} limit 0").format(view)).description or ()}
    given = {"scenario_id": scenario_id, "load_id": load_id} if "{scenario_id}" in route.path or route.ask else {}
    wanted = {c: v for c, v in given.items() if c in columns and route.view != "api_scenario"} | route.where
    conditions = [sql.SQL("{} = %s").format(sql.Identifier(c)) for c in wanted] or [sql.SQL("true")]
    query = sql.SQL("select * from {} where {}").format(view, sql.SQL(" and ").join(conditions))
    return link.execute(query, list(wanted.values())).fetchall()


def _variants(
    route: Route, scenario_id: str, rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """Path, query parameters and rows of each request of a route; none where the view has no row."""
    parameters = {name: str(value) for name, value in route.fixed.items()}
    parts: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(tuple(str(row[c]) for c in route.each.values()), []).append(row)
    for values, own in parts.items():
        path = route.path.format(**{"scenario_id": scenario_id, **dict(zip(route.each, values, strict=True))})
        asked = {name: ",".join(dict.fromkeys(str(row[c]) for row in own)) for name, c in route.ask.items()}
        yield path, parameters | asked, own


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
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://verify", timeout=60) as client,
    ):
        yield client


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
    asked = request.path.replace("{", "").replace("}", "")
    if status != 200:
        yield route.path, asked, "all", str(answer)[:200], str(status), 0, 0
        return
    found = compare(answer, request.rows, route.values, list(route.besides))
    yield from _of_comparison(route.path, asked, found)


def _of_comparison(route: str, asked: str, found: Comparison) -> Iterator[tuple[Any, ...]]:
    for entity in sorted(found.values.keys() | found.wrong.keys()):
        wrong = found.wrong.get(entity, [])
        yield route, asked, entity or "all", wrong[0] if wrong else "none", "200", len(wrong), 0
    if found.unexplained or not found.values:
        count = len(found.unexplained)
        yield route, asked, "all", f"unexplained: {found.unexplained[:3]}", "200", 0, count
