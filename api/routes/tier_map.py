"""Routes of the tier map: which tiers have locations, their levels, and where they lie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.database import Row
from api.errors import NoDataError
from api.models.tier_map import LocationMap, MapScenarios, MapSummary, MapTiers
from api.models.tiers import LocationsOfTiers, TierLocations
from api.paging import LISTED, List
from api.parameters import SCENARIO_ID, Db, Published, PublishedLoad, get_published, split_list
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.routes.tiers import (
    NOT_FOUND,
    REFUSED,
    TierCode,
    TierCodes,
    known_tiers,
    locations,
    locations_of_tiers,
)
from api.shapes import Block
from api.snapshot import Snapshot

KINDS = {
    "reservoir": "Reservoir",
    "wba": "Aquifer",
    "region": "Region",
    "compliance_station": "Compliance Station",
    "network_node": "Environmental Flow",
    "demand_unit": "Demand Unit",
}

router = APIRouter(prefix="/api/tier-map", tags=["tier map"], responses=SERVER_ERRORS, route_class=StrictRoute)


@router.get("/scenarios", summary="Scenarios with tier locations", responses=LISTED)
async def list_map_scenarios(db: Db, listing: List) -> MapScenarios:
    """The active scenarios with locations on the map, and how many."""
    rows = [dict(row) for row in await db.fetch("tier_map_scenarios")]
    listing.whole(len(rows))
    return MapScenarios.model_validate({"scenarios": rows, "total": len(rows)})


@router.get("/tiers", summary="Tiers on the map", response_model_exclude_unset=True, responses={**LISTED, **NOT_FOUND})
async def list_map_tiers(
    db: Db,
    listing: List,
    scenario_short_code: Annotated[
        str | None, Query(pattern=f"^{SCENARIO_ID}$", description="Only tiers with locations in this scenario")
    ] = None,
) -> MapTiers:
    """The tiers; with a scenario only those that have locations in it, with their number."""
    if scenario_short_code is None:
        tiers = [_tier(row) for row in await db.fetch("tiers")]
    else:
        tiers = await _tiers_of(db, await get_published(db, scenario_short_code))
        for tier in tiers:
            del tier["tier_levels_used"]
    listing.whole(len(tiers))
    return MapTiers.model_validate({"tiers": tiers, "total": len(tiers)})


@router.get("/summary/{scenario_id}", summary="Tiers of a scenario on the map", responses=NOT_FOUND)
async def map_summary(published: Published, db: Db) -> MapSummary:
    """The tiers with locations in a scenario: how many locations, and how many different levels."""
    tiers = await _tiers_of(db, published)
    if not tiers:
        raise NoDataError(f"Scenario {published.scenario_id} has no tier locations.")
    return MapSummary.model_validate({"scenario": published.scenario_id, "tiers": tiers, "total_tiers": len(tiers)})


@router.get("/{scenario_id}/locations", summary="Locations of several tiers on the map", responses=REFUSED)
async def map_locations(published: Published, codes: TierCodes, db: Db) -> LocationsOfTiers:
    """The same as /api/tiers/scenarios/{scenario_id}/locations."""
    return await locations_of_tiers(db, published, await known_tiers(db, split_list("codes", codes)))


@router.get("/{scenario_id}/{tier_code}/locations", summary="Locations of a tier", responses=NOT_FOUND)
async def tier_locations(published: Published, tier_code: TierCode, db: Db) -> TierLocations:
    """The level of each location of a tier, without geometry."""
    await known_tiers(db, [tier_code])
    rows = await db.fetch("tier_locations", published.scenario_id, [tier_code])
    if not rows:
        raise _no_locations(published, tier_code)
    return locations(published, rows)


@router.get("/{scenario_id}/{tier_code}", summary="Map of a tier", responses=NOT_FOUND)
async def tier_map(published: Published, tier_code: TierCode, db: Db) -> LocationMap:
    """The locations of a tier as a GeoJSON FeatureCollection.

    Every location is a feature. One whose place is not public has the geometry null, and the metadata count those.
    The CVP and SWP shares of San Luis lie where the reservoir lies.
    """
    await known_tiers(db, [tier_code])
    rows = await db.fetch("tier_map", published.scenario_id, tier_code)
    if not rows:
        raise _no_locations(published, tier_code)
    return LocationMap.model_validate(
        {
            "type": "FeatureCollection",
            "features": [_feature(row) for row in rows],
            "metadata": {
                **rows[0],
                "scenario": published.scenario_id,
                "feature_count": len(rows),
                "without_geometry_count": sum(row["geojson"] is None for row in rows),
                "location_types": sorted({row["location_type"] for row in rows}),
            },
        }
    )


def _feature(row: Row) -> Block:
    """One location as a GeoJSON feature."""
    level, kind = row["tier_level"], row["location_type"]
    properties = {
        **row,
        "location_type_display": KINDS.get(kind, kind),
        "tier_color_class": None if level is None else f"tier-{level}",
    }
    return {"type": "Feature", "id": row["location_id"], "geometry": row["geojson"], "properties": properties}


async def _tiers_of(db: Snapshot, published: PublishedLoad) -> list[Block]:
    """The tiers with locations in a scenario, with their counts."""
    counts = {row["tier_code"]: row for row in await db.fetch("tier_map_counts", published.scenario_id)}
    return [{**_tier(row), **counts[row["tier_code"]]} for row in await db.fetch("tiers") if row["tier_code"] in counts]


def _tier(row: Row) -> Block:
    """A tier under the names of these routes."""
    names = ("tier_code", "tier_name", "description", "tier_type")
    return {**{name: row[name] for name in names}, "tier_count": row["level_count"]}


def _no_locations(published: PublishedLoad, tier_code: str) -> NoDataError:
    return NoDataError(f"Scenario {published.scenario_id} has no locations of the tier {tier_code}.")
