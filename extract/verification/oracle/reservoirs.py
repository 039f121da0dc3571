"""The reservoir statistics a second time, from arrays with numpy; shares nothing with the SQL but the seeds.

Every function gives one dict per row, with every column of its fact table; None stands for NULL.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.verification.oracle.run import MONTHS, Row, Run, Values, seed, whole_years

QUANTILES = (0, 10, 30, 50, 70, 90, 100)
EXCEEDANCES = (5, 10, 25, 50, 75, 90, 95)
LEVEL_TOLERANCE_TAF = 1e-6
RELEASE_MINIMUM_CFS = 1e-6
PERIODS = {"all": range(1, 13), "april": (7,), "september": (12,)}

POSITIONS = np.arange(MONTHS) + 9
CALENDAR_YEARS, CALENDAR_MONTHS = 1921 + POSITIONS // 12, POSITIONS % 12 + 1
WATER_YEARS = CALENDAR_YEARS + (CALENDAR_MONTHS > 9)
WATER_MONTHS = (CALENDAR_MONTHS - 10) % 12 + 1
DAYS = np.array([calendar.monthrange(y, m)[1] for y, m in zip(CALENDAR_YEARS, CALENDAR_MONTHS, strict=True)])


@dataclass(frozen=True)
class Reservoir:
    """What a model run and the seeds say of one reservoir; arrays of 1,200 months with NaN for unknown.

    Attributes:
        storage, flood_release: None if the series is not in the file.
        at_flood, at_dead: 1, 0 or NaN.
    """

    code: str
    capacity: float
    percent_basis: float | None
    dead_pool: float | None
    storage: Values | None
    flood_release: Values | None
    flood_basis: str | None
    dead_basis: str | None
    at_flood: Values
    at_dead: Values


def known(values: Values) -> Values:
    """Missing codes as NaN."""
    missing = np.isin(values, (-901.0, -902.0)) | (values < -1e30)
    return np.where(missing, np.nan, values)


def mapped_series(run: Run, code: str, measure: str) -> tuple[bool, str, str, Values | None]:
    """Whether the series is in the file, its name and unit, and its values if they may be used."""
    for row in seed("04_calsim_data/variable_map"):
        if (row["entity_kind"], row["entity_code"], row["measure"]) == ("reservoir", code, measure) and row["part_b"]:
            found = run.chosen(row)
            if not found:
                return False, row["part_b"], "", None
            units = found[0].units.strip().upper()
            allowed = ("CFS", "TAF") if measure == "flood_release" else ("TAF",)
            usable = len(found) == 1 and units in allowed
            return True, row["part_b"], units, known(found[0].values) if usable else None
    return False, "", "", None


def level(run: Run, code: str, measure: str, fallback: float | None, status: str) -> tuple[str | None, Values]:
    """What a level rests on, and its months."""
    present, name, _, values = mapped_series(run, code, measure)
    if present:
        return (f"series {name}", values) if values is not None else (None, np.full(MONTHS, np.nan))
    for row in seed("04_calsim_data/variable_map"):
        if (row["entity_code"], row["measure"]) == (code, measure) and row["constant_value"]:
            constant = float(row["constant_value"])
            return f"constant {constant:g} TAF", np.full(MONTHS, constant)
    if fallback is not None:
        return f"reservoir list {fallback:g} TAF ({status})", np.full(MONTHS, fallback)
    return None, np.full(MONTHS, np.nan)


def reservoirs(run: Run) -> Iterator[Reservoir]:
    """The reservoirs whose storage or flood release is in the file."""
    for row in seed("04_calsim_data/reservoir"):
        code, status = row["reservoir_code"], row["dead_pool_status"]
        has_storage, _, _, storage = mapped_series(run, code, "storage")
        has_release, _, units, release = mapped_series(run, code, "flood_release")
        if not has_storage and not has_release:
            continue
        if release is not None and units == "TAF":
            release = release * 43560000 / 86400 / DAYS
        empty = np.full(MONTHS, np.nan)
        volume = empty if storage is None else storage
        dead_pool = None if status == "filler" else float(row["dead_pool_taf"])
        flood_basis, flood = level(run, code, "flood_level", None, "")
        dead_basis, dead = level(run, code, "dead_pool_level", dead_pool, status)
        capacity = float(row["capacity_taf"])
        yield Reservoir(
            code,
            capacity,
            None if row["capacity_status"] == "doubtful" else capacity,
            dead_pool,
            volume if has_storage else None,
            (empty if release is None else release) if has_release else None,
            flood_basis,
            dead_basis,
            np.where(np.isnan(volume - flood), np.nan, volume - flood >= -LEVEL_TOLERANCE_TAF),
            np.where(np.isnan(volume - dead), np.nan, volume - dead <= LEVEL_TOLERANCE_TAF),
        )


def sample(values: Values) -> Values:
    """The known values."""
    return values[~np.isnan(values)]


def mean(values: Values | npt.NDArray[np.bool_]) -> float | None:
    """Their mean."""
    return float(values.mean()) if values.size else None


def percentiles(values: Values, places: Mapping[str, float]) -> Row:
    """Percentiles by the names of their columns; linear interpolation, numpy's default."""
    found = np.percentile(values, list(places.values())).tolist() if values.size else [None] * len(places)
    return dict(zip(places, found, strict=True))


def percentile(values: Values, p: float) -> float | None:
    """One percentile."""
    return float(np.percentile(values, p)) if values.size else None


def exceedances(values: Values, name: str) -> Row:
    """Exceedances as columns; p5 is high. The name has their percentage in place of braces."""
    return percentiles(values, {name.format(p): 100 - p for p in EXCEEDANCES})


def variation(values: Values) -> float | None:
    """Coefficient of variation."""
    if values.size < 2:
        return None
    if not values.any():
        return 0.0
    if abs(values.mean()) < 1e-9:  # rounding, and so would be its quotient
        return None
    return float(values.std(ddof=1) / values.mean()) if values.mean() > 0 else 0.0


def remainder(volume: Values) -> Values:
    """What a balance leaves over, TAF: 0 where it is nothing but rounding."""
    return np.where(np.abs(volume) < 1e-9, 0.0, volume)


def percent(value: float | None, basis: float | None) -> float | None:
    """Percent of a basis that may be unknown."""
    return None if value is None or basis is None else value / basis * 100


def distribution(values: Values, basis: float | str | None = "none") -> Row:
    """Count, mean, spread, percentiles and exceedances, in TAF and, given a basis, in percent of it."""
    row: Row = {"sample_count": values.size, "mean_taf": mean(values), "cv": variation(values)}
    row |= percentiles(values, {f"q{p}_taf": p for p in QUANTILES} | {f"exc_p{p}_taf": 100 - p for p in EXCEEDANCES})
    if not isinstance(basis, str):
        row |= {k.replace("_taf", "_pct"): percent(v, basis) for k, v in row.items() if k.endswith("_taf")}
    return row


def storage_monthly(run: Run) -> Iterator[Row]:
    """Rows of fct_reservoir_storage_monthly."""
    for r in reservoirs(run):
        if r.storage is None:
            continue
        for month in range(1, 13):
            yield {
                "reservoir_code": r.code,
                "water_month": month,
                "capacity_taf": r.capacity,
                "dead_pool_taf": r.dead_pool,
                **distribution(sample(r.storage[month == WATER_MONTHS]), r.percent_basis),
            }


def zero_or(values: Values, function: Any, *arguments: float) -> float:
    """A statistic of the spilling months, 0 if there is none."""
    return float(function(values, *arguments)) if values.size else 0.0


def spill_monthly(run: Run) -> Iterator[Row]:
    """Rows of fct_reservoir_spill_monthly."""
    for r in reservoirs(run):
        for month in range(1, 13):
            chosen = month == WATER_MONTHS
            row: Row = {"reservoir_code": r.code, "water_month": month}
            release = np.full(MONTHS, np.nan) if r.flood_release is None else r.flood_release
            spilling = chosen & (release > RELEASE_MINIMUM_CFS)
            total = sample(release[chosen]).size
            flows, names = release[spilling], ("mean", "max", "q50", "q90", "q100")
            values = [zero_or(flows, np.mean), zero_or(flows, np.max)]
            values += [zero_or(flows, np.percentile, p) for p in (50, 90, 100)]
            row["total_months"] = None if r.flood_release is None else total
            row["flood_release_months_count"] = flows.size if total else None
            row["flood_release_frequency_pct"] = flows.size / total * 100 if total else None
            for name, value in zip(names, values, strict=True):
                row[f"flood_release_{name}_cfs"] = value if total else None
            stored = None if r.storage is None else mean(sample(r.storage[spilling]))
            row["storage_at_flood_release_taf"] = stored
            row["storage_at_flood_release_pct"] = percent(stored, r.percent_basis)
            pool = sample(r.at_flood[chosen])
            row["at_flood_pool_total_months"] = None if r.flood_basis is None else pool.size
            row["at_flood_pool_months_count"] = int(pool.sum()) if pool.size else None
            row["at_flood_pool_frequency_pct"] = percent(mean(pool), 1)
            yield row


def complete_years(values: Values) -> list[tuple[Values, Values]]:
    """Values and days of each water year that has all twelve."""
    years = [(values[year == WATER_YEARS], DAYS[year == WATER_YEARS]) for year in np.unique(WATER_YEARS)]
    return [(v, d) for v, d in years if not np.isnan(v).any()]


def release_summary(r: Reservoir) -> Row:
    """The flood release columns of the period summary."""
    release = np.full(MONTHS, np.nan) if r.flood_release is None else r.flood_release
    spilling = release > RELEASE_MINIMUM_CFS
    has_data = sample(release).size > 0
    years = complete_years(release)
    maxima = np.array([v.max() for v, _ in years if (v > RELEASE_MINIMUM_CFS).any()])
    volumes = np.array([(v * d).sum() * 86400 / 43560000 for v, d in years])
    stored = None if r.storage is None else mean(sample(r.storage[spilling]))
    row: Row = {
        "flood_release_years_count": maxima.size if years else None,
        "flood_release_frequency_pct": maxima.size / len(years) * 100 if years else None,
        "flood_release_mean_cfs": zero_or(release[spilling], np.mean) if has_data else None,
        "flood_release_peak_cfs": zero_or(release[spilling], np.max) if has_data else None,
        "annual_flood_release_mean_taf": mean(volumes),
        "annual_flood_release_max_taf": float(volumes.max()) if years else None,
        "annual_flood_release_cv": variation(volumes),
        "storage_at_flood_release_pct": percent(stored, r.percent_basis),
    }
    for p in (50, 90, 100):
        row[f"annual_max_flood_release_q{p}_cfs"] = zero_or(maxima, np.percentile, p) if years else None
    return row


def period_summary(run: Run) -> Iterator[Row]:
    """Rows of fct_reservoir_period_summary."""
    first, last = (int(WATER_YEARS[p]) for p in run.span())
    for r in reservoirs(run):
        storage = np.full(MONTHS, np.nan) if r.storage is None else r.storage
        pool_years = complete_years(r.at_flood)
        hits = sum(bool(v.any()) for v, _ in pool_years)
        row: Row = {"reservoir_code": r.code, "capacity_taf": r.capacity, "dead_pool_taf": r.dead_pool}
        row |= {"simulation_start_year": first, "simulation_end_year": last, "total_years": whole_years(*run.span())}
        row |= {"dead_pool_pct": percent(r.dead_pool, r.percent_basis)}
        row |= {"dead_pool_basis": r.dead_basis, "flood_level_basis": r.flood_basis}
        row["storage_months_count"] = sample(storage).size
        for name, value in exceedances(sample(storage), "storage_exc_p{}_taf").items():
            row |= {name: value, name.replace("_taf", "_pct"): percent(value, r.percent_basis)}
        row |= release_summary(r)
        row["at_flood_pool_years_count"] = hits if pool_years else None
        row["at_flood_pool_frequency_pct"] = hits / len(pool_years) * 100 if pool_years else None
        for period, months in PERIODS.items():
            chosen = np.isin(WATER_MONTHS, list(months))
            row[f"flood_pool_prob_{period}"] = mean(sample(r.at_flood[chosen]))
            row[f"dead_pool_prob_{period}"] = mean(sample(r.at_dead[chosen]))
            row[f"storage_cv_{period}"] = variation(sample(storage[chosen]))
            if period != "all":
                row[f"{period}_mean_taf"] = mean(sample(storage[chosen]))
        row["at_flood_pool_month_frequency_pct"] = percent(row["flood_pool_prob_all"], 1)
        row["annual_mean_taf"] = mean(np.array([v.mean() for v, _ in complete_years(storage)]))
        yield row


def aggregate_monthly(run: Run) -> Iterator[Row]:
    """Rows of fct_storage_aggregate_monthly."""
    stored = {r.code: r.storage for r in reservoirs(run) if r.storage is not None}
    members: dict[str, list[str]] = {}
    for row in seed("04_calsim_data/storage_aggregate_member"):
        members.setdefault(row["aggregate_code"], []).append(row["reservoir_code"])
    for code, names in members.items():
        present = [stored[name] for name in names if name in stored]
        if not present:
            continue
        total = sum(present) if len(present) == len(names) else np.full(MONTHS, np.nan)
        for month in range(1, 13):
            yield {
                "aggregate_code": code,
                "water_month": month,
                "member_count": len(names),
                "members_present": len(present),
                **distribution(sample(np.asarray(total)[month == WATER_MONTHS])),
            }
