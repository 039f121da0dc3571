"""Routes of the reservoir statistics of one scenario."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from api.errors import Problem
from api.models.spill import PeriodSummary, SpillMonthly
from api.models.storage import Percentiles, ScenarioPercentiles, StorageAggregates, StorageMonthly
from api.parameters import Db, Published
from api.query import StrictRoute
from api.results import answer, answer_about_one, keys, no_data
from api.routes.system import SERVER_ERRORS
from api.selection import RESERVOIRS, Reservoirs, choose_one, refuse_variable
from api.shapes import by_entity

router = APIRouter(
    prefix="/api/statistics/scenarios/{scenario_id}",
    tags=["reservoir statistics"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)


@router.get(
    "/reservoirs/{reservoir_id}/percentiles", summary="Percentiles of one reservoir", response_model_exclude_unset=True
)
async def reservoir_percentiles(published: Published, reservoir_id: str, db: Db) -> Percentiles:
    """Percentiles of one reservoir's storage by water month, % of capacity."""
    refuse_variable(reservoir_id)
    chosen = await choose_one(db, RESERVOIRS, reservoir_id)
    entity = {**chosen.entities[reservoir_id], "unit": "percent_capacity"}
    chosen = replace(chosen, entities={reservoir_id: entity})
    return await answer_about_one(
        Percentiles, db, published, chosen, monthly={"monthly_percentiles": "reservoir_percentiles"}
    )


@router.get("/reservoir-percentiles", summary="Percentiles", response_model_exclude_unset=True)
async def scenario_percentiles(published: Published, chosen: Reservoirs, db: Db) -> ScenarioPercentiles:
    """Percentiles of storage by reservoir and water month, % of capacity."""
    parts = {"monthly_percentiles": "reservoir_percentiles"}
    return await answer(ScenarioPercentiles, db, published, chosen, monthly=parts)


@router.get("/storage-monthly", summary="Monthly storage", response_model_exclude_unset=True)
async def storage_monthly(published: Published, chosen: Reservoirs, db: Db) -> StorageMonthly:
    """Percentiles and exceedance of storage by reservoir and water month, % of capacity and TAF."""
    parts = {"monthly_percent": "reservoir_storage_monthly", "monthly_taf": "reservoir_storage_monthly"}
    return await answer(StorageMonthly, db, published, chosen, monthly=parts)


@router.get("/spill-monthly", summary="Monthly flood releases", response_model_exclude_unset=True)
async def spill_monthly(published: Published, chosen: Reservoirs, db: Db) -> SpillMonthly:
    """Flood releases by reservoir and water month, CFS, and how often storage is at the flood level."""
    return await answer(SpillMonthly, db, published, chosen, monthly={"monthly": "reservoir_spill_monthly"})


@router.get("/period-summary", summary="Period summary", response_model_exclude_unset=True)
async def period_summary(published: Published, chosen: Reservoirs, db: Db) -> PeriodSummary:
    """Storage exceedance, flood releases, probabilities and means over the whole period, by reservoir."""
    return await answer(PeriodSummary, db, published, chosen, period="reservoir_period_summary")


@router.get("/storage-aggregates", summary="Monthly storage of aggregates", response_model_exclude_unset=True)
async def storage_aggregates(published: Published, db: Db) -> StorageAggregates:
    """Storage of all reservoirs north and south of the Delta together, by water month, TAF."""
    rows = await db.fetch("storage_aggregates", *keys([published]))
    if not rows:
        raise no_data(published)
    aggregates = {
        code: {**months[0], "monthly_taf": {str(row["water_month"]): row for row in months}}
        for code, months in by_entity(rows, "aggregate_code").items()
    }
    frame = {"scenario_id": published.scenario_id, "load_id": published.load_id, "aggregates": aggregates}
    return StorageAggregates.model_validate(frame)
