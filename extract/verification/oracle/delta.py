"""The Delta statistics a second time, with numpy; shares nothing with the SQL but the seeds.

Every function gives one dict per row, with every column of its fact table; None stands for NULL.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.verification.oracle.run import FIRST_YEAR, Row, Run, Values, accepted_names, seed, whole_years

QUANTILES = (0, 10, 30, 50, 70, 90, 100)
EXCEEDANCES = (5, 10, 25, 50, 75, 90, 95)
MAIN = ("outflow", "ec", "x2_previous_month")
TYPES = ("W", "AN", "BN", "D", "C")
UNKNOWN = np.nan


def threshold(code: str) -> float:
    """A row of the seed `threshold`."""
    return next(float(r["value"]) for r in seed("01_lookup/threshold") if r["threshold_code"] == code)


@dataclass
class Output:
    """The model output of a run.

    Attributes:
        months: (year, month) of each place of the values.
        series: units and values by parts B and C; a name that occurs twice has two.
    """

    months: list[tuple[int, int]]
    series: dict[tuple[str, str], list[tuple[str, Values]]] = field(default_factory=dict)


def output_of(run: Run) -> Output:
    """The months and series of a run's output; missing codes become NaN."""
    first, last = run.span()
    made = Output([(FIRST_YEAR + (9 + i) // 12, (9 + i) % 12 + 1) for i in range(first, last + 1)])
    for s in run.series:
        if s.dss_kind == "dv":
            values = s.values[first : last + 1].copy()
            values[np.isin(values, (-901, -902)) | (values < -1e30)] = np.nan
            units = s.units.replace(" ", "").upper()
            made.series.setdefault((s.part_b, s.part_c), []).append((units, values))
    return made


def days_of(month: tuple[int, int]) -> list[date]:
    """The days of a month."""
    first = date(*month, 1)
    return [first + timedelta(days=i) for i in range(31) if (first + timedelta(days=i)).month == month[1]]


def taf_per_cfs(months: Sequence[tuple[int, int]]) -> Values:
    """Volume of one CFS over each month: a cubic foot is 1/43,560 acre-feet."""
    return np.array([monthrange(*m)[1] * 24 * 3600 / 43_560 / 1000 for m in months])


def mapped(run: Output, variable: str, measure: str) -> list[Values] | None:
    """The series of a measure, flows in TAF; None if the file has none of them, NaN for one that cannot be used."""
    found: list[Values] = []
    rows = [r for r in seed("04_calsim_data/variable_map") if (r["entity_code"], r["measure"]) == (variable, measure)]
    for row in rows:
        series = next((run.series[name] for name in accepted_names(row) if name in run.series), None)
        if series is None:
            continue
        units, values = series[0]
        if measure.startswith("outflow"):
            values = {"CFS": values * taf_per_cfs(run.months), "TAF": values}.get(units, values * UNKNOWN)
        elif units != row["units"]:
            values = values * UNKNOWN
        found.append(values if len(series) == 1 else values * UNKNOWN)
    if found and len(found) < len(rows):
        found.append(found[0] * UNKNOWN)
    return found or None


def types_in_force(run: Output) -> list[tuple[str, ...]]:
    """The types that may be in force in each month: one, or all if it is not known."""
    series = run.series.get(("WYT_SAC_", "WATERYEARTYPE"))
    of_year: dict[int, str] = {}
    for (year, month), value in zip(run.months, series[0][1] if series else (), strict=False):
        if month == 5 and value in (1, 2, 3, 4, 5):
            of_year[year] = TYPES[int(value) - 1]
    made: list[tuple[str, ...]] = []
    for year, month in run.months:
        known = of_year.get(year if 2 <= month <= 9 else year - (month == 1))
        made.append((known,) if known else TYPES)
    return made


def water_month(month: tuple[int, int]) -> int:
    """October = 1."""
    return (month[1] + 2) % 12 + 1


def outflow_minima(month: tuple[int, int], types: tuple[str, ...]) -> list[float]:
    """The minima that may be in force."""
    rows = seed("01_lookup/d1641_outflow")
    chosen = [r for r in rows if int(r["water_month"]) == water_month(month) and r["type_code"] in types]
    return [float(r["minimum_cfs"]) for r in chosen]


def ec_limits(station: str, month: tuple[int, int], types: tuple[str, ...]) -> list[float]:
    """The limits that may be in force: for each type the mean over the days that have one."""
    made = []
    rows = [r for r in seed("01_lookup/d1641_ec") if r["station_code"] == station]
    for kind in types:
        daily = []
        for day in days_of(month):
            text = day.strftime("%m-%d")
            for row in (r for r in rows if r["type_code"] == kind):
                first, last = row["first_day"], row["last_day"]
                inside = first <= text <= last if first <= last else text >= first or text <= last
                daily += [float(row["limit_ecs"])] if inside else []
        made += [float(np.mean(daily))] if daily else []
    return made


def agreed(answers: list[bool]) -> float:
    """1 or 0 where all possible answers agree."""
    return float(answers[0]) if len(set(answers)) == 1 else UNKNOWN


@dataclass
class Variable:
    """One Delta variable of a run: arrays over the months, answers as 1, 0 or NaN."""

    row: dict[str, str]
    values: Values
    answers: dict[str, Values]
    basis: list[str | None]


def outflow_answers(run: Output, types: list[tuple[str, ...]]) -> dict[str, Values]:
    """Whether the index reaches its minimum."""
    index = mapped(run, "ndo", "outflow_index")
    cfs = np.sum(index, axis=0) / taf_per_cfs(run.months) if index else np.full(len(run.months), UNKNOWN)
    limits = [outflow_minima(m, t) for m, t in zip(run.months, types, strict=True)]
    met = [agreed([q >= x - 0.01 for x in xs]) for q, xs in zip(cfs, limits, strict=True)]
    return {"outflow": np.where(np.isnan(cfs), UNKNOWN, met)}


def x2_answers(run: Output, types: list[tuple[str, ...]], values: Values) -> dict[str, Values]:
    """Whether X2 is west of the three places, and of the limit of the fall action."""
    answers = {}
    known = ~np.isnan(values)
    months = np.array([m for _, m in run.months])
    for place in ("collinsville", "chipps", "port_chicago"):
        hit = np.where(values <= threshold(f"x2_{place}_km"), 1.0, 0.0)
        answers[place] = np.where(known & (months >= 2) & (months <= 6), hit, UNKNOWN)
    fall = {"W": threshold("x2_fall_wet_km"), "AN": threshold("x2_fall_above_normal_km")}
    limit = np.array([fall.get(t[0], UNKNOWN) if len(t) == 1 else UNKNOWN for t in types])
    limit[~np.isin(months, (9, 10))] = UNKNOWN
    answers["fall"] = np.where(known & ~np.isnan(limit), values <= limit, UNKNOWN)
    return answers


def salinity_answers(
    run: Output, types: list[tuple[str, ...]], row: dict[str, str], values: Values
) -> tuple[dict[str, Values], list[str | None]]:
    """Whether salinity is above fixed values and above the standard, and what the standard rests on."""
    known = ~np.isnan(values)
    answers = {x: np.where(known, values > float(x), UNKNOWN) for x in ("450", "900", "1600", "2500")}
    station = row["station_code"]
    standard = mapped(run, row["variable_code"], "ec_standard")
    has_table = any(r["station_code"] == station for r in seed("01_lookup/d1641_ec"))
    above = np.full(len(run.months), UNKNOWN)
    basis: list[str | None] = [None] * len(run.months)
    seen: dict[tuple[int, tuple[str, ...]], list[float]] = {}
    for i, (month, kinds) in enumerate(zip(run.months, types, strict=True)):
        if (month[1], kinds) not in seen:
            seen[month[1], kinds] = ec_limits(station, month, kinds)
        limits = seen[month[1], kinds]
        if standard is not None and (limits or not has_table):
            basis[i] = f"series {station}_EC_STD"
            limits = [float(standard[0][i])] if 0 < standard[0][i] < threshold("ec_standard_none_ecs") else []
        elif standard is None and limits:
            basis[i] = "Decision 1641, table"
        if limits and known[i]:
            above[i] = agreed([values[i] > x for x in limits])
    return {**answers, "d1641": above}, basis


def variables(run: Output) -> Iterator[Variable]:
    """The Delta variables of a run."""
    types = types_in_force(run)
    for row in seed("04_calsim_data/delta_variable"):
        code = row["variable_code"]
        series = next((s for m in MAIN if (s := mapped(run, code, m)) is not None), None)
        index = mapped(run, code, "outflow_index")
        if series is None and index is None:
            continue
        if series is None and index is not None:  # no outflow in the file: that of the index stands for it
            series = [np.sum(index, axis=0)]
        values = np.full(len(run.months), UNKNOWN) if series is None else series[0]
        answers: dict[str, Values] = {}
        basis: list[str | None] = [None] * len(run.months)
        if row["category"] == "outflow":
            answers = outflow_answers(run, types)
        elif code == "x2":  # what stands in a month is the position of the month before
            values = np.append(values[1:], UNKNOWN)
            answers = x2_answers(run, types, values)
        elif row["category"].startswith("salinity"):
            answers, basis = salinity_answers(run, types, row, values)
        yield Variable(row, values, answers, basis)


def sample(values: Values) -> Values:
    """The known values."""
    return values[~np.isnan(values)]


def over(values: Values, function: Callable[..., Any], *arguments: float) -> float | None:
    """A statistic, None for no value."""
    return float(function(values, *arguments)) if values.size else None


def variation(values: Values) -> float | None:
    """Coefficient of variation."""
    has_size = values.size > 1 and abs(values.mean()) >= 1e-9
    return float(values.std(ddof=1) / abs(values.mean())) if has_size else None


def percentiles(values: Values, places: dict[str, float]) -> Row:
    """Percentiles by the names of their columns."""
    found = np.percentile(values, list(places.values())).tolist() if values.size else [None] * len(places)
    return dict(zip(places, found, strict=True))


def exceedances(values: Values, prefix: str = "", suffix: str = "") -> Row:
    """exc_p5 … exc_p95."""
    return percentiles(values, {f"{prefix}exc_p{p}{suffix}": 100 - p for p in EXCEEDANCES})


def standards(v: Variable, chosen: npt.NDArray[np.bool_]) -> Row:
    """The columns about limits, over the chosen months."""
    answer = {name: sample(values[chosen]) for name, values in v.answers.items()}

    def share(name: str) -> float | None:
        hits = answer.get(name, np.array([]))
        return float(hits.mean() * 100) if hits.size else None

    basis = [b for b, c in zip(v.basis, chosen, strict=True) if c and b]
    row: Row = {f"exceed_{level}_pct": share(level) for level in ("450", "900", "1600", "2500")}
    row |= {"standard_basis": max(basis, default=None), "d1641_exceed_pct": share("d1641")}
    row |= {"d1641_outflow_met_pct": share("outflow"), "x2_fall_met_pct": share("fall")}
    row |= {f"x2_{p}_met_pct": share(p) for p in ("collinsville", "chipps", "port_chicago")}
    row["d1641_months_count"] = answer["d1641"].size if basis else None
    for name, column in (("outflow", "d1641_outflow"), ("collinsville", "x2_spring"), ("fall", "x2_fall")):
        row[f"{column}_months_count"] = answer[name].size if name in answer else None
    return row


def mean_cfs(v: Variable, run: Output, chosen: npt.NDArray[np.bool_]) -> float | None:
    """Mean of the monthly flows."""
    if v.row["category"] != "outflow":
        return None
    return over(sample((v.values / taf_per_cfs(run.months))[chosen]), np.mean)


def monthly(run: Output) -> Iterator[Row]:
    """Rows of fct_delta_monthly."""
    of_month = np.array([water_month(m) for m in run.months])
    for v in variables(run):
        for number in range(1, 13):
            chosen = of_month == number
            values = sample(v.values[chosen])
            yield {
                "variable_code": v.row["variable_code"],
                "water_month": number,
                "unit": v.row["unit"],
                "sample_count": values.size,
                "mean": over(values, np.mean),
                "cv": variation(values),
                **percentiles(values, {f"q{p}": p for p in QUANTILES}),
                **exceedances(values),
                "mean_cfs": mean_cfs(v, run, chosen),
                **standards(v, chosen),
            }


def grouped(run: Output, values: Values, months: Sequence[int], year_of: Callable[[int, int], int]) -> list[Values]:
    """The values of these calendar months, year by year, of the years that have all of them."""
    years: dict[int, list[float]] = {}
    for (year, month), value in zip(run.months, values, strict=True):
        if month in months and not np.isnan(value):
            years.setdefault(year_of(year, month), []).append(value)
    return [np.array(y) for y in years.values() if len(y) == len(months)]


def period_summary(run: Output) -> Iterator[Row]:
    """Rows of fct_delta_period_summary."""
    everything = np.ones(len(run.months), dtype=bool)
    calendar_month = np.array([m for _, m in run.months])
    first, last = (y + (m > 9) for y, m in (run.months[0], run.months[-1]))
    whole = whole_years(*((y - 1921) * 12 + m - 10 for y, m in (run.months[0], run.months[-1])))
    for v in variables(run):
        values = sample(v.values)
        row: Row = {"variable_code": v.row["variable_code"], "unit": v.row["unit"]}
        row |= {"simulation_start_year": first, "simulation_end_year": last, "total_years": whole}
        row |= {"sample_count": values.size, "mean": over(values, np.mean), "cv": variation(values)}
        row |= exceedances(values)
        for name, number in (("april", 4), ("september", 9)):
            part = sample(v.values[calendar_month == number])
            row |= {f"{name}_sample_count": part.size, f"{name}_mean": over(part, np.mean)}
            row |= {f"{name}_cv": variation(part), **exceedances(part, prefix=f"{name}_")}
        for name, season in (("spring", (3, 4, 5)), ("fall", (9, 10, 11))):
            means = np.array([y.mean() for y in grouped(run, v.values, season, lambda y, m: y)])
            row |= {f"{name}_years_count": means.size, f"{name}_mean": over(means, np.mean)}
            row[f"{name}_cv"] = variation(means)
        years = np.array([y.sum() for y in grouped(run, v.values, range(1, 13), lambda y, m: y + (m > 9))])
        if v.row["category"] != "outflow":
            years = np.array([])
        row["annual_years_count"] = years.size if v.row["category"] == "outflow" else None
        row |= {"annual_mean_taf": over(years, np.mean), "annual_cv": variation(years)}
        row |= exceedances(years, prefix="annual_", suffix="_taf")
        yield {**row, "mean_cfs": mean_cfs(v, run, everything), **standards(v, everything)}
