"""Answers about reservoir storage by water month.

Keys of a month block: `qN` = N-th percentile, low to high; `exc_pN` = exceeded N % of the time, so exc_p5 is high.
Water months are the keys "1" (October) to "12" (September).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.models.numbers import Fraction, Percent, Taf


class PercentMonth(BaseModel):
    """Storage of one water month as % of capacity, over all years."""

    q0: Percent = Field(description="Lowest value, % of capacity")
    q10: Percent = Field(description="10th percentile, % of capacity")
    q30: Percent = Field(description="30th percentile, % of capacity")
    q50: Percent = Field(description="Median, % of capacity")
    q70: Percent = Field(description="70th percentile, % of capacity")
    q90: Percent = Field(description="90th percentile, % of capacity")
    q100: Percent = Field(description="Highest value, % of capacity")
    mean: Percent = Field(description="Mean, % of capacity")


class StoragePercentMonth(PercentMonth):
    """Storage of one water month as % of capacity, with exceedance."""

    exc_p5: Percent = Field(description="Exceeded 5 % of the time, % of capacity")
    exc_p10: Percent = Field(description="Exceeded 10 % of the time, % of capacity")
    exc_p25: Percent = Field(description="Exceeded 25 % of the time, % of capacity")
    exc_p50: Percent = Field(description="Exceeded 50 % of the time, % of capacity")
    exc_p75: Percent = Field(description="Exceeded 75 % of the time, % of capacity")
    exc_p90: Percent = Field(description="Exceeded 90 % of the time, % of capacity")
    exc_p95: Percent = Field(description="Exceeded 95 % of the time, % of capacity")


class StorageTafMonth(BaseModel):
    """Storage of one water month in TAF (end of month), over all years."""

    q0: Taf = Field(description="Lowest value, TAF")
    q10: Taf = Field(description="10th percentile, TAF")
    q30: Taf = Field(description="30th percentile, TAF")
    q50: Taf = Field(description="Median, TAF")
    q70: Taf = Field(description="70th percentile, TAF")
    q90: Taf = Field(description="90th percentile, TAF")
    q100: Taf = Field(description="Highest value, TAF")
    mean: Taf = Field(description="Mean, TAF")
    exc_p5: Taf = Field(description="Exceeded 5 % of the time, TAF")
    exc_p10: Taf = Field(description="Exceeded 10 % of the time, TAF")
    exc_p25: Taf = Field(description="Exceeded 25 % of the time, TAF")
    exc_p50: Taf = Field(description="Exceeded 50 % of the time, TAF")
    exc_p75: Taf = Field(description="Exceeded 75 % of the time, TAF")
    exc_p90: Taf = Field(description="Exceeded 90 % of the time, TAF")
    exc_p95: Taf = Field(description="Exceeded 95 % of the time, TAF")
    cv: Fraction = Field(description="Coefficient of variation (sample standard deviation / mean), fraction")
    sample_count: int | None = Field(description="Years with a value (count)")


class ReservoirPercentiles(BaseModel):
    """Percentiles of one reservoir."""

    name: str = Field(description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percentiles: dict[str, PercentMonth] = Field(description="Water month → percentiles, % of capacity")


class Percentiles(BaseModel):
    """Monthly percentiles of one reservoir, for a band chart."""

    reservoir_id: str = Field(description="Code of the reservoir")
    reservoir_name: str = Field(description="Name of the reservoir")
    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    unit: Literal["percent_capacity"] = Field(description="Unit of the percentiles")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percentiles: dict[str, PercentMonth] = Field(description="Water month → percentiles, % of capacity")


class ReservoirResults(BaseModel):
    """What every answer for several reservoirs begins with."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    group: str | None = Field(default=None, description="The group that was asked for; absent if none was")
    without_data: list[str] = Field(description="Codes that were asked for and have no results in this scenario")


class ScenarioPercentiles(ReservoirResults):
    """Monthly percentiles of several reservoirs."""

    reservoirs: dict[str, ReservoirPercentiles] = Field(description="Code of the reservoir → its percentiles")


class ReservoirStorage(BaseModel):
    """Monthly storage of one reservoir."""

    name: str = Field(description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    monthly_percent: dict[str, StoragePercentMonth] = Field(description="Water month → storage, % of capacity")
    monthly_taf: dict[str, StorageTafMonth] = Field(description="Water month → storage, TAF")


class StorageMonthly(ReservoirResults):
    """Monthly storage of several reservoirs."""

    reservoirs: dict[str, ReservoirStorage] = Field(description="Code of the reservoir → its storage")


class AggregateStorage(BaseModel):
    """Monthly storage of a group of reservoirs, added up month by month."""

    name: str = Field(description="Name of the aggregate")
    member_count: int | None = Field(description="Reservoirs that belong to the aggregate (count)")
    members_present: int | None = Field(description="Reservoirs of them that the model run holds (count)")
    monthly_taf: dict[str, StorageTafMonth] = Field(description="Water month → storage, TAF")


class StorageAggregates(BaseModel):
    """Monthly storage north and south of the Delta."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    aggregates: dict[str, AggregateStorage] = Field(description="Code of the aggregate → its storage")
