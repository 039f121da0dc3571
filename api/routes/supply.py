"""Routes of the water-supply statistics of one scenario: cities, contractors, farms, refuges."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from api.errors import Problem
from api.models import supply as models
from api.models.supply import AggregateResults, ContractorResults, UnitResults
from api.parameters import Db, Published
from api.query import StrictRoute
from api.results import answer, answer_about_one
from api.routes.supply_catalogue import urban_entry
from api.routes.system import SERVER_ERRORS
from api.selection import (
    CWS_AGGREGATES,
    URBAN_UNITS,
    Contractors,
    CwsAggregates,
    FarmAggregates,
    FarmUnits,
    Refuges,
    UrbanUnits,
    choose_one,
)

router = APIRouter(
    prefix="/api/statistics/scenarios/{scenario_id}",
    tags=["water supply statistics"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)


@router.get("/cws-aggregates/monthly", summary="Monthly supply of community water systems")
async def cws_monthly(
    published: Published, chosen: CwsAggregates, db: Db
) -> AggregateResults[models.CwsAggregateMonthly]:
    """Delivery and shortage of groups of community water systems by water month, TAF."""
    return await answer(
        AggregateResults[models.CwsAggregateMonthly],
        db,
        published,
        chosen,
        monthly={
            "monthly_delivery": "cws_aggregate_delivery_monthly",
            "monthly_shortage": "cws_aggregate_shortage_monthly",
        },
    )


@router.get("/cws-aggregates/period-summary", summary="Summary of community water systems")
async def cws_period(
    published: Published, chosen: CwsAggregates, db: Db
) -> AggregateResults[models.CwsAggregatePeriod]:
    """Delivery, demand and shortage of groups of community water systems over the whole period."""
    return await answer(
        AggregateResults[models.CwsAggregatePeriod], db, published, chosen, period="cws_aggregate_period_summary"
    )


@router.get("/cws-aggregates/{aggregate_id}/monthly", summary="Monthly supply of one aggregate")
async def cws_aggregate_monthly(published: Published, aggregate_id: str, db: Db) -> models.OneCwsAggregate:
    """Delivery and shortage of one group of community water systems by water month, TAF."""
    return await answer_about_one(
        models.OneCwsAggregate,
        db,
        published,
        await choose_one(db, CWS_AGGREGATES, aggregate_id),
        monthly={
            "monthly_delivery": "cws_aggregate_delivery_monthly",
            "monthly_shortage": "cws_aggregate_shortage_monthly",
        },
    )


@router.get("/mi-contractors/delivery-monthly", summary="Monthly delivery to contractors")
async def contractor_delivery(
    published: Published, chosen: Contractors, db: Db
) -> ContractorResults[models.ContractorDelivery]:
    """Delivery to contractors by water month, TAF."""
    return await answer(
        ContractorResults[models.ContractorDelivery],
        db,
        published,
        chosen,
        monthly={"monthly_delivery": "contractor_delivery_monthly"},
    )


@router.get("/mi-contractors/shortage-monthly", summary="Monthly shortage of contractors")
async def contractor_shortage(
    published: Published, chosen: Contractors, db: Db
) -> ContractorResults[models.ContractorShortage]:
    """Shortage of contractors by water month, TAF."""
    return await answer(
        ContractorResults[models.ContractorShortage],
        db,
        published,
        chosen,
        monthly={"monthly_shortage": "contractor_shortage_monthly"},
    )


@router.get("/mi-contractors/monthly", summary="Monthly supply of contractors")
async def contractor_monthly(
    published: Published, chosen: Contractors, db: Db
) -> ContractorResults[models.ContractorMonthly]:
    """Delivery and shortage of contractors by water month, TAF."""
    return await answer(
        ContractorResults[models.ContractorMonthly],
        db,
        published,
        chosen,
        monthly={"monthly_delivery": "contractor_delivery_monthly", "monthly_shortage": "contractor_shortage_monthly"},
    )


@router.get("/mi-contractors/period-summary", summary="Summary of contractors")
async def contractor_period(
    published: Published, chosen: Contractors, db: Db
) -> ContractorResults[models.ContractorPeriod]:
    """Delivery, demand and shortage of contractors over the whole period."""
    return await answer(
        ContractorResults[models.ContractorPeriod], db, published, chosen, period="contractor_period_summary"
    )


@router.get(
    "/demand-units/delivery-monthly",
    summary="Monthly delivery to urban demand units",
)
async def urban_delivery(published: Published, chosen: UrbanUnits, db: Db) -> UnitResults[models.UrbanDelivery]:
    """Delivery to urban demand units by water month, TAF."""
    return await answer(
        UnitResults[models.UrbanDelivery], db, published, chosen, monthly={"monthly_delivery": "urban_delivery_monthly"}
    )


@router.get(
    "/demand-units/shortage-monthly",
    summary="Monthly shortage of urban demand units",
)
async def urban_shortage(published: Published, chosen: UrbanUnits, db: Db) -> UnitResults[models.UrbanShortage]:
    """Shortage of urban demand units by water month, TAF."""
    return await answer(
        UnitResults[models.UrbanShortage], db, published, chosen, monthly={"monthly_shortage": "urban_shortage_monthly"}
    )


@router.get("/demand-units/monthly", summary="Monthly supply of urban demand units")
async def urban_monthly(published: Published, chosen: UrbanUnits, db: Db) -> UnitResults[models.UrbanMonthly]:
    """Delivery and shortage of urban demand units by water month, TAF."""
    return await answer(
        UnitResults[models.UrbanMonthly],
        db,
        published,
        chosen,
        monthly={"monthly_delivery": "urban_delivery_monthly", "monthly_shortage": "urban_shortage_monthly"},
    )


@router.get("/demand-units/period-summary", summary="Summary of urban demand units")
async def urban_period(published: Published, chosen: UrbanUnits, db: Db) -> UnitResults[models.UrbanPeriod]:
    """Delivery, demand and shortage of urban demand units over the whole period."""
    return await answer(UnitResults[models.UrbanPeriod], db, published, chosen, period="urban_period_summary")


@router.get("/demand-units/{du_id}/statistics", summary="All statistics of one urban demand unit")
async def urban_unit_statistics(published: Published, du_id: str, db: Db) -> models.OneUrbanUnit:
    """Summary, delivery and shortage of one urban demand unit; null where there is none in this scenario."""
    chosen = await choose_one(db, URBAN_UNITS, du_id)
    return await answer_about_one(
        models.OneUrbanUnit,
        db,
        published,
        replace(chosen, entities={du_id: urban_entry(chosen.entities[du_id])}),
        monthly={"monthly_delivery": "urban_delivery_monthly", "monthly_shortage": "urban_shortage_monthly"},
        period="urban_period_summary",
        period_part="period_summary",
    )


@router.get("/ag-demand-units/demand-monthly", summary="Monthly demand of farms")
async def farm_demand(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmDemand]:
    """Applied water that agricultural demand units ask for, by water month, TAF."""
    return await answer(
        UnitResults[models.FarmDemand], db, published, chosen, monthly={"monthly_demand": "agricultural_demand_monthly"}
    )


@router.get("/ag-demand-units/sw-delivery-monthly", summary="Monthly delivery to farms")
async def farm_delivery(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmDelivery]:
    """Surface water delivered to agricultural demand units, by water month, TAF."""
    return await answer(
        UnitResults[models.FarmDelivery],
        db,
        published,
        chosen,
        monthly={"monthly_sw_delivery": "agricultural_delivery_monthly"},
    )


@router.get("/ag-demand-units/gw-pumping-monthly", summary="Monthly pumping of farms")
async def farm_pumping(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmPumping]:
    """Groundwater that agricultural demand units pump, by water month, TAF."""
    return await answer(
        UnitResults[models.FarmPumping],
        db,
        published,
        chosen,
        monthly={"monthly_gw_pumping": "agricultural_groundwater_pumping_monthly"},
    )


@router.get("/ag-demand-units/shortage-monthly", summary="Monthly shortage of farms")
async def farm_shortage(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmShortage]:
    """Shortage of agricultural demand units by water month, TAF; null where it is not known, never 0."""
    return await answer(
        UnitResults[models.FarmShortage],
        db,
        published,
        chosen,
        monthly={"monthly_shortage": "agricultural_shortage_monthly"},
    )


@router.get("/ag-demand-units/monthly", summary="Monthly supply of farms")
async def farm_monthly(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmMonthly]:
    """Demand, delivery, pumping and shortage of agricultural demand units by water month, TAF."""
    return await answer(
        UnitResults[models.FarmMonthly],
        db,
        published,
        chosen,
        monthly={
            "monthly_demand": "agricultural_demand_monthly",
            "monthly_sw_delivery": "agricultural_delivery_monthly",
            "monthly_gw_pumping": "agricultural_groundwater_pumping_monthly",
            "monthly_shortage": "agricultural_shortage_monthly",
        },
    )


@router.get("/ag-demand-units/period-summary", summary="Summary of farms")
async def farm_period(published: Published, chosen: FarmUnits, db: Db) -> UnitResults[models.FarmSummary]:
    """Demand, delivery, pumping and shortage of agricultural demand units over the whole period."""
    return await answer(UnitResults[models.FarmSummary], db, published, chosen, period="agricultural_period_summary")


@router.get("/ag-aggregates/monthly", summary="Monthly supply of farm aggregates")
async def farm_aggregate_monthly(
    published: Published, chosen: FarmAggregates, db: Db
) -> AggregateResults[models.FarmAggregateMonthly]:
    """Delivery and shortage of aggregates of farms by water month, TAF."""
    return await answer(
        AggregateResults[models.FarmAggregateMonthly],
        db,
        published,
        chosen,
        monthly={
            "monthly_delivery": "ag_aggregate_delivery_monthly",
            "monthly_shortage": "ag_aggregate_shortage_monthly",
        },
    )


@router.get("/ag-aggregates/period-summary", summary="Summary of farm aggregates")
async def farm_aggregate_period(
    published: Published, chosen: FarmAggregates, db: Db
) -> AggregateResults[models.FarmAggregateSummary]:
    """Delivery and shortage of aggregates of farms over the whole period."""
    return await answer(
        AggregateResults[models.FarmAggregateSummary], db, published, chosen, period="ag_aggregate_period_summary"
    )


@router.get("/refuge-demand-units/monthly", summary="Monthly supply of refuges")
async def refuge_monthly(
    published: Published,
    chosen: Refuges,
    db: Db,
    water_month: Annotated[int | None, Query(ge=1, le=12, description="Only this water month (1 = October)")] = None,
) -> UnitResults[models.RefugeMonthly]:
    """Delivery and shortage of wildlife refuges by water month, TAF."""
    return await answer(
        UnitResults[models.RefugeMonthly],
        db,
        published,
        chosen,
        monthly={"monthly_delivery": "refuge_delivery_monthly", "monthly_shortage": "refuge_shortage_monthly"},
        water_month=water_month,
    )


@router.get("/refuge-demand-units/period-summary", summary="Summary of refuges")
async def refuge_period(published: Published, chosen: Refuges, db: Db) -> UnitResults[models.RefugeSummary]:
    """Delivery and shortage of wildlife refuges over the whole period."""
    return await answer(UnitResults[models.RefugeSummary], db, published, chosen, period="refuge_period_summary")
