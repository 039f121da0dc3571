"""Answers about reservoir storage by water month."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.models.blocks import Block, DistributionTaf, Results
from api.models.numbers import Percent, Taf


class PercentMonth(Block):
    """Storage of one water month as % of capacity, over all years."""

    q0: Percent = Field(validation_alias="q0_pct", description="Lowest value, % of capacity")
    q10: Percent = Field(validation_alias="q10_pct", description="10th percentile, % of capacity")
    q30: Percent = Field(validation_alias="q30_pct", description="30th percentile, % of capacity")
    q50: Percent = Field(validation_alias="q50_pct", description="Median, % of capacity")
    q70: Percent = Field(validation_alias="q70_pct", description="70th percentile, % of capacity")
    q90: Percent = Field(validation_alias="q90_pct", description="90th percentile, % of capacity")
    q100: Percent = Field(validation_alias="q100_pct", description="Highest value, % of capacity")
    mean: Percent = Field(validation_alias="mean_pct", description="Mean, % of capacity")


class StoragePercentMonth(PercentMonth):
    """Storage of one water month as % of capacity, with exceedance."""

    exc_p5: Percent = Field(validation_alias="exc_p5_pct", description="Exceeded 5 % of the time, % of capacity")
    exc_p10: Percent = Field(validation_alias="exc_p10_pct", description="Exceeded 10 % of the time, % of capacity")
    exc_p25: Percent = Field(validation_alias="exc_p25_pct", description="Exceeded 25 % of the time, % of capacity")
    exc_p50: Percent = Field(validation_alias="exc_p50_pct", description="Exceeded 50 % of the time, % of capacity")
    exc_p75: Percent = Field(validation_alias="exc_p75_pct", description="Exceeded 75 % of the time, % of capacity")
    exc_p90: Percent = Field(validation_alias="exc_p90_pct", description="Exceeded 90 % of the time, % of capacity")
    exc_p95: Percent = Field(validation_alias="exc_p95_pct", description="Exceeded 95 % of the time, % of capacity")


class StorageTafMonth(DistributionTaf):
    """Storage of one water month in TAF (end of month), over all years."""

    mean: Taf = Field(validation_alias="mean_taf", description="Mean, TAF")


class ReservoirPercentiles(Block):
    """Percentiles of one reservoir."""

    name: str = Field(validation_alias="reservoir_name", description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percentiles: dict[str, PercentMonth] = Field(description="Water month → percentiles, % of capacity")


class Percentiles(Block):
    """Monthly percentiles of one reservoir, for a band chart."""

    reservoir_id: str = Field(validation_alias="reservoir_code", description="Code of the reservoir")
    reservoir_name: str = Field(description="Name of the reservoir")
    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    unit: Literal["percent_capacity"] = Field(default="percent_capacity", description="Unit of the percentiles")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percentiles: dict[str, PercentMonth] = Field(description="Water month → percentiles, % of capacity")


class ScenarioPercentiles(Results):
    """Monthly percentiles of several reservoirs."""

    reservoirs: dict[str, ReservoirPercentiles] = Field(description="Code of the reservoir → its percentiles")


class ReservoirStorage(Block):
    """Monthly storage of one reservoir."""

    name: str = Field(validation_alias="reservoir_name", description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percent: dict[str, StoragePercentMonth] = Field(description="Water month → storage, % of capacity")
    monthly_taf: dict[str, StorageTafMonth] = Field(description="Water month → storage, TAF")


class StorageMonthly(Results):
    """Monthly storage of several reservoirs."""

    reservoirs: dict[str, ReservoirStorage] = Field(description="Code of the reservoir → its storage")


class AggregateStorage(Block):
    """Monthly storage of a group of reservoirs, added up month by month."""

    name: str = Field(validation_alias="aggregate_name", description="Name of the aggregate")
    member_count: int | None = Field(description="Reservoirs that belong to the aggregate (count)")
    members_present: int | None = Field(description="Reservoirs of them that the model run holds (count)")
    monthly_taf: dict[str, StorageTafMonth] = Field(description="Water month → storage, TAF")


class StorageAggregates(BaseModel):
    """Monthly storage north and south of the Delta."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    aggregates: dict[str, AggregateStorage] = Field(description="Code of the aggregate → its storage")
