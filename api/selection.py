"""What a request is about: entities of a family, chosen by code, group or attribute from its catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query

from api.database import Row
from api.errors import BadParameterError, UnknownCodeError
from api.parameters import CODE, MAX_CODES, MAX_LIST_LENGTH, Db, refuse_unknown, split_list
from api.query import COMMA_SEPARATED
from api.snapshot import Snapshot

DEFAULT_GROUP = "major"
_VARIABLE_PREFIXES = ("S_", "C_")


@dataclass(frozen=True)
class Family:
    """A kind of entity.

    Attributes:
        kind: what one of them is called, such as "contractor".
        key: the column with its code.
        answer_key: the key under which answers hold the entities.
        catalogue: the query that gives all of them, in the order to show them.
    """

    kind: str
    key: str
    answer_key: str
    catalogue: str


RESERVOIRS = Family("reservoir", "reservoir_code", "reservoirs", "reservoirs")
CWS_AGGREGATES = Family("aggregate", "aggregate_code", "aggregates", "cws_aggregates")
CONTRACTORS = Family("contractor", "contractor_code", "contractors", "contractors")
URBAN_UNITS = Family("demand unit", "unit_code", "demand_units", "urban_units")
FARM_UNITS = Family("demand unit", "unit_code", "demand_units", "agricultural_units")
FARM_AGGREGATES = Family("aggregate", "aggregate_code", "aggregates", "ag_aggregates")
REFUGES = Family("demand unit", "unit_code", "demand_units", "refuge_units")


@dataclass(frozen=True)
class Selection:
    """The entities that a request is about, in the order to show them.

    Attributes:
        family: what they are.
        entities: code → row of the catalogue; all of them are in the catalogue, none twice.
        group: the group that the request named, if it named one.
    """

    family: Family
    entities: Mapping[str, Row]
    group: str | None = None

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the entities."""
        return list(self.entities)


async def choose(
    db: Snapshot,
    family: Family,
    codes: tuple[str, str | None] = ("", None),
    *,
    group: str | None = None,
    region: str | None = None,
    cs3_type: str | None = None,
    provider: str | None = None,
) -> Selection:
    """Entities of a family; without a filter all of them. Filters add up, except a list of codes and a group.

    Args:
        db: the database.
        family: whose entities.
        codes: name and value of the parameter that lists codes, if there is one.
        group: code of a group.
        region: code of a hydrologic region, in any case.
        cs3_type: type in the model, in any case; empty: entities that have none.
        provider: a part of the provider's name, in any case.

    Raises:
        BadParameterError: the list is empty or too long, or codes and a group are both given.
        UnknownCodeError: the catalogue lacks a code, the group, the region or the type.
    """
    parameter, listed = codes
    if listed is not None and group is not None:
        raise BadParameterError(f"Give either '{parameter}' or 'group', not both.")
    catalogue = {row[family.key]: row for row in await db.fetch(family.catalogue)}
    chosen = catalogue
    if listed is not None:
        wanted = split_list(parameter, listed)
        refuse_unknown(family.kind, wanted, catalogue)
        chosen = {code: catalogue[code] for code in wanted}
    if group is not None:
        refuse_unknown("group", [group], {each for row in catalogue.values() for each in row["group_codes"]})
        chosen = {code: row for code, row in chosen.items() if group in row["group_codes"]}
    for column, value in {"hydrologic_region": region, "cs3_type": cs3_type}.items():
        if value is not None:
            attribute = value.upper()
            refuse_unknown(column, [attribute], {row[column] or "" for row in catalogue.values()} | {""})
            chosen = {code: row for code, row in chosen.items() if (row[column] or "") == attribute}
    if provider is not None:
        chosen = {code: row for code, row in chosen.items() if provider.lower() in (row["provider"] or "").lower()}
    return Selection(family, chosen, group)


async def choose_one(db: Snapshot, family: Family, code: str) -> Selection:
    """The entity of a code.

    Raises:
        UnknownCodeError: the catalogue lacks it.
    """
    catalogue = {row[family.key]: row for row in await db.fetch(family.catalogue)}
    refuse_unknown(family.kind, [code], catalogue)
    return Selection(family, {code: catalogue[code]})


def listing(noun: str, example: str) -> Any:
    """The parameter that lists codes of a family.

    Args:
        noun: what the codes stand for.
        example: a code or two.
    """
    return Query(
        max_length=MAX_LIST_LENGTH,
        description=f"{noun} separated by commas, {MAX_CODES} at most; without it all of them",
        examples=[example],
    )


Region = Annotated[str | None, Query(max_length=16, description="Code of a hydrologic region", examples=["SAC"])]
Cs3Type = Annotated[
    str | None, Query(max_length=16, description="Type of the unit in the model; empty: units without one")
]


async def select_reservoirs(
    db: Db,
    reservoirs: Annotated[
        str | None,
        Query(
            max_length=MAX_LIST_LENGTH,
            description=f"Reservoir codes separated by commas, {MAX_CODES} at most; not together with group",
            examples=["SHSTA,OROVL"],
        ),
        COMMA_SEPARATED,
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
    if reservoirs is None:
        return await reservoir_group(db, group)
    for code in reservoirs.split(","):
        refuse_variable(code.strip())
    return await choose(db, RESERVOIRS, ("reservoirs", reservoirs), group=group)


async def reservoir_group(db: Snapshot, group: str | None = None) -> Selection:
    """The reservoirs of a group, by default the one of the major reservoirs, in the group's order.

    Raises:
        UnknownCodeError: the catalogue lacks the group.
    """
    code = DEFAULT_GROUP if group is None else group
    rows = await db.fetch("reservoir_group_members", code) if CODE.fullmatch(code) else []
    if not rows:
        raise UnknownCodeError("group", [code])
    return Selection(RESERVOIRS, {row["reservoir_code"]: row for row in rows}, group)


def refuse_variable(code: str) -> None:
    """Pass when the code is not the name of a model variable.

    Raises:
        BadParameterError: it is one; the error names the reservoir.
    """
    if code.startswith(_VARIABLE_PREFIXES):
        raise BadParameterError(f"Use the reservoir code '{code[2:]}', not the model variable '{code}'.", [code])


async def select_cws_aggregates(
    db: Db, aggregate: Annotated[str | None, listing("Codes of aggregates", "swp_total,mwd"), COMMA_SEPARATED] = None
) -> Selection:
    """The groups of community water systems of the parameter `aggregate`."""
    return await choose(db, CWS_AGGREGATES, ("aggregate", aggregate))


async def select_farm_aggregates(
    db: Db, aggregate: Annotated[str | None, listing("Codes of aggregates", "swp_pag,nod_ag"), COMMA_SEPARATED] = None
) -> Selection:
    """The aggregates of farm deliveries of the parameter `aggregate`."""
    return await choose(db, FARM_AGGREGATES, ("aggregate", aggregate))


async def select_contractors(
    db: Db, contractor: Annotated[str | None, listing("Codes of contractors", "MWD,ACFC"), COMMA_SEPARATED] = None
) -> Selection:
    """The contractors of the parameter `contractor`."""
    return await choose(db, CONTRACTORS, ("contractor", contractor))


async def select_urban_units(
    db: Db,
    du_id: Annotated[str | None, listing("Codes of urban demand units", "02_PU,26S_PU4"), COMMA_SEPARATED] = None,
    group: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Code of a group, see /api/statistics/demand-units/groups; not together with du_id",
            examples=["var_wba"],
        ),
    ] = None,
) -> Selection:
    """The urban demand units of the parameters `du_id` or `group`."""
    return await choose(db, URBAN_UNITS, ("du_id", du_id), group=group)


async def select_farm_units(
    db: Db,
    du_id: Annotated[
        str | None, listing("Codes of agricultural demand units", "64_PA1,90_PA1"), COMMA_SEPARATED
    ] = None,
    region: Region = None,
    cs3_type: Cs3Type = None,
) -> Selection:
    """The agricultural demand units of the parameters `du_id`, `region` and `cs3_type`."""
    return await choose(db, FARM_UNITS, ("du_id", du_id), region=region, cs3_type=cs3_type)


async def select_refuges(
    db: Db,
    du_id: Annotated[str | None, listing("Codes of refuges", "11_PR,17N_PR"), COMMA_SEPARATED] = None,
    region: Region = None,
    cs3_type: Cs3Type = None,
) -> Selection:
    """The wildlife refuges of the parameters `du_id`, `region` and `cs3_type`."""
    return await choose(db, REFUGES, ("du_id", du_id), region=region, cs3_type=cs3_type)


Reservoirs = Annotated[Selection, Depends(select_reservoirs)]
CwsAggregates = Annotated[Selection, Depends(select_cws_aggregates)]
Contractors = Annotated[Selection, Depends(select_contractors)]
UrbanUnits = Annotated[Selection, Depends(select_urban_units)]
FarmUnits = Annotated[Selection, Depends(select_farm_units)]
FarmAggregates = Annotated[Selection, Depends(select_farm_aggregates)]
Refuges = Annotated[Selection, Depends(select_refuges)]
