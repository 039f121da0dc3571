"""Routes of the scenario catalogue and of what tells scenarios apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.database import Row
from api.errors import BadParameterError, NoDataError, Problem, UnknownCodeError
from api.models.scenarios import (
    Assumptions,
    ComparedTier,
    Comparison,
    Hydroclimates,
    Operations,
    Scenario,
    ScenarioDetail,
    SiblingGroup,
    SiblingGroups,
    Themes,
)
from api.paging import LISTED, List
from api.parameters import SCENARIO_ID, Db, Published, ScenarioId, published_loads
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.shapes import Block, by_entity

NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
ScenarioName = Annotated[
    str,
    Path(
        pattern=rf"^{SCENARIO_ID}(_[A-Za-z0-9_.\-]{{1,95}})?$",
        description="Scenario id, or name of its model run",
        examples=["s0020"],
    ),
]

router = APIRouter(prefix="/api/scenarios", tags=["scenarios"], responses=SERVER_ERRORS, route_class=StrictRoute)


@router.get("", summary="Active scenarios", responses=LISTED)
async def list_scenarios(db: Db, listing: List) -> list[Scenario]:
    """All active scenarios, ordered by id; an empty list if there is none."""
    rows = await db.fetch("scenarios")
    listing.whole(len(rows))
    return [Scenario.model_validate(_named(row)) for row in rows]


@router.get("/siblings", summary="Sibling groups", responses=LISTED)
async def list_siblings(db: Db, listing: List) -> SiblingGroups:
    """Groups of scenarios that differ in the hydroclimate only, with all of their scenarios, active or not."""
    groups = [_group(rows) for rows in by_entity(await db.fetch("siblings", None), "sibling_group").values()]
    listing.whole(len(groups))
    return SiblingGroups.model_validate({"groups": groups, "total": len(groups)})


@router.get("/hydroclimates", summary="Hydroclimates", responses=LISTED)
async def list_hydroclimates(db: Db, listing: List) -> Hydroclimates:
    """The hydroclimates that drive model runs."""
    rows = await db.fetch("hydroclimates")
    listing.whole(len(rows))
    return Hydroclimates.model_validate(_listed("hydroclimates", rows))


@router.get("/themes", summary="Themes", responses=LISTED)
async def list_themes(db: Db, listing: List) -> Themes:
    """The themes that scenarios are shown under, with their sibling groups."""
    rows = await db.fetch("themes")
    listing.whole(len(rows))
    return Themes.model_validate(_listed("themes", rows))


@router.get("/assumptions", summary="Assumptions", responses=LISTED)
async def list_assumptions(db: Db, listing: List) -> Assumptions:
    """Assumptions of the model runs."""
    rows = await db.fetch("assumptions")
    listing.whole(len(rows))
    return Assumptions.model_validate(_listed("assumptions", rows))


@router.get("/operations", summary="Operations", responses=LISTED)
async def list_operations(db: Db, listing: List) -> Operations:
    """What model runs do differently from today."""
    rows = await db.fetch("operations")
    listing.whole(len(rows))
    return Operations.model_validate(_listed("operations", rows))


@router.get("/{scenario_id}", summary="One scenario", responses=NOT_FOUND)
async def get_scenario(scenario_id: ScenarioName, db: Db) -> ScenarioDetail:
    """One scenario, active or not, with its themes, assumptions and operations."""
    rows = await db.fetch("scenario", scenario_id)
    if not rows:
        raise UnknownCodeError("scenario", [scenario_id])
    row = _named(rows[0])
    return ScenarioDetail.model_validate(
        {
            **row,
            "long_description": row["description"],
            **{name: row[name] or [] for name in ("themes", "key_assumptions", "key_operations")},
        }
    )


@router.get("/{scenario_id}/siblings", summary="Siblings of a scenario", responses=NOT_FOUND)
async def get_siblings(published: Published, db: Db) -> SiblingGroup:
    """The group of a scenario: the same operations under each hydroclimate."""
    rows = await db.fetch("siblings", published.scenario_id)
    if not rows:
        raise NoDataError(f"Scenario {published.scenario_id} belongs to no sibling group.")
    return SiblingGroup.model_validate(_group(rows))


@router.get(
    "/{scenario_id}/compare/{other_id}",
    summary="Two scenarios compared",
    responses={400: {"model": Problem}, **NOT_FOUND},
)
async def compare_scenarios(scenario_id: ScenarioId, other_id: ScenarioId, db: Db) -> Comparison:
    """The tier scores of two scenarios side by side.

    Each tier has a list with one object per scenario; a score of 0 is 0, and null means that there is no result.
    """
    if scenario_id == other_id:
        raise BadParameterError("Give two different scenarios.")
    ids = [scenario_id, other_id]
    await published_loads(db, ids)
    tiers = by_entity(await db.fetch("tier_results", ids), "tier_code")
    if not tiers:
        raise NoDataError(f"Neither {scenario_id} nor {other_id} has tier results.")
    return Comparison.model_validate(
        {"scenarios": ids, "comparison": {code: _compared(rows, ids) for code, rows in sorted(tiers.items())}}
    )


def _compared(rows: Sequence[Row], ids: Sequence[str]) -> ComparedTier:
    """One tier with its scores in the order of the scenarios."""
    found = {row["scenario_id"]: row for row in rows}
    none = {"weighted_score": None, "normalized_score": None}
    scores = [{**none, **found.get(each, {}), "scenario_id": each} for each in ids]
    return ComparedTier.model_validate(
        {"name": rows[0]["tier_name"], "type": rows[0]["tier_type"], "scenarios": scores}
    )


def _group(rows: Sequence[Row]) -> Block:
    """A sibling group with its scenarios, of which there is one row each."""
    return {**rows[0], "themes": rows[0]["theme_codes"], "scenarios": [dict(row) for row in rows]}


def _listed(name: str, rows: Sequence[Row]) -> Block:
    """The rows under a name, and their number."""
    return {name: [dict(row) for row in rows], "total": len(rows)}


def _named(row: Row) -> Block:
    """The row with its id under both of its names, and with a name to show in any case."""
    identity = row["scenario_id"]
    return {
        **row,
        "short_code": identity,
        "name": row["name"] or row["short_title"] or identity,
        "short_description": row["description"],
        "hydroclimate_short_code": row["hydroclimate"],
    }
