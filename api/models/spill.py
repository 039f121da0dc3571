"""Answers about flood releases, the flood pool, and the whole period of record.

Two things that both go by the name of spill are kept apart. Keys with `spill` speak of flood releases: months in
which the model sends water through the flood outlet. Keys with `at_flood_pool` speak of storage at the flood level.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.models.numbers import Cfs, Fraction, Percent, Taf
from api.models.storage import ReservoirResults


class FloodPoolMonth(BaseModel):
    """How often storage stands at the flood level in one water month."""

    months_count: int | None = Field(description="Years in which this month is at the flood level (count)")
    total_months: int | None = Field(description="Years in which storage and level are known (count)")
    frequency_pct: Percent = Field(description="The first as % of the second")


class SpillMonth(BaseModel):
    """Flood releases of one water month over all years; null where the model run has no such series."""

    spill_months_count: int | None = Field(description="Years with a flood release in this month (count)")
    total_months: int | None = Field(description="Years with a value (count)")
    spill_frequency_pct: Percent = Field(description="Years with a flood release, % of years")
    spill_avg_cfs: Cfs = Field(description="Mean of the releasing months, CFS; 0 if there are none")
    spill_max_cfs: Cfs = Field(description="Maximum, CFS; 0 if there are none")
    spill_q50: Cfs = Field(description="Median of the releasing months, CFS; 0 if there are none")
    spill_q90: Cfs = Field(description="90th percentile of the releasing months, CFS; 0 if there are none")
    spill_q100: Cfs = Field(description="Highest of the releasing months, CFS; 0 if there are none")
    storage_at_spill_avg_pct: Percent = Field(description="Mean storage of the releasing months, % of capacity")
    storage_at_spill_avg_taf: Taf = Field(description="Mean storage of the releasing months, TAF")
    at_flood_pool: FloodPoolMonth


class ReservoirSpill(BaseModel):
    """Monthly flood releases of one reservoir."""

    name: str = Field(description="Name of the reservoir")
    monthly: dict[str, SpillMonth] = Field(description="Water month (1 = October) → flood releases")


class SpillMonthly(ReservoirResults):
    """Monthly flood releases of several reservoirs."""

    reservoirs: dict[str, ReservoirSpill] = Field(description="Code of the reservoir → its flood releases")


class SimulationYears(BaseModel):
    """The water years of the model run."""

    start: int | None = Field(description="First water year")
    end: int | None = Field(description="Last water year")
    total: int | None = Field(description="Water years (count)")


class ExceedancePercent(BaseModel):
    """Storage of all months by exceedance; p5 is high."""

    p5: Percent = Field(description="Exceeded 5 % of the time, % of capacity")
    p10: Percent = Field(description="Exceeded 10 % of the time, % of capacity")
    p25: Percent = Field(description="Exceeded 25 % of the time, % of capacity")
    p50: Percent = Field(description="Exceeded 50 % of the time, % of capacity")
    p75: Percent = Field(description="Exceeded 75 % of the time, % of capacity")
    p90: Percent = Field(description="Exceeded 90 % of the time, % of capacity")
    p95: Percent = Field(description="Exceeded 95 % of the time, % of capacity")


class ExceedanceTaf(BaseModel):
    """Storage of all months by exceedance; p5 is high."""

    p5: Taf = Field(description="Exceeded 5 % of the time, TAF")
    p10: Taf = Field(description="Exceeded 10 % of the time, TAF")
    p25: Taf = Field(description="Exceeded 25 % of the time, TAF")
    p50: Taf = Field(description="Exceeded 50 % of the time, TAF")
    p75: Taf = Field(description="Exceeded 75 % of the time, TAF")
    p90: Taf = Field(description="Exceeded 90 % of the time, TAF")
    p95: Taf = Field(description="Exceeded 95 % of the time, TAF")


class Thresholds(BaseModel):
    """The levels that the frequencies and probabilities are about."""

    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    dead_pool_pct: Percent = Field(description="Dead pool, % of capacity")
    dead_pool_basis: str | None = Field(description="What the dead-pool probabilities compare storage with")
    spill_threshold_pct: Percent = Field(description="Mean storage of the releasing months, % of capacity")
    flood_level_basis: str | None = Field(description="What the flood-pool probabilities compare storage with")


class Spill(BaseModel):
    """Flood releases of the whole period; null where the model run has no such series."""

    years_count: int | None = Field(description="Water years with a flood release (count)")
    frequency_pct: Percent = Field(description="Water years with a flood release, % of years")
    mean_cfs: Cfs = Field(description="Mean of all releasing months, CFS; 0 if there are none")
    peak_cfs: Cfs = Field(description="Highest month, CFS; 0 if there are none")
    annual_avg_taf: Taf = Field(description="Mean volume per water year, TAF")
    annual_cv: Fraction = Field(description="Coefficient of variation of the yearly volume, fraction")
    annual_max_taf: Taf = Field(description="Largest volume of a water year, TAF")
    annual_max_q50: Cfs = Field(description="Median of the yearly highest months, years with a release, CFS")
    annual_max_q90: Cfs = Field(description="90th percentile of the yearly highest months, CFS")
    annual_max_q100: Cfs = Field(description="Highest of the yearly highest months, CFS")


class FloodPool(BaseModel):
    """How often storage stands at the flood level; null where no level is known."""

    years_count: int | None = Field(description="Water years with a month at the flood level (count)")
    frequency_pct: Percent = Field(description="Water years with a month at the flood level, % of years")
    month_frequency_pct: Percent = Field(description="Months at the flood level, % of months")


class Probabilities(BaseModel):
    """Probability that storage reaches a level; null where no level is known."""

    flood_pool_prob_all: Fraction = Field(description="At the flood level, all months, fraction 0 to 1")
    flood_pool_prob_april: Fraction = Field(description="At the flood level, Aprils, fraction 0 to 1")
    flood_pool_prob_september: Fraction = Field(description="At the flood level, Septembers, fraction 0 to 1")
    dead_pool_prob_all: Fraction = Field(description="At or below dead pool, all months, fraction 0 to 1")
    dead_pool_prob_april: Fraction = Field(description="At or below dead pool, Aprils, fraction 0 to 1")
    dead_pool_prob_september: Fraction = Field(description="At or below dead pool, Septembers, fraction 0 to 1")


class Variation(BaseModel):
    """Coefficient of variation of storage (sample standard deviation / mean)."""

    storage_cv_all: Fraction = Field(description="All months, fraction")
    storage_cv_april: Fraction = Field(description="Aprils, fraction")
    storage_cv_september: Fraction = Field(description="Septembers, fraction")


class Means(BaseModel):
    """Mean storage."""

    annual_avg_taf: Taf = Field(description="Mean over water years of the yearly mean, TAF")
    april_avg_taf: Taf = Field(description="Mean of the Aprils, TAF")
    september_avg_taf: Taf = Field(description="Mean of the Septembers, TAF")


class ReservoirPeriod(BaseModel):
    """Summary of one reservoir over the whole period."""

    name: str = Field(description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    simulation_years: SimulationYears
    storage_exceedance: ExceedancePercent
    storage_exceedance_taf: ExceedanceTaf
    thresholds: Thresholds
    spill: Spill
    at_flood_pool: FloodPool
    probabilities: Probabilities
    cv: Variation
    means: Means


class PeriodSummary(ReservoirResults):
    """Summary of several reservoirs over the whole period."""

    reservoirs: dict[str, ReservoirPeriod] = Field(description="Code of the reservoir → its summary")
