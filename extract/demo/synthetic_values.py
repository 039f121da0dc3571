"""Plausible monthly values for synthetic series, a function of the seed and the variable's name only.

One climate is shared by all series of a run: wet and dry years with persistence, and wet winters. Reservoirs
are simple buckets, so that storage carries over from year to year and floods follow wet months.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from extract.demo.synthetic_names import Reservoir, Variable

Floats = npt.NDArray[np.float64]

CUBIC_FEET_PER_TAF = 43_560_000.0
SECONDS_PER_DAY = 86_400.0

# January to December.
INFLOW_SHAPE = np.array([15, 17, 18, 14, 10, 6, 2.5, 1.5, 1.5, 2, 4.5, 8]) / 100
RELEASE_SHAPE = np.array([3, 3, 4, 7, 11, 15, 19, 17, 10, 5, 3, 3]) / 100
FLOOD_SHAPE = np.array([0.80, 0.84, 0.91, 0.96, 0.99, 0.99, 0.97, 0.92, 0.87, 0.83, 0.80, 0.79])
YEAR_PERSISTENCE = 0.35
MONTH_PERSISTENCE = 0.7
WETNESS_EFFECT = 0.5
TYPE_BOUNDS = np.array([-0.8, -0.25, 0.25, 0.8])


@dataclass(frozen=True, slots=True)
class Climate:
    """What all series of a run share; arrays of shape [months].

    Attributes:
        month: month of the year, 0 to 11.
        days: days of the month.
        wetness: standardised index, positive in wet months.
    """

    month: npt.NDArray[np.int64]
    days: Floats
    wetness: Floats

    def cfs(self, taf: Floats) -> Floats:
        """Monthly volumes in thousand acre-feet as mean flows in cubic feet per second."""
        return taf * (CUBIC_FEET_PER_TAF / SECONDS_PER_DAY) / self.days


@dataclass(frozen=True, slots=True)
class ReservoirRun:
    """A reservoir's months: volumes in thousand acre-feet, flows in cubic feet per second, shape [months]."""

    storage: Floats
    flood_level: Floats
    dead_pool_level: Floats
    release: Floats
    flood_release: Floats


def make_climate(seed: int, first_month: tuple[int, int], months: int) -> Climate:
    """The climate of a run."""
    rng = np.random.default_rng([seed, 0])
    number = first_month[0] * 12 + first_month[1] - 1 + np.arange(months)
    start = (number - 1970 * 12).astype("datetime64[M]")
    days = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.float64)
    water_year = (number + 3) // 12
    years = _persistent(rng, int(water_year[-1] - water_year[0]) + 1, YEAR_PERSISTENCE)
    wetness = 0.8 * years[water_year - water_year[0]] + 0.6 * _persistent(rng, months, MONTH_PERSISTENCE)
    return Climate(number % 12, days, wetness)


def _persistent(rng: np.random.Generator, count: int, memory: float) -> Floats:
    """A standardised series in which each value remembers the one before."""
    noise = rng.standard_normal(count)
    values = np.empty(count)
    last = noise[0]
    for i in range(count):
        last = values[i] = memory * last + np.sqrt(1 - memory**2) * noise[i]
    return values


def simulate_reservoirs(reservoirs: Sequence[Reservoir], climate: Climate, seed: int) -> dict[str, ReservoirRun]:
    """Run all reservoirs through the months: inflow, hedged release, flood release above the flood level."""
    if not reservoirs:
        return {}
    count, months = len(reservoirs), len(climate.month)
    rngs = [_rng(seed, f"reservoir/{r.code}") for r in reservoirs]
    capacity = np.array([r.capacity for r in reservoirs])
    dead = np.array([r.dead_pool for r in reservoirs])
    turnover = np.array([rng.uniform(0.7, 1.3) for rng in rngs])
    noise = np.array([rng.standard_normal(months) for rng in rngs])
    level = FLOOD_SHAPE[climate.month] * capacity[:, None]
    for i, reservoir in enumerate(reservoirs):
        if reservoir.flood_level is not None:
            level[i] = min(reservoir.flood_level, reservoir.capacity)
    inflow = _inflow(capacity * turnover, climate, noise)
    wanted = 0.9 * RELEASE_SHAPE[climate.month] * (capacity * turnover)[:, None]
    storage, released, flood = (np.empty((count, months)) for _ in range(3))
    now = dead + 0.6 * (level[:, 0] - dead)
    for t in range(months):
        available = np.maximum(now + inflow[:, t] - dead, 0)
        hedge = np.minimum(1, 0.3 + 1.4 * available / (capacity - dead))
        released[:, t] = np.minimum(wanted[:, t] * hedge, available)
        before = now + inflow[:, t] - released[:, t]
        now = np.clip(before, dead, level[:, t])
        storage[:, t], flood[:, t] = now, np.maximum(before - level[:, t], 0)
    flow, spill = climate.cfs(released + flood), climate.cfs(flood)
    return {
        r.code: ReservoirRun(storage[i], level[i], np.full(months, dead[i]), flow[i], spill[i])
        for i, r in enumerate(reservoirs)
    }


def _inflow(annual: Floats, climate: Climate, noise: Floats) -> Floats:
    factor = np.exp(WETNESS_EFFECT * climate.wetness + 0.25 * noise - 0.15)
    shaped: Floats = annual[:, None] * INFLOW_SHAPE[climate.month] * factor
    return shaped


def values_of(variable: Variable, climate: Climate, runs: dict[str, ReservoirRun], seed: int) -> Floats:
    """The months of one variable, shape [months]."""
    run = runs.get(variable.reservoir)
    if run is not None and variable.behaviour in ReservoirRun.__slots__:
        series: Floats = getattr(run, variable.behaviour)
        return series
    rng = _rng(seed, f"{variable.dss_kind}/{variable.part_b}/{variable.part_c}")
    size = 10 ** rng.uniform(0.3, 3.3)
    noise = rng.standard_normal(len(climate.month))
    match variable.behaviour:
        case "demand":
            dry = np.exp(-0.08 * climate.wetness + 0.05 * noise)
            demand: Floats = size * 8 * RELEASE_SHAPE[climate.month] * dry
            return demand
        case "shortage":
            short = np.maximum(-climate.wetness - 0.9, 0) * RELEASE_SHAPE[climate.month]
            shortage: Floats = size * short * np.exp(0.2 * noise)
            return shortage
        case "allocation":
            fraction: Floats = np.round(np.clip(0.6 + 0.3 * climate.wetness + 0.05 * noise, 0, 1), 4)
            return fraction
        case "storage" | "zone" | "flood_level" | "dead_pool_level":
            zone: Floats = size * np.clip(0.6 + 0.15 * climate.wetness + 0.03 * noise, 0.05, 1)
            return zone
        case "flood_release":
            spill: Floats = size * np.maximum(climate.wetness + 0.2 * noise - 1.2, 0)
            return spill
        case "water_year_type":
            return _water_year_type(climate, noise)
        case "x2_position":
            position: Floats = np.clip(
                75 - 80 * (INFLOW_SHAPE[climate.month] - 1 / 12) - 6 * climate.wetness + noise, 45, 100
            )
            return position
        case _:
            factor = np.exp(WETNESS_EFFECT * climate.wetness + 0.35 * noise)
            flow: Floats = size * 10 * INFLOW_SHAPE[climate.month] * factor
            return flow


def _water_year_type(climate: Climate, noise: Floats) -> Floats:
    """1 in a wet to 5 in a critical water year; like the model's, it changes with February."""
    year = np.cumsum((climate.month == 9) | (np.arange(len(noise)) == 0)) - 1
    wetness = np.bincount(year, climate.wetness + 0.5 * noise) / np.bincount(year)
    kind = 5.0 - np.digitize(wetness, TYPE_BOUNDS)
    before = (climate.month >= 9) | (climate.month == 0)
    kinds: Floats = kind[np.maximum(year - before, 0)]
    return kinds


def _rng(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each name, so that adding a variable leaves all others as they are."""
    return np.random.default_rng([seed, 2, zlib.crc32(name.encode())])
