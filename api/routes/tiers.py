"""Routes of the tiers: what they are, and their results by scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.database import Row
from api.errors import NoDataError, Problem
from api.models.tiers import (
    LocationsOfTiers,
    OneTier,
    ScenarioTiers,
    Tier,
    TierBatch,
    TierLocations,
    TierScenarios,
)
from api.paging import LISTED, List
from api.parameters import (
    MAX_LIST_LENGTH,
    Db,
    Published,
    PublishedLoad,
    refuse_unknown,
    several_scenarios,
    split_list,
)
from api.query import COMMA_SEPARATED, StrictRoute
from api.routes.system import SERVER_ERRORS
from api.shapes import Block, by_entity
from api.snapshot import Snapshot

TierCode = Annotated[
    str,
    Path(pattern=r"^[A-Z][A-Z0-9_]{1,31}$", description="Code of a tier, see /api/tiers/list", examples=["RES_STOR"]),
]
TierCodes = Annotated[
    str,
    Query(max_length=MAX_LIST_LENGTH, description="Codes of tiers separated by commas", examples=["CWS_DEL,RES_STOR"]),
    COMMA_SEPARATED,
]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
REFUSED: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, **NOT_FOUND}

router = APIRouter(prefix="/api/tiers", tags=["tiers"], responses=SERVER_ERRORS, route_class=StrictRoute)


@router.get("/definitions", summary="Descriptions of tiers", responses=LISTED)
async def tier_definitions(db: Db, listing: List) -> dict[str, str]:
    """Code of each tier → what it is about."""
    rows = await db.fetch("tiers")
    listing.whole(len(rows))
    return {row["tier_code"]: row["description"] or row["tier_name"] for row in rows}


@router.get("/list", summary="Tiers", responses=LISTED)
async def list_tiers(db: Db, listing: List) -> list[Tier]:
    """The tiers, those of a single value first."""
    rows = await db.fetch("tiers")
    listing.whole(len(rows))
    return [
        Tier.model_validate(
            {
                **row,
                "short_code": row["tier_code"],
                "name": row["tier_name"],
                "tier_count": row["level_count"],
                "is_active": True,
            }
        )
        for row in rows
    ]


@router.get("/scenarios", summary="Scenarios with tiers", responses=LISTED)
async def list_tier_scenarios(db: Db, listing: List) -> TierScenarios:
    """The active scenarios with tier results, with the tiers of each."""
    rows = [{**row, "tier_count": len(row["tiers"])} for row in await db.fetch("tier_scenarios")]
    listing.whole(len(rows))
    return TierScenarios.model_validate({"scenarios": rows, "total": len(rows)})


@router.get("/batch", summary="Tiers of several scenarios", response_model_exclude_unset=True, responses=REFUSED)
async def tier_batch(
    scenarios: Annotated[
        str,
        Query(max_length=MAX_LIST_LENGTH, description="Scenario ids separated by commas", examples=["s0020,s0021"]),
        COMMA_SEPARATED,
    ],
    db: Db,
) -> TierBatch:
    """The tiers of several scenarios, in the order of the request; scenarios that are not served are named."""
    several = await several_scenarios(db, "scenarios", scenarios)
    ids = [each.scenario_id for each in several.loads]
    rows = by_entity(await db.fetch("tier_results", ids), "scenario_id")
    tiers = {each: {"scenario": each, "tiers": _results(rows.get(each, []))} for each in ids}
    return TierBatch.model_validate({"scenarios": tiers, "count": len(tiers), **several.not_served})


@router.get(
    "/scenarios/{scenario_id}/tiers",
    summary="Tiers of a scenario",
    response_model_exclude_unset=True,
    responses=NOT_FOUND,
)
async def scenario_tiers(published: Published, db: Db) -> ScenarioTiers:
    """Counts, shares and scores of every tier of a scenario, made from whole counts of locations."""
    rows = await db.fetch("tier_results", [published.scenario_id])
    if not rows:
        raise NoDataError(f"Scenario {published.scenario_id} has no tier results.")
    return ScenarioTiers.model_validate({"scenario": published.scenario_id, "tiers": _results(rows)})


@router.get(
    "/scenarios/{scenario_id}/tiers/{tier_code}",
    summary="One tier of a scenario",
    response_model_exclude_unset=True,
    responses=NOT_FOUND,
)
async def scenario_tier(published: Published, tier_code: TierCode, db: Db) -> OneTier:
    """Counts, shares and scores of one tier of a scenario."""
    await known_tiers(db, [tier_code])
    tiers = _results(await db.fetch("tier_results", [published.scenario_id]))
    if tier_code not in tiers:
        raise NoDataError(f"Scenario {published.scenario_id} has no result of the tier {tier_code}.")
    names = {"type": "tier_type", "total": "total_value", "unrated": "unrated_value", "level": "single_tier_level"}
    found = {names.get(key, key): value for key, value in tiers[tier_code].items()}
    return OneTier.model_validate({"scenario": published.scenario_id, "tier_code": tier_code, **found})


@router.get("/scenarios/{scenario_id}/locations", summary="Locations of several tiers", responses=REFUSED)
async def scenario_tier_locations(published: Published, codes: TierCodes, db: Db) -> LocationsOfTiers:
    """The level of each location of several tiers, to colour a map with."""
    return await locations_of_tiers(db, published, await known_tiers(db, split_list("codes", codes)))


async def locations_of_tiers(db: Snapshot, published: PublishedLoad, codes: Sequence[str]) -> LocationsOfTiers:
    """The locations of tiers in a scenario, by tier, and the tiers that have none."""
    rows = by_entity(await db.fetch("tier_locations", published.scenario_id, codes), "tier_code")
    return LocationsOfTiers(
        scenario=published.scenario_id,
        results={code: locations(published, rows[code]) for code in codes if code in rows},
        missing=[code for code in codes if code not in rows],
    )


def locations(published: PublishedLoad, rows: Sequence[Row]) -> TierLocations:
    """The locations of one tier, of which there is one row each."""
    levels = Counter(row["tier_level"] for row in rows)
    return TierLocations.model_validate(
        {
            **rows[0],
            "scenario": published.scenario_id,
            "locations": [dict(row) for row in rows],
            "metadata": {
                "total_locations": len(rows),
                "location_types": sorted({row["location_type"] for row in rows}),
                "tier_counts": {str(level): levels[level] for level in range(1, 5)},
                "delivery_id": rows[0]["delivery_id"],
            },
        }
    )


async def known_tiers(db: Snapshot, codes: Sequence[str]) -> Sequence[str]:
    """The codes as they came, once all of them are found in the catalogue.

    Raises:
        UnknownCodeError: the catalogue lacks a code.
    """
    refuse_unknown("tier", codes, {row["tier_code"] for row in await db.fetch("tiers")})
    return codes


def _results(rows: Sequence[Row]) -> dict[str, Block]:
    """Code of the tier → its result."""
    return {row["tier_code"]: _result(row) for row in rows}


def _result(row: Row) -> Block:
    """One result: counts for a tier of several values, the level for one of a single value."""
    scores = {
        "name": row["tier_name"],
        "type": row["tier_type"],
        "weighted_score": row["weighted_score"],
        "normalized_score": row["normalized_score"],
        "gini": row["gini"],
        "band_upper": row["band_upper_score"],
        "band_lower": row["band_lower_score"],
    }
    if row["tier_type"] == "single_value":
        return {**scores, "level": row["tier_level"], "score": row["tier_score"]}
    shares = [
        {"tier": f"tier{level}", "value": row[f"level_{level}_count"], "normalized": row[f"level_{level}_fraction"]}
        for level in range(1, 5)
    ]
    return {**scores, "data": shares, "total": row["rated_count"], "unrated": row["unrated_count"]}
