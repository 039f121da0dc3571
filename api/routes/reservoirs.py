"""Routes of the reservoir catalogue."""

from __future__ import annotations

from fastapi import APIRouter

from api.models.reservoirs import (
    Reservoir,
    ReservoirGroup,
    ReservoirGroups,
    Reservoirs,
    ReservoirsWithStatistics,
    ReservoirWithStatistics,
)
from api.models.scenarios import ScenarioReservoirs, ScenariosWithStatistics
from api.paging import LISTED, List
from api.parameters import Db
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.selection import reservoir_group

router = APIRouter(prefix="/api/statistics", tags=["reservoirs"], responses=SERVER_ERRORS, route_class=StrictRoute)


@router.get("/reservoirs", summary="Reservoirs", responses=LISTED)
async def list_reservoirs(db: Db, listing: List) -> Reservoirs:
    """All reservoirs of the catalogue, with or without results."""
    rows = await db.fetch("reservoirs")
    listing.whole(len(rows))
    return Reservoirs(
        reservoirs=[
            Reservoir.model_validate({**row, "reservoir_id": row["reservoir_code"], "groups": row["groups"] or []})
            for row in rows
        ]
    )


@router.get("/reservoirs/all", summary="Reservoirs with statistics", responses=LISTED)
async def list_reservoirs_with_statistics(db: Db, listing: List) -> ReservoirsWithStatistics:
    """The reservoirs that have a period summary in at least one scenario."""
    rows = await db.fetch("reservoirs_with_statistics")
    listing.whole(len(rows))
    return ReservoirsWithStatistics(
        major=(await reservoir_group(db)).codes,
        all=[
            ReservoirWithStatistics(
                reservoir_id=row["reservoir_code"],
                name=row["reservoir_name"],
                capacity_taf=row["capacity_taf"],
            )
            for row in rows
        ],
        total=len(rows),
    )


@router.get("/reservoir-groups", summary="Reservoir groups", responses=LISTED)
async def list_reservoir_groups(db: Db, listing: List) -> ReservoirGroups:
    """All groups of reservoirs with their members."""
    rows = await db.fetch("reservoir_groups")
    listing.whole(len(rows))
    return ReservoirGroups(
        groups=[
            ReservoirGroup(
                group_id=row["group_code"],
                name=row["group_name"],
                reservoirs=row["reservoirs"],
            )
            for row in rows
        ]
    )


@router.get("/scenarios", summary="Scenarios with statistics", responses=LISTED)
async def list_scenarios_with_statistics(db: Db, listing: List) -> ScenariosWithStatistics:
    """The scenarios that have reservoir statistics, with the reservoirs of each."""
    rows = await db.fetch("scenarios_with_statistics")
    listing.whole(len(rows))
    return ScenariosWithStatistics(
        scenarios=[
            ScenarioReservoirs(
                scenario_id=row["scenario_id"],
                reservoirs=row["reservoirs"],
                reservoir_count=len(row["reservoirs"]),
            )
            for row in rows
        ],
        total=len(rows),
    )
