"""Routes of the Delta: its variables, and their statistics in a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.errors import NoDataError, Problem
from api.models.delta import DeltaMonthly, DeltaPeriodSummary, DeltaVariables
from api.paging import LISTED, List
from api.parameters import Db, Published, PublishedLoad, refuse_unknown
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.shapes import Block
from api.snapshot import Snapshot

RESULTS = "/scenarios/{scenario_id}/delta"
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}

router = APIRouter(prefix="/api/statistics", tags=["Delta"], responses=SERVER_ERRORS, route_class=StrictRoute)


async def select_variables(
    db: Db,
    category: Annotated[
        str | None,
        Query(
            max_length=64, description="Only these: x2, salinity_compliance, salinity_pumps or outflow", examples=["x2"]
        ),
    ] = None,
) -> Sequence[Block]:
    """The variables of a category, or all; X2 in the month before, which repeats X2, is left out.

    Raises:
        UnknownCodeError: no variable is of the category.
    """
    rows = [dict(row) for row in await db.fetch("delta_variables") if not row["is_compatibility"]]
    if category is None:
        return rows
    refuse_unknown("category", [category], {row["category"] for row in rows})
    return [row for row in rows if row["category"] == category]


Variables = Annotated[Sequence[Block], Depends(select_variables)]


@router.get("/delta-variables", summary="Variables of the Delta", responses={**LISTED, **NOT_FOUND})
async def list_delta_variables(variables: Variables, listing: List) -> DeltaVariables:
    """The variables with statistics, their stations and units."""
    listing.whole(len(variables))
    return DeltaVariables.model_validate({"variables": variables, "total": len(variables)})


@router.get(f"{RESULTS}/monthly", summary="Delta by month", responses=NOT_FOUND)
async def delta_monthly(published: Published, variables: Variables, db: Db) -> DeltaMonthly:
    """Outflow (TAF, mean also in CFS), X2 (KM) and salinity (UMHOS/CM) by water month.

    X2 stands in its own month, although the model writes it one month later.
    """
    return DeltaMonthly.model_validate(await _results(db, "delta_monthly", published, variables))


@router.get(f"{RESULTS}/period-summary", summary="Delta over the whole period", responses=NOT_FOUND)
async def delta_period_summary(published: Published, variables: Variables, db: Db) -> DeltaPeriodSummary:
    """Outflow, X2 and salinity over the whole period, of Aprils, Septembers, springs and falls."""
    return DeltaPeriodSummary.model_validate(await _results(db, "delta_period_summary", published, variables))


async def _results(db: Snapshot, query: str, published: PublishedLoad, variables: Sequence[Block]) -> Block:
    """The frame of an answer with a row or more for each variable.

    Raises:
        NoDataError: the scenario has none of these variables.
    """
    codes = [row["variable_code"] for row in variables]
    rows = await db.fetch(query, published.scenario_id, published.load_id, codes)
    if not rows:
        raise NoDataError(f"Scenario {published.scenario_id} is active, but has none of these variables.")
    return {
        "scenario_id": published.scenario_id,
        "load_id": published.load_id,
        "data": rows,
        "count": len(rows),
    }
