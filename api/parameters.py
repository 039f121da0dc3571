"""What routes take from a request, checked against the catalogue before any result is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.database import Database
from api.errors import BadParameterError, UnknownGroupError, UnknownReservoirError

DEFAULT_GROUP = "major"
MAX_RESERVOIRS = 100

_CODE = re.compile(r"[A-Za-z0-9_]{1,32}")
_VARIABLE_PREFIXES = ("S_", "C_")


def get_database(request: Request) -> Database:
    """The database of this application."""
    database: Database = request.app.state.database
    return database


Db = Annotated[Database, Depends(get_database)]
ScenarioId = Annotated[str, Path(pattern=r"^s[0-9]{4}$", description="Scenario id", examples=["s0020"])]


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
            max_length=4000,
            description=f"Reservoir codes separated by commas, {MAX_RESERVOIRS} at most; not together with group",
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
        UnknownReservoirError: the catalogue lacks a code.
        UnknownGroupError: the catalogue lacks the group.
    """
    if reservoirs is not None and group is not None:
        raise BadParameterError("Give either 'reservoirs' or 'group', not both.")
    if reservoirs is not None:
        return Selection(await known_reservoirs(db, _split(reservoirs)), None)
    code = DEFAULT_GROUP if group is None else group
    rows = await db.fetch("reservoir_group_members", code) if _CODE.fullmatch(code) else []
    if not rows:
        raise UnknownGroupError(f"There is no reservoir group '{code}'.", [code])
    return Selection([row["reservoir_code"] for row in rows], group)


async def known_reservoirs(db: Database, codes: Sequence[str]) -> Sequence[str]:
    """The codes as they came, once all of them are found in the catalogue.

    Raises:
        BadParameterError: a code is the name of a model variable.
        UnknownReservoirError: the catalogue lacks a code; the error lists every such code.
    """
    variables = [code for code in codes if code.startswith(_VARIABLE_PREFIXES)]
    if variables:
        raise BadParameterError(
            f"Use the reservoir code '{variables[0][2:]}', not the model variable '{variables[0]}'.", variables
        )
    candidates = [code for code in codes if _CODE.fullmatch(code)]
    known = {row["reservoir_code"] for row in await db.fetch("known_reservoirs", candidates)}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UnknownReservoirError(f"There is no reservoir {', '.join(map(repr, unknown))}.", unknown)
    return codes


def _split(text: str) -> Sequence[str]:
    """The codes of a comma-separated list, without blanks and repetitions, in their order."""
    codes = list(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    if not codes:
        raise BadParameterError("'reservoirs' names no reservoir.")
    if len(codes) > MAX_RESERVOIRS:
        raise BadParameterError(f"'reservoirs' names {len(codes)} reservoirs; at most {MAX_RESERVOIRS} are served.")
    return codes


Reservoirs = Annotated[Selection, Depends(select_reservoirs)]
