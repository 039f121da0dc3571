"""Routes of the water-supply statistics of one scenario: cities, contractors, agriculture, refuges."""

# No postponed annotations: the parameters and answers of most routes come from a table.

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

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

CWS_MONTHLY = {
    "monthly_delivery": "cws_aggregate_delivery_monthly",
    "monthly_shortage": "cws_aggregate_shortage_monthly",
}
CONTRACTOR_MONTHLY = {
    "monthly_delivery": "contractor_delivery_monthly",
    "monthly_shortage": "contractor_shortage_monthly",
}
URBAN_MONTHLY = {"monthly_delivery": "urban_delivery_monthly", "monthly_shortage": "urban_shortage_monthly"}
AGRICULTURAL_MONTHLY = {
    "monthly_demand": "agricultural_demand_monthly",
    "monthly_sw_delivery": "agricultural_delivery_monthly",
    "monthly_gw_pumping": "agricultural_groundwater_pumping_monthly",
    "monthly_shortage": "agricultural_shortage_monthly",
}
AG_AGGREGATE_MONTHLY = {
    "monthly_delivery": "ag_aggregate_delivery_monthly",
    "monthly_shortage": "ag_aggregate_shortage_monthly",
}
REFUGE_MONTHLY = {"monthly_delivery": "refuge_delivery_monthly", "monthly_shortage": "refuge_shortage_monthly"}
"""Part of an answer → the table that gives its water months."""


@dataclass(frozen=True)
class SupplyRoute:
    """Statistics of the entities of a family.

    Attributes:
        path: behind that of the scenario.
        name: of the call in a generated client.
        summary: for the documentation.
        description: for the documentation.
        family: the dependency that chooses the entities.
        model: of the answer.
        monthly: part of an entity → the table that gives its water months.
        period: the table that gives one row of an entity.
    """

    path: str
    name: str
    summary: str
    description: str
    family: Any
    model: type[BaseModel]
    monthly: Mapping[str, str] | None = None
    period: str | None = None


ROUTES = (
    SupplyRoute(
        "/cws-aggregates/monthly",
        "cws_monthly",
        "Monthly supply of community water systems",
        "Delivery and shortage of groups of community water systems by water month, TAF.",
        CwsAggregates,
        AggregateResults[models.CwsAggregateMonthly],
        monthly=CWS_MONTHLY,
    ),
    SupplyRoute(
        "/cws-aggregates/period-summary",
        "cws_period",
        "Summary of community water systems",
        "Delivery, demand and shortage of groups of community water systems over the whole period.",
        CwsAggregates,
        AggregateResults[models.CwsAggregatePeriod],
        period="cws_aggregate_period_summary",
    ),
    SupplyRoute(
        "/mi-contractors/delivery-monthly",
        "contractor_delivery",
        "Monthly delivery to contractors",
        "Delivery to contractors by water month, TAF.",
        Contractors,
        ContractorResults[models.ContractorDelivery],
        monthly={"monthly_delivery": "contractor_delivery_monthly"},
    ),
    SupplyRoute(
        "/mi-contractors/shortage-monthly",
        "contractor_shortage",
        "Monthly shortage of contractors",
        "Shortage of contractors by water month, TAF.",
        Contractors,
        ContractorResults[models.ContractorShortage],
        monthly={"monthly_shortage": "contractor_shortage_monthly"},
    ),
    SupplyRoute(
        "/mi-contractors/monthly",
        "contractor_monthly",
        "Monthly supply of contractors",
        "Delivery and shortage of contractors by water month, TAF.",
        Contractors,
        ContractorResults[models.ContractorMonthly],
        monthly=CONTRACTOR_MONTHLY,
    ),
    SupplyRoute(
        "/mi-contractors/period-summary",
        "contractor_period",
        "Summary of contractors",
        "Delivery, demand and shortage of contractors over the whole period.",
        Contractors,
        ContractorResults[models.ContractorPeriod],
        period="contractor_period_summary",
    ),
    SupplyRoute(
        "/demand-units/delivery-monthly",
        "urban_delivery",
        "Monthly delivery to urban demand units",
        "Delivery to urban demand units by water month, TAF.",
        UrbanUnits,
        UnitResults[models.UrbanDelivery],
        monthly={"monthly_delivery": "urban_delivery_monthly"},
    ),
    SupplyRoute(
        "/demand-units/shortage-monthly",
        "urban_shortage",
        "Monthly shortage of urban demand units",
        "Shortage of urban demand units by water month, TAF.",
        UrbanUnits,
        UnitResults[models.UrbanShortage],
        monthly={"monthly_shortage": "urban_shortage_monthly"},
    ),
    SupplyRoute(
        "/demand-units/monthly",
        "urban_monthly",
        "Monthly supply of urban demand units",
        "Delivery and shortage of urban demand units by water month, TAF.",
        UrbanUnits,
        UnitResults[models.UrbanMonthly],
        monthly=URBAN_MONTHLY,
    ),
    SupplyRoute(
        "/demand-units/period-summary",
        "urban_period",
        "Summary of urban demand units",
        "Delivery, demand and shortage of urban demand units over the whole period.",
        UrbanUnits,
        UnitResults[models.UrbanPeriod],
        period="urban_period_summary",
    ),
    SupplyRoute(
        "/ag-demand-units/demand-monthly",
        "farm_demand",
        "Monthly demand of farms",
        "Applied water that agricultural demand units ask for, by water month, TAF.",
        FarmUnits,
        UnitResults[models.FarmDemand],
        monthly={"monthly_demand": "agricultural_demand_monthly"},
    ),
    SupplyRoute(
        "/ag-demand-units/sw-delivery-monthly",
        "farm_delivery",
        "Monthly delivery to farms",
        "Surface water delivered to agricultural demand units, by water month, TAF.",
        FarmUnits,
        UnitResults[models.FarmDelivery],
        monthly={"monthly_sw_delivery": "agricultural_delivery_monthly"},
    ),
    SupplyRoute(
        "/ag-demand-units/gw-pumping-monthly",
        "farm_pumping",
        "Monthly pumping of farms",
        "Groundwater that agricultural demand units pump, by water month, TAF.",
        FarmUnits,
        UnitResults[models.FarmPumping],
        monthly={"monthly_gw_pumping": "agricultural_groundwater_pumping_monthly"},
    ),
    SupplyRoute(
        "/ag-demand-units/shortage-monthly",
        "farm_shortage",
        "Monthly shortage of farms",
        "Shortage of agricultural demand units by water month, TAF; null where it is not known, never 0.",
        FarmUnits,
        UnitResults[models.FarmShortage],
        monthly={"monthly_shortage": "agricultural_shortage_monthly"},
    ),
    SupplyRoute(
        "/ag-demand-units/monthly",
        "farm_monthly",
        "Monthly supply of farms",
        "Demand, delivery, pumping and shortage of agricultural demand units by water month, TAF.",
        FarmUnits,
        UnitResults[models.FarmMonthly],
        monthly=AGRICULTURAL_MONTHLY,
    ),
    SupplyRoute(
        "/ag-demand-units/period-summary",
        "farm_period",
        "Summary of farms",
        "Demand, delivery, pumping and shortage of agricultural demand units over the whole period.",
        FarmUnits,
        UnitResults[models.FarmSummary],
        period="agricultural_period_summary",
    ),
    SupplyRoute(
        "/ag-aggregates/monthly",
        "farm_aggregate_monthly",
        "Monthly supply of farm aggregates",
        "Delivery and shortage of aggregates of farms by water month, TAF.",
        FarmAggregates,
        AggregateResults[models.FarmAggregateMonthly],
        monthly=AG_AGGREGATE_MONTHLY,
    ),
    SupplyRoute(
        "/ag-aggregates/period-summary",
        "farm_aggregate_period",
        "Summary of farm aggregates",
        "Delivery and shortage of aggregates of farms over the whole period.",
        FarmAggregates,
        AggregateResults[models.FarmAggregateSummary],
        period="ag_aggregate_period_summary",
    ),
    SupplyRoute(
        "/refuge-demand-units/period-summary",
        "refuge_period",
        "Summary of refuges",
        "Delivery and shortage of wildlife refuges over the whole period.",
        Refuges,
        UnitResults[models.RefugeSummary],
        period="refuge_period_summary",
    ),
)


def _endpoint(route: SupplyRoute) -> Callable[..., Awaitable[BaseModel]]:
    async def read_statistics(published: Published, chosen: route.family, db: Db) -> BaseModel:  # type: ignore[name-defined]
        return await answer(route.model, db, published, chosen, monthly=route.monthly, period=route.period)

    return read_statistics


for _each in ROUTES:
    router.add_api_route(
        _each.path,
        _endpoint(_each),
        name=_each.name,
        summary=_each.summary,
        description=_each.description,
        response_model=_each.model,
        response_model_exclude_unset=True,
    )


@router.get(
    "/cws-aggregates/{aggregate_id}/monthly",
    summary="Monthly supply of one aggregate",
    response_model_exclude_unset=True,
)
async def cws_aggregate_monthly(published: Published, aggregate_id: str, db: Db) -> models.OneCwsAggregate:
    """Delivery and shortage of one group of community water systems by water month, TAF."""
    return await answer_about_one(
        models.OneCwsAggregate,
        db,
        published,
        await choose_one(db, CWS_AGGREGATES, aggregate_id),
        monthly=CWS_MONTHLY,
    )


@router.get(
    "/demand-units/{du_id}/statistics",
    summary="All statistics of one urban demand unit",
    response_model_exclude_unset=True,
)
async def urban_unit_statistics(published: Published, du_id: str, db: Db) -> models.OneUrbanUnit:
    """Summary, delivery and shortage of one urban demand unit; null where there is none in this scenario."""
    chosen = await choose_one(db, URBAN_UNITS, du_id)
    return await answer_about_one(
        models.OneUrbanUnit,
        db,
        published,
        replace(chosen, entities={du_id: urban_entry(chosen.entities[du_id])}),
        monthly=URBAN_MONTHLY,
        period="urban_period_summary",
        period_part="period_summary",
    )


@router.get("/refuge-demand-units/monthly", summary="Monthly supply of refuges", response_model_exclude_unset=True)
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
        monthly=REFUGE_MONTHLY,
        water_month=water_month,
    )
