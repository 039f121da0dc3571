"""Routes of the scenario catalogue."""

from __future__ import annotations

from fastapi import APIRouter

from api.database import Row
from api.errors import Problem, UnknownCodeError
from api.models.scenarios import Scenario, ScenarioDetail
from api.parameters import Db, ScenarioId
from api.routes.system import SERVER_ERRORS

router = APIRouter(prefix="/api/scenarios", tags=["scenarios"], responses=SERVER_ERRORS)


@router.get("", summary="Active scenarios")
async def list_scenarios(db: Db) -> list[Scenario]:
    """All active scenarios, ordered by id; an empty list if there is none."""
    return [Scenario.model_validate(_named(row)) for row in await db.fetch("scenarios")]


@router.get("/{scenario_id}", summary="One scenario", responses={404: {"model": Problem}})
async def get_scenario(scenario_id: ScenarioId, db: Db) -> ScenarioDetail:
    """One scenario, active or not."""
    rows = await db.fetch("scenario", scenario_id)
    if not rows:
        raise UnknownCodeError("scenario", [scenario_id])
    return ScenarioDetail.model_validate(_named(rows[0]))


def _named(row: Row) -> dict[str, object]:
    """The row with its id under both of its names, and with a name to show in any case."""
    identity = row["scenario_id"]
    return {**row, "short_code": identity, "name": row["name"] or row["short_title"] or identity}
