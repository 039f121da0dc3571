"""What routes take from a request, checked against the catalogue before any result is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from api.database import Pool, Row
from api.errors import BadParameterError, InactiveScenarioError, UnknownCodeError
from api.snapshot import Snapshot

MAX_CODES = 100
MAX_LIST_LENGTH = 4000

SCENARIO_ID = r"s[0-9]{4}"
CODE = re.compile(r"[A-Za-z0-9_]{1,32}")
"""What a code can look like; PostgreSQL is not asked for anything else."""


async def get_pool(request: Request) -> Pool:
    """The connections of this application."""
    # async although it waits for nothing: FastAPI would run it in a thread
    pool: Pool = request.app.state.pool
    return pool


DbPool = Annotated[Pool, Depends(get_pool)]


async def get_snapshot(request: Request) -> Snapshot:
    """The database as this request sees it."""
    snapshot: Snapshot = request.state.snapshot
    return snapshot


Db = Annotated[Snapshot, Depends(get_snapshot)]
ScenarioId = Annotated[str, Path(pattern=f"^{SCENARIO_ID}$", description="Scenario id", examples=["s0020"])]


def split_list(parameter: str, text: str, most: int = MAX_CODES) -> Sequence[str]:
    """The codes of a comma-separated list, without blanks and repetitions, in their order.

    Args:
        parameter: its name, for the error.
        text: the list as it came.
        most: codes at most.

    Raises:
        BadParameterError: the list is empty or too long.
    """
    codes = list(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    if not codes:
        raise BadParameterError(f"'{parameter}' is empty.")
    if len(codes) > most:
        raise BadParameterError(f"'{parameter}' names {len(codes)} codes; at most {most} are served.")
    return codes


def refuse_unknown(kind: str, codes: Sequence[str], known: Collection[str]) -> None:
    """Pass when all codes are known.

    Args:
        kind: what the codes stand for, such as "reservoir".
        codes: the codes of the request.
        known: the codes of the catalogue, or those of the request that it holds.

    Raises:
        UnknownCodeError: the catalogue lacks a code; the error lists every such code.
    """
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UnknownCodeError(kind, unknown)


@dataclass(frozen=True)
class PublishedLoad:
    """An active scenario, and the load whose numbers answer for it: every query of a request names both."""

    scenario_id: str
    load_id: str


async def registered(db: Snapshot, scenario_ids: Sequence[str]) -> dict[str, Row]:
    """Id → row of the scenarios that the registry holds."""
    candidates = [each for each in scenario_ids if re.fullmatch(SCENARIO_ID, each)]
    return {row["scenario_id"]: row for row in await db.fetch("published_scenarios", candidates)}


def refuse_inactive(scenario_ids: Sequence[str]) -> None:
    """Pass when there are none.

    Raises:
        InactiveScenarioError: there are; the error lists them.
    """
    if scenario_ids:
        raise InactiveScenarioError(f"In the registry, but not active: scenario {', '.join(scenario_ids)}.")


async def published_loads(db: Snapshot, scenario_ids: Sequence[str]) -> Sequence[PublishedLoad]:
    """The published loads of scenarios, in the order of the ids.

    Raises:
        UnknownCodeError: the registry lacks a scenario.
        InactiveScenarioError: the results of a scenario are not published.
    """
    rows = await registered(db, scenario_ids)
    refuse_unknown("scenario", scenario_ids, rows)
    refuse_inactive([each for each in scenario_ids if not rows[each]["is_active"]])
    return [PublishedLoad(each, rows[each]["load_id"]) for each in scenario_ids]


@dataclass(frozen=True)
class SeveralScenarios:
    """The scenarios of a request that names several: those that are published, in its order, and what is not served.

    Attributes:
        loads: one at least.
        unknown: ids that the registry lacks.
        inactive: ids whose results are not published.
    """

    loads: Sequence[PublishedLoad]
    unknown: Sequence[str] = ()
    inactive: Sequence[str] = ()

    @property
    def not_served(self) -> dict[str, Sequence[str]]:
        """What an answer says of the scenarios that it lacks; nothing if it has them all."""
        named = {"unknown_scenarios": self.unknown, "inactive_scenarios": self.inactive}
        return {key: list(ids) for key, ids in named.items() if ids}


async def several_scenarios(db: Snapshot, parameter: str, text: str, most: int = MAX_CODES) -> SeveralScenarios:
    """The scenarios of a comma-separated list; one that cannot be served does not hide the others.

    Args:
        db: the database.
        parameter: name of the parameter, for the error.
        text: the list as it came.
        most: scenarios at most.

    Raises:
        BadParameterError: the list is empty or too long.
        UnknownCodeError: none can be served, and the registry lacks some of them.
        InactiveScenarioError: none is published.
    """
    return await split_published(db, split_list(parameter, text, most))


async def split_published(db: Snapshot, scenario_ids: Sequence[str]) -> SeveralScenarios:
    """The same for ids that were taken apart already."""
    rows = await registered(db, scenario_ids)
    several = SeveralScenarios(
        loads=[
            PublishedLoad(each, rows[each]["load_id"])
            for each in scenario_ids
            if each in rows and rows[each]["is_active"]
        ],
        unknown=[each for each in scenario_ids if each not in rows],
        inactive=[each for each in scenario_ids if each in rows and not rows[each]["is_active"]],
    )
    if not several.loads:
        refuse_unknown("scenario", scenario_ids, rows)
        refuse_inactive(several.inactive)
    return several


async def get_published(db: Db, scenario_id: ScenarioId) -> PublishedLoad:
    """The published load of the scenario that the path names."""
    (published,) = await published_loads(db, [scenario_id])
    return published


Published = Annotated[PublishedLoad, Depends(get_published)]
