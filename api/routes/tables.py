"""`/api/v1`: every served table, its rows under the names that dbt's models give them."""

# No postponed annotations: the parameters of a table's route are a model that is made for it.

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, create_model

from api.contract import TABLES
from api.database import Row
from api.errors import BadParameterError, Problem, UnknownCodeError
from api.models.tables import Filter, Meta, Table, Tables
from api.paging import LISTED, PAGED, List, Listing
from api.parameters import MAX_LIST_LENGTH, Db, refuse_unknown, split_list, split_published
from api.query import COMMA_SEPARATED, StrictRoute
from api.routes.system import SERVER_ERRORS
from api.snapshot import Snapshot
from api.tables import Selection, Values, page_schema, serialisable

MAX_ROWS = 10_000
MAX_OFFSET = 1_000_000_000

_SCENARIO_COLUMNS = ("scenario_id", "reference_scenario_id")
_VALUE = re.compile(r"[\w .:+-]{1,64}", re.ASCII)

router = APIRouter(
    prefix="/api/v1",
    tags=["tables"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)


class Paging(BaseModel):
    """The parameters that every table has."""

    columns: Annotated[str | None, COMMA_SEPARATED] = Field(
        None, max_length=MAX_LIST_LENGTH, description="Columns separated by commas; default: all", examples=["load_id"]
    )
    limit: int = Field(1000, ge=1, le=MAX_ROWS, description="Rows of a page at most (count)")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="Rows to pass over (count)")


@router.get("/tables", summary="Served tables", responses=LISTED)
async def list_tables(listing: List) -> Tables:
    """Every served table with its columns, their types and units, and the parameters that choose its rows."""
    listing.whole(len(TABLES))
    return Tables(data=list(TABLES), total=len(TABLES))


class _Read:
    """One request for rows of a table.

    Args:
        db: the request's view of the database.
        table: what is read.
        asked: filters by parameter, as they came.
    """

    def __init__(self, db: Snapshot, table: Table, asked: Mapping[str, str]) -> None:
        self._db = db
        self._table = table
        self._types = {column.name: column.type for column in table.columns}
        self._chosen = {
            each.column: _parsed(each, asked[each.parameter], self._types[each.column])
            for each in table.filters
            if asked.get(each.parameter) is not None
        }
        self.load_ids: dict[str, str] = {}
        self.not_served: dict[str, list[str]] = {}
        self.generated_at: datetime | None = None

    async def selection(self) -> Selection:
        """The rows that are asked for, of published loads only.

        Raises:
            UnknownCodeError: no scenario of a list can be served, and the registry lacks some of them.
            InactiveScenarioError: no scenario of a list is published.
        """
        selection = Selection(self._table)
        scenario_columns = [name for name in self._types if name in _SCENARIO_COLUMNS]
        if scenario_columns:
            await self._limit_to_published(selection, scenario_columns)
        for column, values in self._chosen.items():
            if column not in scenario_columns:
                selection.limit_to(column, values)
        return selection

    async def _limit_to_published(self, selection: Selection, columns: Sequence[str]) -> None:
        active = {row["scenario_id"]: row for row in await self._db.fetch("scenarios")}
        for column in columns:
            values = [str(value) for value in self._chosen.get(column, list(active))]
            if any(value not in active for value in values):
                several = await split_published(self._db, values)
                values = [load.scenario_id for load in several.loads]
                for key, ids in several.not_served.items():
                    self.not_served[key] = [*self.not_served.get(key, []), *ids]
            selection.limit_to(column, values)
            self.load_ids |= {value: active[value]["load_id"] for value in values}
        if "load_id" in self._types:
            selection.limit_to("load_id", list(self.load_ids.values()))
        times = [active[scenario]["loaded_at"] for scenario in self.load_ids]
        self.generated_at = max((time for time in times if time), default=None)

    async def refuse_unknown_values(self, selection: Selection, rows: Sequence[Row]) -> None:
        """Pass when each chosen value occurs: among these rows, in the selection, or anywhere in the table.

        Raises:
            UnknownCodeError: the table has no such value.
        """
        names = {each.column: each.parameter for each in self._table.filters}
        for column, values in self._chosen.items():
            if column in _SCENARIO_COLUMNS:
                continue
            seen = {row[column] for row in rows} if rows and column in rows[0] else set()
            if set(values) <= seen:
                continue
            elsewhere = Selection(self._table)
            elsewhere.limit_to(column, values)
            # A table that is computed for each request is not searched as a whole.
            where = selection if any(each.required for each in self._table.filters) else elsewhere
            refuse_unknown(names[column], list(map(str, values)), set(map(str, await where.found(self._db, column))))


def _parsed(each: Filter, text: str, kind: str) -> Values:
    """The values of a filter, in the type of its column.

    Raises:
        BadParameterError: the list is empty or too long, or a value is not a number where numbers are due.
        UnknownCodeError: a value has letters that no code has.
    """
    values = split_list(each.parameter, text)
    if kind == "integer":
        if not all(value.isascii() and value.isdigit() and len(value) < 10 for value in values):
            raise BadParameterError(f"'{each.parameter}' takes whole numbers.")
        return [int(value) for value in values]
    if each.column not in _SCENARIO_COLUMNS:
        refuse_unknown(each.parameter, values, [value for value in values if _VALUE.fullmatch(value)])
    return values


async def _page(db: Snapshot, listing: Listing, table: Table, asked: dict[str, Any]) -> Response:
    names = [column.name for column in table.columns]
    wanted = names if asked["columns"] is None else split_list("columns", asked["columns"], len(names))
    if unknown := [name for name in wanted if name not in names]:
        raise BadParameterError(f"The table {table.name} has no column {', '.join(map(repr, unknown))}.", unknown)
    columns = [column for column in table.columns if column.name in wanted]
    limit, offset = asked["limit"], asked["offset"]
    read = _Read(db, table, asked)
    selection = await read.selection()
    rows = await selection.rows(db, [column.name for column in columns], table.grain, limit, offset)
    await read.refuse_unknown_values(selection, rows)
    complete = offset == 0 and len(rows) < limit
    meta = Meta(
        units={column.name: column.unit for column in columns if column.unit},
        load_ids=read.load_ids,
        generated_at=read.generated_at,
        **read.not_served,
    )
    total = len(rows) if complete else await selection.count(db)
    body = {
        "data": serialisable(columns)(rows),
        "total": total,
        "limit": limit,
        "offset": offset,
        "next": listing.page(total, limit, offset),
        "meta": meta.model_dump(exclude_unset=True),
    }
    return Response(orjson.dumps(body), headers=listing.headers, media_type="application/json")


def _parameters(table: Table) -> type[BaseModel]:
    """The query parameters of a table's route."""
    described = {column.name: column.description for column in table.columns}
    fields: dict[str, Any] = {}
    for each in table.filters:
        words = f"Values of {each.column} separated by commas. {described[each.column]}"
        default, kind = (..., str) if each.required else (None, str | None)
        fields[each.parameter] = (
            Annotated[kind, COMMA_SEPARATED],
            Field(default, max_length=MAX_LIST_LENGTH, description=words),
        )
    return create_model(f"Parameters of {table.name}", __base__=Paging, **fields)


def _endpoint(table: Table) -> Callable[..., Awaitable[Response]]:
    parameters = _parameters(table)

    async def read_table(db: Db, listing: List, asked: Annotated[parameters, Query()]) -> Response:  # type: ignore[valid-type]
        return await _page(db, listing, table, asked.model_dump())  # type: ignore[attr-defined]

    return read_table


def _add(path: str, summary: str, table: Table) -> None:
    router.add_api_route(
        path,
        _endpoint(table),
        name=path.strip("/").replace("/", "_"),
        summary=summary,
        description=table.description,
        response_model=None,
        responses={200: {**PAGED[200], "content": {"application/json": {"schema": page_schema(table)}}}},
    )


for _each in TABLES:
    _add(f"/tables/{_each.name}", f"Table {_each.name}", _each)
    if _each.name == "scenario":
        _add("/scenarios", "Active scenarios", _each)


@router.get("/tables/{table}", include_in_schema=False)
async def unknown_table(table: str) -> None:
    """Every table has a route of its own; what arrives here is none."""
    raise UnknownCodeError("table", [table])
