"""Routes of the reservoir statistics of one scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from api.database import Database, Row
from api.errors import NoDataError, Problem
from api.models.spill import PeriodSummary, SpillMonthly
from api.models.storage import Percentiles, ScenarioPercentiles, StorageAggregates, StorageMonthly
from api.parameters import Db, Published, PublishedLoad, Reservoirs, Selection, known_reservoirs
from api.routes.system import SERVER_ERRORS
from api.shapes import by_entity, percent_quantiles, period, spill_month, storage_percent_month, storage_taf_month

router = APIRouter(
    prefix="/api/statistics/scenarios/{scenario_id}",
    tags=["reservoir statistics"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
)


@router.get("/reservoirs/{reservoir_id}/percentiles", summary="Percentiles of one reservoir")
async def reservoir_percentiles(published: Published, reservoir_id: str, db: Db) -> Percentiles:
    """Percentiles of one reservoir's storage by water month, % of capacity."""
    codes = await known_reservoirs(db, [reservoir_id])
    rows = await _results(db, "reservoir_percentiles", published, codes)
    return Percentiles.model_validate(
        {
            **rows[0],
            "reservoir_id": reservoir_id,
            "scenario_id": published.scenario_id,
            "load_id": published.load_id,
            "unit": "percent_capacity",
            "monthly_percentiles": {str(row["water_month"]): percent_quantiles(row) for row in rows},
        }
    )


@router.get("/reservoir-percentiles", summary="Percentiles", response_model_exclude_unset=True)
async def scenario_percentiles(published: Published, chosen: Reservoirs, db: Db) -> ScenarioPercentiles:
    """Percentiles of storage by reservoir and water month, % of capacity."""
    rows = await _results(db, "reservoir_percentiles", published, chosen.codes)
    reservoirs = {
        code: {
            "name": months[0]["reservoir_name"],
            "capacity_taf": months[0]["capacity_taf"],
            "dead_pool_taf": months[0]["dead_pool_taf"],
            "monthly_percentiles": {str(row["water_month"]): percent_quantiles(row) for row in months},
        }
        for code, months in by_entity(rows, "reservoir_code").items()
    }
    return ScenarioPercentiles.model_validate(_answer(published, chosen, reservoirs))


@router.get("/storage-monthly", summary="Monthly storage", response_model_exclude_unset=True)
async def storage_monthly(published: Published, chosen: Reservoirs, db: Db) -> StorageMonthly:
    """Percentiles and exceedance of storage by reservoir and water month, % of capacity and TAF."""
    rows = await _results(db, "reservoir_storage_monthly", published, chosen.codes)
    reservoirs = {
        code: {
            "name": months[0]["reservoir_name"],
            "capacity_taf": months[0]["capacity_taf"],
            "dead_pool_taf": months[0]["dead_pool_taf"],
            "monthly_percent": {str(row["water_month"]): storage_percent_month(row) for row in months},
            "monthly_taf": {str(row["water_month"]): storage_taf_month(row) for row in months},
        }
        for code, months in by_entity(rows, "reservoir_code").items()
    }
    return StorageMonthly.model_validate(_answer(published, chosen, reservoirs))


@router.get("/spill-monthly", summary="Monthly flood releases", response_model_exclude_unset=True)
async def spill_monthly(published: Published, chosen: Reservoirs, db: Db) -> SpillMonthly:
    """Flood releases by reservoir and water month, CFS, and how often storage is at the flood level."""
    rows = await _results(db, "reservoir_spill_monthly", published, chosen.codes)
    reservoirs = {
        code: {
            "name": months[0]["reservoir_name"],
            "monthly": {str(row["water_month"]): spill_month(row) for row in months},
        }
        for code, months in by_entity(rows, "reservoir_code").items()
    }
    return SpillMonthly.model_validate(_answer(published, chosen, reservoirs))


@router.get("/period-summary", summary="Period summary", response_model_exclude_unset=True)
async def period_summary(published: Published, chosen: Reservoirs, db: Db) -> PeriodSummary:
    """Storage exceedance, flood releases, probabilities and means over the whole period, by reservoir."""
    rows = await _results(db, "reservoir_period_summary", published, chosen.codes)
    reservoirs = {row["reservoir_code"]: period(row) for row in rows}
    return PeriodSummary.model_validate(_answer(published, chosen, reservoirs))


@router.get("/storage-aggregates", summary="Monthly storage of aggregates")
async def storage_aggregates(published: Published, db: Db) -> StorageAggregates:
    """Storage of all reservoirs north and south of the Delta together, by water month, TAF."""
    rows = await _results(db, "storage_aggregates", published)
    aggregates = {
        code: {
            "name": months[0]["aggregate_name"],
            "member_count": months[0]["member_count"],
            "members_present": months[0]["members_present"],
            "monthly_taf": {str(row["water_month"]): storage_taf_month(row) for row in months},
        }
        for code, months in by_entity(rows, "aggregate_code").items()
    }
    return StorageAggregates.model_validate(
        {"scenario_id": published.scenario_id, "load_id": published.load_id, "aggregates": aggregates}
    )


async def _results(db: Database, query: str, published: PublishedLoad, *values: object) -> Sequence[Row]:
    """The rows of a scenario's results, at least one.

    Raises:
        NoDataError: the scenario has no such results.
    """
    rows = await db.fetch(query, [published.scenario_id], [published.load_id], *values)
    if not rows:
        raise NoDataError(f"Scenario {published.scenario_id} is active, but has no results for this request.")
    return rows


def _answer(published: PublishedLoad, chosen: Selection, reservoirs: dict[str, Any]) -> dict[str, Any]:
    """The common frame of an answer for several reservoirs, which come in the order of the selection."""
    frame = {
        "scenario_id": published.scenario_id,
        "load_id": published.load_id,
        "reservoirs": {code: reservoirs[code] for code in chosen.codes if code in reservoirs},
        "without_data": [code for code in chosen.codes if code not in reservoirs],
    }
    return frame if chosen.group is None else {**frame, "group": chosen.group}
