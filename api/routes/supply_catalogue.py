"""Routes of the catalogues of water supply: aggregates, contractors and demand units."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.database import Row
from api.errors import Problem
from api.models.supply_catalogue import (
    Contractors,
    FarmUnits,
    RefugeUnits,
    SupplyAggregates,
    UrbanUnitGroups,
    UrbanUnits,
)
from api.paging import LISTED, List, Listing
from api.parameters import Db
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.selection import (
    CONTRACTORS,
    CWS_AGGREGATES,
    FARM_AGGREGATES,
    FARM_UNITS,
    REFUGES,
    URBAN_UNITS,
    Cs3Type,
    Region,
    Selection,
    choose,
)

router = APIRouter(
    prefix="/api/statistics",
    tags=["water supply"],
    responses={**LISTED, 400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)
Group = Annotated[str | None, Query(max_length=64, description="Code of a group; without it all of them")]
Model = TypeVar("Model", bound=BaseModel)


@router.get("/cws-aggregates", summary="Aggregates of community water systems")
async def list_cws_aggregates(db: Db, listing: List) -> SupplyAggregates:
    """The groups of community water systems whose deliveries are added up."""
    return _listed(SupplyAggregates, listing, await choose(db, CWS_AGGREGATES))


@router.get("/ag-aggregates", summary="Aggregates of farm deliveries")
async def list_farm_aggregates(db: Db, listing: List) -> SupplyAggregates:
    """The groups of farms whose deliveries are added up."""
    return _listed(SupplyAggregates, listing, await choose(db, FARM_AGGREGATES))


@router.get("/mi-contractors", summary="Contractors")
async def list_contractors(db: Db, listing: List, group: Group = None) -> Contractors:
    """The contractors of the State Water Project, with or without a series in the model run."""
    return _listed(Contractors, listing, await choose(db, CONTRACTORS, group=group))


@router.get("/demand-units", summary="Urban demand units")
async def list_urban_units(db: Db, listing: List, group: Group = None) -> UrbanUnits:
    """All urban units, with or without a series in the model run; those with tier results are the group `tier`."""
    chosen = await choose(db, URBAN_UNITS, group=group)
    return _listed(UrbanUnits, listing, chosen, [urban_entry(row) for row in chosen.entities.values()])


@router.get("/demand-units/groups", summary="Groups of urban demand units")
async def list_urban_unit_groups(db: Db, listing: List) -> UrbanUnitGroups:
    """All groups of urban demand units with their members; a unit can be in several."""
    units = {code: urban_entry(row) for code, row in (await choose(db, URBAN_UNITS)).entities.items()}
    groups = await db.fetch("demand_unit_groups")
    listing.whole(len(groups))
    return UrbanUnitGroups.model_validate(
        {
            "groups": [{**group, "units": [units[code] for code in group["unit_codes"]]} for group in groups],
            "total_units": len({code for group in groups for code in group["unit_codes"]}),
        }
    )


@router.get("/ag-demand-units", summary="Agricultural demand units")
async def list_farm_units(
    db: Db,
    listing: List,
    region: Region = None,
    cs3_type: Cs3Type = None,
    provider: Annotated[str | None, Query(max_length=64, description="A part of the provider's name")] = None,
) -> FarmUnits:
    """All agricultural demand units, with or without a series in the model run."""
    return _listed(
        FarmUnits, listing, await choose(db, FARM_UNITS, region=region, cs3_type=cs3_type, provider=provider)
    )


@router.get("/refuge-demand-units", summary="Wildlife refuges")
async def list_refuges(db: Db, listing: List, region: Region = None, cs3_type: Cs3Type = None) -> RefugeUnits:
    """All wildlife refuges."""
    return _listed(RefugeUnits, listing, await choose(db, REFUGES, region=region, cs3_type=cs3_type))


def _listed(model: type[Model], listing: Listing, chosen: Selection, rows: list[dict[str, Any]] | None = None) -> Model:
    """The answer with the rows of a catalogue."""
    rows = [dict(row) for row in chosen.entities.values()] if rows is None else rows
    listing.whole(len(rows))
    return model.model_validate({chosen.family.answer_key: rows, "count": len(rows)})


def urban_entry(row: Row) -> dict[str, Any]:
    """An urban demand unit, and what the model run holds of it."""
    delivered = "gw_pumping" if "var_gw_only" in row["group_codes"] else "delivery"
    return {**row, "du_class": "Urban", "variable_type": delivered if row["delivery_variables"] else "missing"}
