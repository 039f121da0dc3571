"""Routes of what was verified, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.database import Row
from api.errors import NoDataError, Problem, UnknownCodeError
from api.models.verification import Counts, QuestionStatus, ScenarioSummary, Section, VerificationStatus
from api.paging import LISTED, List
from api.parameters import SCENARIO_ID, Db, ScenarioId
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.snapshot import Snapshot

ANSWERED = ("passed", "failed", "error")

router = APIRouter(
    prefix="/api/verification",
    tags=["verification"],
    responses={404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)


@router.get("/status", summary="What was verified", responses=LISTED)
async def verification_status(
    db: Db,
    listing: List,
    scenario: Annotated[
        str | None, Query(pattern=f"^{SCENARIO_ID}$", description="Scenario id; the same answer as by path")
    ] = None,
) -> VerificationStatus:
    """How many questions about the numbers of each scenario are answered, and how.

    A question counts as passed when every check of it passed for the load and the tables that are there now. A check
    that nobody made is unknown. Scenarios with data are listed whether or not their results are served.
    """
    if scenario is not None:
        answer = await _of_scenario(db, scenario)
    else:
        answer = _answer(await db.fetch("verification_summary"), with_checks=False)
    listing.whole(len(answer.scenarios))
    return answer


@router.get("/status/{scenario_id}", summary="What was verified of one scenario")
async def scenario_verification_status(scenario_id: ScenarioId, db: Db) -> VerificationStatus:
    """Every question about the numbers of a scenario, active or not, and the answer for its present load."""
    return await _of_scenario(db, scenario_id)


async def _of_scenario(db: Snapshot, scenario_id: str) -> VerificationStatus:
    known = await db.fetch("scenario", scenario_id)
    if not known:
        raise UnknownCodeError("scenario", [scenario_id])
    rows = await db.fetch("verification_status", scenario_id)
    if not rows:
        raise NoDataError(f"No data of scenario {scenario_id} are loaded.")
    common = {"question_count": 1, "scenario_id": scenario_id, "is_active": known[0]["is_active"]}
    return _answer([{**row, **common} for row in rows], with_checks=True)


def _answer(rows: Sequence[Row], *, with_checks: bool) -> VerificationStatus:
    families = _by(rows, "family_code")
    return VerificationStatus(
        timestamp=_newest(rows),
        summary=_sum(rows),
        scenarios=[
            ScenarioSummary(scenario_id=code, is_active=of[0]["is_active"], timestamp=_newest(of), summary=_sum(of))
            for code, of in _by(rows, "scenario_id").items()
        ],
        checks={
            code: Section(
                title=of[0]["family_name"],
                summary=_sum(of),
                checks=[_check(row) for row in of] if with_checks else None,
            )
            for code, of in families.items()
        },
        not_implemented=[code for code, of in families.items() if not any(row["status"] in ANSWERED for row in of)],
    )


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """The rows by the value of a column, in their order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def _check(row: Row) -> QuestionStatus:
    return QuestionStatus.model_validate(
        {
            **row,
            "question": row["question_code"],
            "description": row["question"],
            "command": row["command"].replace("SCENARIO", row["scenario_id"]),
        }
    )


def _sum(rows: Iterable[Row]) -> Counts:
    """The rows' questions by status."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row["status"]] += row["question_count"]
    counts = {name: counted[name] for name in Counts.model_fields if name != "total"}
    return Counts(total=counted.total() - counted["not_applicable"], **counts)


def _newest(rows: Iterable[Row]) -> datetime | None:
    return max((row["recorded_at"] for row in rows if row["recorded_at"]), default=None)
