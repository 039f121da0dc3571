"""The answer with several kinds of statistics of several scenarios."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.models.blocks import Block, QuantilesTaf
from api.models.numbers import Taf
from api.models.rivers import ChannelsMonthly, ChannelsPeriod, ChannelsSeasonal
from api.models.several import ServedInPart
from api.models.storage import PercentMonth
from api.models.supply import (
    AggregateResults,
    CwsAggregateMonthly,
    CwsAggregatePeriod,
    FarmAggregateMonthly,
    FarmAggregateSummary,
)


class BandTaf(QuantilesTaf):
    """Percentiles and mean of one water month, TAF."""

    mean: Taf = Field(validation_alias="mean_taf", description="Mean, TAF")


class BandStorage(Block):
    """Monthly storage of one reservoir, for a band chart."""

    name: str = Field(validation_alias="reservoir_name", description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    monthly_percent: dict[str, PercentMonth] = Field(description="Water month → storage, % of capacity")
    monthly_taf: dict[str, BandTaf] = Field(description="Water month → storage, TAF")


class ScenarioStorage(BaseModel):
    """Storage of the major reservoirs in one scenario."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    reservoirs: dict[str, BandStorage] = Field(description="Code of the reservoir → its storage")


class ScenarioCws(BaseModel):
    """Groups of community water systems in one scenario."""

    monthly: AggregateResults[CwsAggregateMonthly] = Field(description="As cws-aggregates/monthly")
    period: AggregateResults[CwsAggregatePeriod] = Field(description="As cws-aggregates/period-summary")


class ScenarioAg(BaseModel):
    """Aggregates of farm deliveries in one scenario."""

    monthly: AggregateResults[FarmAggregateMonthly] = Field(description="As ag-aggregates/monthly")
    period: AggregateResults[FarmAggregateSummary] = Field(description="As ag-aggregates/period-summary")


class ScenarioEnvFlow(BaseModel):
    """Flow of river and canal reaches in one scenario."""

    monthly: ChannelsMonthly = Field(description="As channels/monthly")
    seasonal: ChannelsSeasonal = Field(description="As channels/seasonal")
    period: ChannelsPeriod = Field(description="As channels/period-summary")


class Batch(ServedInPart):
    """Several kinds of statistics of several scenarios; the kinds that were not asked for are absent."""

    scenarios: list[str] = Field(description="Ids of the scenarios that are served, in the order of the request")
    storage: dict[str, ScenarioStorage] = Field(default={}, description="Scenario → storage of the major reservoirs")
    cws: dict[str, ScenarioCws] = Field(default={}, description="Scenario → groups of community water systems")
    ag: dict[str, ScenarioAg] = Field(default={}, description="Scenario → aggregates of farm deliveries")
    env_flow: dict[str, ScenarioEnvFlow] = Field(default={}, description="Scenario → flow of river and canal reaches")
    without_data: dict[str, list[str]] = Field(
        description="Kind of statistics → scenarios that have no such results at all; empty if there are none"
    )
