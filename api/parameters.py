"""What routes take from a request, checked against the catalogue before any result is read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.database import Database, Pool
from api.errors import BadParameterError, InactiveScenarioError, UnknownCodeError

DEFAULT_GROUP = "major"
MAX_CODES = 100
MAX_LIST_LENGTH = 4000

SCENARIO_ID = r"s[0-9]{4}"
_CODE = re.compile(r"[A-Za-z0-9_]{1,32}")
_VARIABLE_PREFIXES = ("S_", "C_")


def get_pool(request: Request) -> Pool:
    """The connections of this application."""
    pool: Pool = request.app.state.pool
    return pool


DbPool = Annotated[Pool, Depends(get_pool)]


async def get_database(pool: DbPool) -> AsyncIterator[Database]:
    """The database as this request sees it."""
    async with Database(pool) as database:
        yield database


# The connection goes back before the answer is sent: a slow client must not keep it.
Db = Annotated[Database, Depends(get_database, scope="function")]
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


async def published_loads(db: Database, scenario_ids: Sequence[str]) -> Sequence[PublishedLoad]:
    """The published loads of scenarios, in the order of the ids.

    Raises:
        UnknownCodeError: the registry lacks a scenario.
        InactiveScenarioError: the results of a scenario are not published.
    """
    candidates = [each for each in scenario_ids if re.fullmatch(SCENARIO_ID, each)]
    rows = {row["scenario_id"]: row for row in await db.fetch("published_scenarios", candidates)}
    refuse_unknown("scenario", scenario_ids, rows)
    inactive = [each for each in scenario_ids if not rows[each]["is_active"]]
    if inactive:
        raise InactiveScenarioError(f"In the registry, but not active: scenario {', '.join(inactive)}.")
    return [PublishedLoad(each, rows[each]["load_id"]) for each in scenario_ids]


async def get_published(db: Db, scenario_id: ScenarioId) -> PublishedLoad:
    """The published load of the scenario that the path names."""
    (published,) = await published_loads(db, [scenario_id])
    return published


Published = Annotated[PublishedLoad, Depends(get_published)]


@dataclass(frozen=True)
class Selection:
    """The reservoirs that a request is about, in the order to show them.

    Attributes:
        codes: reservoir codes, all of them in the catalogue, none twice.
        group: the group that the request named, if it named one.
    """

    codes: Sequence[str]
    group: str | None


async def select_reservoirs(
    db: Db,
    reservoirs: Annotated[
        str | None,
        Query(
            max_length=MAX_LIST_LENGTH,
            description=f"Reservoir codes separated by commas, {MAX_CODES} at most; not together with group",
            examples=["SHSTA,OROVL"],
        ),
    ] = None,
    group: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Code of a reservoir group, see /api/statistics/reservoir-groups; "
            f"without either parameter the group {DEFAULT_GROUP}",
            examples=["cvp"],
        ),
    ] = None,
) -> Selection:
    """The reservoirs of the parameters `reservoirs` or `group`.

    Raises:
        BadParameterError: both are given, the list is empty or too long, or a code names a model variable.
        UnknownCodeError: the catalogue lacks a code or the group.
    """
    if reservoirs is not None and group is not None:
        raise BadParameterError("Give either 'reservoirs' or 'group', not both.")
    if reservoirs is not None:
        return Selection(await known_reservoirs(db, split_list("reservoirs", reservoirs)), None)
    code = DEFAULT_GROUP if group is None else group
    rows = await db.fetch("reservoir_group_members", code) if _CODE.fullmatch(code) else []
    if not rows:
        raise UnknownCodeError("group", [code])
    return Selection([row["reservoir_code"] for row in rows], group)


async def known_reservoirs(db: Database, codes: Sequence[str]) -> Sequence[str]:
    """The codes as they came, once all of them are found in the catalogue.

    Raises:
        BadParameterError: a code is the name of a model variable.
        UnknownCodeError: the catalogue lacks a code.
    """
    variables = [code for code in codes if code.startswith(_VARIABLE_PREFIXES)]
    if variables:
        raise BadParameterError(
            f"Use the reservoir code '{variables[0][2:]}', not the model variable '{variables[0]}'.", variables
        )
    candidates = [code for code in codes if _CODE.fullmatch(code)]
    refuse_unknown(
        "reservoir", codes, {row["reservoir_code"] for row in await db.fetch("known_reservoirs", candidates)}
    )
    return codes


Reservoirs = Annotated[Selection, Depends(select_reservoirs)]
