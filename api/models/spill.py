"""Answers about flood releases, the flood pool, and the whole period of record.

Two things that both go by the name of spill are kept apart. Keys with `spill` speak of flood releases: months in
which the model sends water through the flood outlet. Keys with `at_flood_pool` speak of storage at the flood level.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.models.blocks import SAME_ROW, Block, Columns, Results
from api.models.numbers import Cfs, Fraction, Percent, Taf


class FloodPoolMonth(Block):
    """How often storage stands at the flood level in one water month."""

    months_count: int | None = Field(
        validation_alias="at_flood_pool_months_count",
        description="Years in which this month is at the flood level (count)",
    )
    total_months: int | None = Field(
        validation_alias="at_flood_pool_total_months", description="Years in which storage and level are known (count)"
    )
    frequency_pct: Percent = Field(
        validation_alias="at_flood_pool_frequency_pct", description="The first as % of the second"
    )


class SpillMonth(Block):
    """Flood releases of one water month over all years; null where the model run has no such series."""

    spill_months_count: int | None = Field(
        validation_alias="flood_release_months_count", description="Years with a flood release in this month (count)"
    )
    total_months: int | None = Field(description="Years with a value (count)")
    spill_frequency_pct: Percent = Field(
        validation_alias="flood_release_frequency_pct", description="Years with a flood release, % of years"
    )
    spill_avg_cfs: Cfs = Field(
        validation_alias="flood_release_mean_cfs", description="Mean of the releasing months, CFS; 0 if there are none"
    )
    spill_max_cfs: Cfs = Field(
        validation_alias="flood_release_max_cfs", description="Maximum, CFS; 0 if there are none"
    )
    spill_q50: Cfs = Field(
        validation_alias="flood_release_q50_cfs", description="Median of the releasing months, CFS; 0 if there are none"
    )
    spill_q90: Cfs = Field(
        validation_alias="flood_release_q90_cfs",
        description="90th percentile of the releasing months, CFS; 0 if there are none",
    )
    spill_q100: Cfs = Field(
        validation_alias="flood_release_q100_cfs",
        description="Highest of the releasing months, CFS; 0 if there are none",
    )
    storage_at_spill_avg_pct: Percent = Field(
        validation_alias="storage_at_flood_release_pct",
        description="Mean storage of the releasing months, % of capacity",
    )
    storage_at_spill_avg_taf: Taf = Field(
        validation_alias="storage_at_flood_release_taf", description="Mean storage of the releasing months, TAF"
    )
    at_flood_pool: Annotated[FloodPoolMonth, SAME_ROW]


class ReservoirSpill(Block):
    """Monthly flood releases of one reservoir."""

    name: str = Field(validation_alias="reservoir_name", description="Name of the reservoir")
    monthly: dict[str, SpillMonth] = Field(description="Water month (1 = October) → flood releases")


class SpillMonthly(Results):
    """Monthly flood releases of several reservoirs."""

    reservoirs: dict[str, ReservoirSpill] = Field(description="Code of the reservoir → its flood releases")


class SimulationYears(Block):
    """The water years of the model run."""

    start: int | None = Field(validation_alias="simulation_start_year", description="First water year")
    end: int | None = Field(validation_alias="simulation_end_year", description="Last water year")
    total: int | None = Field(validation_alias="total_years", description="Water years (count)")


class ExceedancePercent(Block):
    """Storage of all months by exceedance; p5 is high."""

    p5: Percent = Field(description="Exceeded 5 % of the time, % of capacity")
    p10: Percent = Field(description="Exceeded 10 % of the time, % of capacity")
    p25: Percent = Field(description="Exceeded 25 % of the time, % of capacity")
    p50: Percent = Field(description="Exceeded 50 % of the time, % of capacity")
    p75: Percent = Field(description="Exceeded 75 % of the time, % of capacity")
    p90: Percent = Field(description="Exceeded 90 % of the time, % of capacity")
    p95: Percent = Field(description="Exceeded 95 % of the time, % of capacity")


class ExceedanceTaf(Block):
    """Storage of all months by exceedance; p5 is high."""

    p5: Taf = Field(description="Exceeded 5 % of the time, TAF")
    p10: Taf = Field(description="Exceeded 10 % of the time, TAF")
    p25: Taf = Field(description="Exceeded 25 % of the time, TAF")
    p50: Taf = Field(description="Exceeded 50 % of the time, TAF")
    p75: Taf = Field(description="Exceeded 75 % of the time, TAF")
    p90: Taf = Field(description="Exceeded 90 % of the time, TAF")
    p95: Taf = Field(description="Exceeded 95 % of the time, TAF")


class Thresholds(Block):
    """The levels that the frequencies and probabilities are about."""

    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    dead_pool_pct: Percent = Field(description="Dead pool, % of capacity")
    dead_pool_basis: str | None = Field(description="What the dead-pool probabilities compare storage with")
    spill_threshold_pct: Percent = Field(
        validation_alias="storage_at_flood_release_pct",
        description="Mean storage of the releasing months, % of capacity",
    )
    flood_level_basis: str | None = Field(description="What the flood-pool probabilities compare storage with")


class Spill(Block):
    """Flood releases of the whole period; null where the model run has no such series."""

    years_count: int | None = Field(
        validation_alias="flood_release_years_count", description="Water years with a flood release (count)"
    )
    frequency_pct: Percent = Field(
        validation_alias="flood_release_frequency_pct", description="Water years with a flood release, % of years"
    )
    mean_cfs: Cfs = Field(
        validation_alias="flood_release_mean_cfs", description="Mean of all releasing months, CFS; 0 if there are none"
    )
    peak_cfs: Cfs = Field(
        validation_alias="flood_release_peak_cfs", description="Highest month, CFS; 0 if there are none"
    )
    annual_avg_taf: Taf = Field(
        validation_alias="annual_flood_release_mean_taf", description="Mean volume per water year, TAF"
    )
    annual_cv: Fraction = Field(
        validation_alias="annual_flood_release_cv",
        description="Coefficient of variation of the yearly volume, fraction",
    )
    annual_max_taf: Taf = Field(
        validation_alias="annual_flood_release_max_taf", description="Largest volume of a water year, TAF"
    )
    annual_max_q50: Cfs = Field(
        validation_alias="annual_max_flood_release_q50_cfs",
        description="Median of the yearly highest months, years with a release, CFS",
    )
    annual_max_q90: Cfs = Field(
        validation_alias="annual_max_flood_release_q90_cfs",
        description="90th percentile of the yearly highest months, CFS",
    )
    annual_max_q100: Cfs = Field(
        validation_alias="annual_max_flood_release_q100_cfs", description="Highest of the yearly highest months, CFS"
    )


class FloodPool(Block):
    """How often storage stands at the flood level; null where no level is known."""

    years_count: int | None = Field(
        validation_alias="at_flood_pool_years_count", description="Water years with a month at the flood level (count)"
    )
    frequency_pct: Percent = Field(
        validation_alias="at_flood_pool_frequency_pct",
        description="Water years with a month at the flood level, % of years",
    )
    month_frequency_pct: Percent = Field(
        validation_alias="at_flood_pool_month_frequency_pct", description="Months at the flood level, % of months"
    )


class Probabilities(Block):
    """Probability that storage reaches a level; null where no level is known."""

    flood_pool_prob_all: Fraction = Field(description="At the flood level, all months, fraction 0 to 1")
    flood_pool_prob_april: Fraction = Field(description="At the flood level, Aprils, fraction 0 to 1")
    flood_pool_prob_september: Fraction = Field(description="At the flood level, Septembers, fraction 0 to 1")
    dead_pool_prob_all: Fraction = Field(description="At or below dead pool, all months, fraction 0 to 1")
    dead_pool_prob_april: Fraction = Field(description="At or below dead pool, Aprils, fraction 0 to 1")
    dead_pool_prob_september: Fraction = Field(description="At or below dead pool, Septembers, fraction 0 to 1")


class Variation(Block):
    """Coefficient of variation of storage (sample standard deviation / mean)."""

    storage_cv_all: Fraction = Field(description="All months, fraction")
    storage_cv_april: Fraction = Field(description="Aprils, fraction")
    storage_cv_september: Fraction = Field(description="Septembers, fraction")


class Means(Block):
    """Mean storage."""

    annual_avg_taf: Taf = Field(
        validation_alias="annual_mean_taf", description="Mean over water years of the yearly mean, TAF"
    )
    april_avg_taf: Taf = Field(validation_alias="april_mean_taf", description="Mean of the Aprils, TAF")
    september_avg_taf: Taf = Field(validation_alias="september_mean_taf", description="Mean of the Septembers, TAF")


class ReservoirPeriod(Block):
    """Summary of one reservoir over the whole period."""

    name: str = Field(validation_alias="reservoir_name", description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    simulation_years: Annotated[SimulationYears, SAME_ROW]
    storage_exceedance: Annotated[ExceedancePercent, Columns("storage_exc_*_pct")]
    storage_exceedance_taf: Annotated[ExceedanceTaf, Columns("storage_exc_*_taf")]
    thresholds: Annotated[Thresholds, SAME_ROW]
    spill: Annotated[Spill, SAME_ROW]
    at_flood_pool: Annotated[FloodPool, SAME_ROW]
    probabilities: Annotated[Probabilities, SAME_ROW]
    cv: Annotated[Variation, SAME_ROW]
    means: Annotated[Means, SAME_ROW]


class PeriodSummary(Results):
    """Summary of several reservoirs over the whole period."""

    reservoirs: dict[str, ReservoirPeriod] = Field(description="Code of the reservoir → its summary")
