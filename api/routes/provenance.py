"""Routes that say where a number comes from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from api.errors import BadParameterError, NoDataError, Problem
from api.models.provenance import Explanation
from api.parameters import SCENARIO_ID, Db, published_loads
from api.provenance import explain
from api.query import StrictRoute
from api.request_trace import PREFIX, read_table, trace_request
from api.routes.system import SERVER_ERRORS

router = APIRouter(
    prefix=PREFIX,
    tags=["provenance"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)
MAX_KEYS = 10


@router.get("", summary="Where the numbers of an answer come from")
async def explain_path(
    request: Request,
    db: Db,
    path: Annotated[
        str,
        Query(
            max_length=4000,
            description="Path of a request to this API with its query string",
            examples=["/api/statistics/scenarios/s0020/reservoir-percentiles?reservoirs=SHSTA"],
        ),
    ],
) -> Explanation:
    """The tables that a request reads, with their SQL, the variables and files behind their rows, and their checks."""
    traces = await trace_request(request.app.router, request.scope, path)
    return await explain(path, traces, db)


@router.get("/{table}", summary="Where rows of a table come from")
async def explain_rows(
    db: Db,
    table: Annotated[
        str,
        Path(pattern="^[a-z_0-9]{1,63}$", description="Name of a table", examples=["fct_reservoir_storage_monthly"]),
    ],
    scenario: Annotated[str, Query(pattern=f"^{SCENARIO_ID}$", description="Scenario id", examples=["s0020"])],
    key: Annotated[
        list[str],
        Query(
            max_length=MAX_KEYS,
            description="A column and the value to look for, any number of them, also separated by commas",
            examples=[["reservoir_code=SHSTA", "water_month=4"]],
        ),
    ] = [],  # noqa: B006, FastAPI copies it
    column: Annotated[
        list[str],
        Query(
            max_length=MAX_KEYS,
            description="A column wanted, any number of them, also separated by commas; without any, all",
            examples=[["q50_pct"]],
        ),
    ] = [],  # noqa: B006
) -> Explanation:
    """The same for rows of a table, found by their key."""
    (published,) = await published_loads(db, [scenario])
    values = {"scenario_id": scenario}
    for each in _separated(key):
        name, found, value = each.partition("=")
        if not found:
            raise BadParameterError(f"'{each}' is not a column and a value with = between.")
        values[name] = value
    columns = _separated(column)
    trace = await read_table(db, table, values, columns)
    rows = [row for row in trace.rows if row.get("load_id", published.load_id) == published.load_id]
    if not rows:
        raise NoDataError(f"{trace.table} has no such row.")
    return await explain(" ".join([table, *(f"{k}={v}" for k, v in values.items()), *columns]), [trace], db)


def _separated(values: list[str]) -> list[str]:
    """The values of a parameter, of which each may be a list."""
    return [part for each in values for part in each.split(",")]
