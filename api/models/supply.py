"""Answers about water demand, delivery and shortage: what cities, contractors, farms and refuges get."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import Field

from api.models.blocks import Block, Results, VolumeMonth
from api.models.numbers import Percent, Taf
from api.models.supply_catalogue import UrbanUnitEntry
from api.models.supply_parts import (
    AllocatedPeriod,
    DeliveryMonth,
    FarmAggregatePeriod,
    FarmPeriod,
    FarmShortageMonth,
    FarmUnitShortageMonth,
    PumpingMonth,
    RefugePeriod,
    RefugeShortageMonth,
    ShortageMonth,
    UrbanDeliveryMonth,
    UrbanShortageMonth,
    UrbanSupplyPeriod,
)


class Labelled(Block):
    """Whom the numbers are about."""

    label: str = Field(description="Name to show")


class Contractor(Labelled):
    """A contractor."""

    label: str = Field(validation_alias="contractor_name", description="Name of the contractor")


class Aggregate(Labelled):
    """An aggregate of deliveries."""

    label: str = Field(validation_alias="aggregate_name", description="Name of the aggregate")
    project: str | None = Field(description="CVP or SWP; null where both are added")
    region: str | None = Field(validation_alias="side", description="nod, sod (north, south of the Delta) or total")


class UrbanUnit(Labelled):
    """An urban demand unit."""

    label: str = Field(validation_alias="unit_label", description="Name of the unit, its code where no list has one")
    community_agency: str | None = Field(validation_alias="agency", description="Water agency; null if not known")
    hydrologic_region: str | None = Field(description="Hydrologic region")


class FarmUnit(Labelled):
    """An agricultural demand unit."""

    label: str = Field(validation_alias="unit_label", description="Name of the unit, its code where no list has one")
    agency: str | None = Field(description="Districts and agencies that the unit stands for")
    hydrologic_region: str | None = Field(description="Hydrologic region")
    cs3_type: str | None = Field(description="Type of the unit in the model")
    provider: str | None = Field(description="Who provides the surface water")


class Refuge(Labelled):
    """A wildlife refuge."""

    label: str = Field(validation_alias="unit_label", description="Name of the refuge")
    refuge_or_wildlife_area: str | None = Field(validation_alias="unit_label", description="Name of the refuge")
    hydrologic_region: str | None = Field(description="Hydrologic region")


class MonthlyDelivery(Block):
    """Delivery by water month."""

    monthly_delivery: dict[str, DeliveryMonth] = Field(description="Water month → delivery, TAF")


class MonthlyShortage(Block):
    """Shortage by water month."""

    monthly_shortage: dict[str, ShortageMonth] = Field(description="Water month → shortage, TAF")


class ContractorDelivery(Contractor, MonthlyDelivery):
    """Monthly delivery to a contractor."""


class ContractorShortage(Contractor, MonthlyShortage):
    """Monthly shortage of a contractor."""


class ContractorMonthly(Contractor, MonthlyDelivery, MonthlyShortage):
    """Monthly delivery and shortage of a contractor."""


class ContractorPeriod(Contractor, AllocatedPeriod):
    """Summary of a contractor."""

    table_a_taf: Taf = Field(description="Table A amount, TAF a year; null where no public source gives it")
    annual_delivery_table_a_pct: Percent = Field(description="Mean delivery, % of the Table A amount")


class CwsAggregateMonthly(Aggregate, MonthlyDelivery, MonthlyShortage):
    """Monthly delivery and shortage of a group of community water systems."""


class CwsAggregatePeriod(Aggregate, AllocatedPeriod):
    """Summary of a group of community water systems."""


class UrbanMonthlyDelivery(Block):
    """Delivery to an urban demand unit by water month."""

    monthly_delivery: dict[str, UrbanDeliveryMonth] = Field(description="Water month → delivery, TAF")


class UrbanDelivery(UrbanUnit, UrbanMonthlyDelivery):
    """Monthly delivery to an urban demand unit."""


class UrbanMonthlyShortage(Block):
    """Shortage of an urban demand unit by water month."""

    monthly_shortage: dict[str, UrbanShortageMonth] = Field(description="Water month → shortage, TAF")


class UrbanShortage(UrbanUnit, UrbanMonthlyShortage):
    """Monthly shortage of an urban demand unit."""


class UrbanMonthly(UrbanUnit, UrbanMonthlyDelivery, UrbanMonthlyShortage):
    """Monthly delivery and shortage of an urban demand unit."""


class UrbanPeriod(UrbanUnit, UrbanSupplyPeriod):
    """Summary of an urban demand unit."""


class FarmMonthlyDemand(Block):
    """Demand by water month."""

    monthly_demand: dict[str, VolumeMonth] = Field(description="Water month → applied water that is asked for, TAF")


class FarmMonthlyDelivery(Block):
    """Delivery of surface water by water month."""

    monthly_sw_delivery: dict[str, VolumeMonth] = Field(description="Water month → surface water delivered, TAF")


class FarmMonthlyPumping(Block):
    """Groundwater pumping by water month."""

    monthly_gw_pumping: dict[str, PumpingMonth] = Field(description="Water month → groundwater pumped, TAF")


class FarmMonthlyShortage(Block):
    """Shortage by water month."""

    monthly_shortage: dict[str, FarmUnitShortageMonth] = Field(description="Water month → shortage, TAF")


class FarmDemand(FarmUnit, FarmMonthlyDemand):
    """Monthly demand of a farm unit."""


class FarmDelivery(FarmUnit, FarmMonthlyDelivery):
    """Monthly delivery of surface water to a farm unit."""


class FarmPumping(FarmUnit, FarmMonthlyPumping):
    """Monthly pumping of a farm unit."""


class FarmShortage(FarmUnit, FarmMonthlyShortage):
    """Monthly shortage of a farm unit."""


class FarmMonthly(FarmUnit, FarmMonthlyDemand, FarmMonthlyDelivery, FarmMonthlyPumping, FarmMonthlyShortage):
    """Monthly demand, delivery, pumping and shortage of a farm unit."""


class FarmSummary(FarmUnit, FarmPeriod):
    """Summary of a farm unit."""


class FarmAggregateMonthly(Aggregate):
    """Monthly delivery and shortage of an aggregate of farm deliveries."""

    monthly_delivery: dict[str, VolumeMonth] = Field(description="Water month → delivery, TAF")
    monthly_shortage: dict[str, FarmShortageMonth] = Field(description="Water month → shortage, TAF")


class FarmAggregateSummary(Aggregate, FarmAggregatePeriod):
    """Summary of an aggregate of farm deliveries."""


class RefugeMonthly(Refuge):
    """Monthly delivery and shortage of a refuge."""

    monthly_delivery: dict[str, VolumeMonth] = Field(description="Water month → surface water delivered, TAF")
    monthly_shortage: dict[str, RefugeShortageMonth] = Field(description="Water month → shortage, TAF")


class RefugeSummary(Refuge, RefugePeriod):
    """Summary of a refuge."""


class OneCwsAggregate(CwsAggregateMonthly):
    """Monthly delivery and shortage of one group of community water systems."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    aggregate_id: str = Field(validation_alias="aggregate_code", description="Code of the aggregate")


class OneUrbanUnit(UrbanMonthly, UrbanUnitEntry):
    """All statistics of one urban demand unit."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    period_summary: UrbanSupplyPeriod | None = Field(description="Summary of the whole period; null if there is none")


Entity = TypeVar("Entity", bound=Block)


class SupplyResults(Results):
    """What every answer about water supply begins with."""

    count: int = Field(description="Entities with results (count)")


class ContractorResults(SupplyResults, Generic[Entity]):
    """Results by contractor."""

    contractors: dict[str, Entity] = Field(description="Code of the contractor → its results")


class UnitResults(SupplyResults, Generic[Entity]):
    """Results by demand unit."""

    demand_units: dict[str, Entity] = Field(description="Code of the demand unit → its results")


class AggregateResults(SupplyResults, Generic[Entity]):
    """Results by aggregate."""

    aggregates: dict[str, Entity] = Field(description="Code of the aggregate → its results")
