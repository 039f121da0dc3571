"""The statistics of river flows a second time, with numpy.

Shares nothing with the SQL but the seeds. Every function gives one dict per row, with every column of its fact table;
None stands for NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from extract.verification.oracle.river_series import (
    CALENDAR_MONTHS,
    MEASURES,
    WATER_MONTHS,
    WATER_YEARS,
    Files,
    months,
    reaches,
)
from extract.verification.oracle.run import MONTHS, Row, Values, whole_years
from extract.verification.oracle.water_years import water_year_types

QUANTILES = (0, 10, 30, 50, 70, 90, 100)
EXCEEDANCES = (5, 10, 25, 50, 75, 90, 95)
SEASONS = {
    "wet_peak": (12, 1, 2),
    "wet_base": (3, 4),
    "spring_recession": (5, 6),
    "dry": (7, 8, 9, 10),
    "fall_pulse": (11,),
}


def sample(values: Values) -> Values:
    """The known values."""
    return values[~np.isnan(values)]


def mean(values: Values) -> float | None:
    """Mean of the known values."""
    known = sample(values)
    return float(known.mean()) if known.size else None


def spread(values: Values) -> float | None:
    """Coefficient of variation of the known values."""
    known = sample(values)
    if known.size < 2 or abs(known.mean()) < 1e-9:
        return None
    return float(known.std(ddof=1) / abs(known.mean()))


def percentiles(values: Values, prefix: str, suffix: str, quantiles: bool = True) -> Row:
    """Quantile and exceedance columns."""
    known = sample(values)
    names = {f"q{p}": p for p in QUANTILES} if quantiles else {}
    names |= {f"exc_p{p}": 100 - p for p in EXCEEDANCES}
    columns = [f"{prefix}_{name}_{suffix}" for name in names]
    found = np.percentile(known, list(names.values())).tolist() if known.size else [None] * len(names)
    return dict(zip(columns, found, strict=True))


def volume_pct(part: Values, whole: Values, allowed: bool) -> float | None:
    """Percent of one volume in another, over the places where both are known."""
    both = ~np.isnan(part) & ~np.isnan(whole)
    total = whole[both].sum()
    return float(part[both].sum() / total * 100) if allowed and both.any() and total else None


def flow_columns(taf: Values, cfs: Values) -> Row:
    """What is said of a sample of flows."""
    row: Row = {"sample_count": sample(taf).size, "flow_mean_cfs": mean(cfs), "flow_mean_taf": mean(taf)}
    return {**row, "flow_cv": spread(cfs), **percentiles(cfs, "flow", "cfs"), **percentiles(taf, "flow", "taf")}


def ratio_columns(name: str, values: Values) -> Row:
    """What is said of a sample of ratios."""
    row: Row = {f"{name}_sample_count": sample(values).size, f"{name}_mean_pct": mean(values)}
    return {**row, f"{name}_cv": spread(values), **percentiles(values, name, "pct")}


def monthly(files: Files) -> Iterator[Row]:
    """Rows of fct_env_flow_monthly."""
    for m in months(files):
        for month in range(1, 13):
            at = month == WATER_MONTHS
            yield {
                "reach_code": m.code,
                "water_month": month,
                **flow_columns(m.flow[at], m.cfs[at]),
                "unimpaired_mean_cfs": mean(m.natural_cfs[at]),
                **ratio_columns("of_unimpaired", m.of_unimpaired[at]),
                "of_unimpaired_volume_pct": volume_pct(m.flow[at], m.natural[at], not m.is_tidal),
            }


def mean_of_ratios(ratios: Values, complete: npt.NDArray[np.bool_]) -> float:
    """Mean of the ratios of a group in which no month is unknown."""
    known = sample(ratios)
    return float(known.mean()) if complete.all() and known.size else np.nan


def season_groups(season: str) -> Iterator[npt.NDArray[np.int64]]:
    """Positions of the months of each season of the calendar that is whole."""
    wanted = SEASONS[season]
    starts = np.flatnonzero(np.equal(CALENDAR_MONTHS, wanted[0]))
    yield from (start + np.arange(len(wanted)) for start in starts if start + len(wanted) <= MONTHS)


def alteration(flow: Values, natural: Values) -> Row:
    """Class of alteration from the years with both flows."""
    both = ~np.isnan(flow) & ~np.isnan(natural)
    names = ("alteration_sample_count", "unimpaired_q10_cfs", "unimpaired_q90_cfs", "within_reference_pct")
    if not both.any():
        return dict.fromkeys((*names, "alteration_class"))
    low, high = (float(np.percentile(natural[both], p)) for p in (10, 90))
    inside = float(((flow[both] >= low) & (flow[both] <= high)).mean() * 100)
    label = "likely_unaltered" if inside > 50 else "indeterminate"
    if not low <= np.median(flow[both]) <= high:
        label = "likely_altered"
    if both.sum() < 10:
        label = "indeterminate"
    return {**dict(zip(names, (int(both.sum()), low, high, inside), strict=True)), "alteration_class": label}


def seasonal(files: Files) -> Iterator[Row]:
    """Rows of fct_env_flow_seasonal."""
    for m in months(files):
        for season in SEASONS:
            groups = list(season_groups(season))
            both = ~np.isnan(m.flow) & ~np.isnan(m.natural)
            aimed = ~np.isnan(m.flow) & ~np.isnan(m.target)
            taf = np.array([m.flow[g].sum() for g in groups])
            cfs = np.array([m.cfs[g].mean() for g in groups])
            natural = np.array([m.natural[g].sum() for g in groups])
            natural_cfs = np.array([m.natural_cfs[g].mean() for g in groups])
            of_unimpaired = np.array([mean_of_ratios(m.of_unimpaired[g], both[g]) for g in groups])
            of_target = np.array([mean_of_ratios(m.of_target[g], aimed[g]) for g in groups])
            whole = [g for g in groups if aimed[g].all()]
            pairs = np.array([[m.flow[g][m.target[g] > 0].sum(), m.target[g].sum()] for g in whole]).reshape(-1, 2)
            known = sample(of_target)
            yield {
                "reach_code": m.code,
                "season_code": season,
                **flow_columns(taf, cfs),
                "unimpaired_mean_cfs": mean(natural_cfs),
                **ratio_columns("of_unimpaired", of_unimpaired),
                **ratio_columns("of_target", of_target),
                "of_unimpaired_volume_pct": volume_pct(taf, natural, not m.is_tidal),
                "of_target_volume_pct": volume_pct(pairs[:, 0], pairs[:, 1], not m.is_tidal),
                "deviation_pct": float(known.mean() - 100) if known.size else None,
                "target_met_pct": float((known >= 100 * (1 - 1e-6)).mean() * 100) if known.size else None,
                **alteration(cfs if not m.is_tidal else cfs * np.nan, natural_cfs),
            }


def yearly(values: Values, function: Callable[[Values], float] = np.sum) -> Values:
    """One value for each of the hundred water years; unknown if a month is."""
    return np.array([function(months_of_year) for months_of_year in values.reshape(-1, 12)])


def yearly_ratios(ratios: Values, *known: Values) -> Values:
    """Mean ratio of each water year in which every month of the given series is known."""
    complete = ~np.isnan(np.sum(known, axis=0))
    pairs = zip(ratios.reshape(-1, 12), complete.reshape(-1, 12), strict=True)
    return np.array([mean_of_ratios(r, c) for r, c in pairs])


def correlation(flow: Values, natural: Values) -> Row:
    """Pearson's r and its t from the definition, over the months with both flows."""
    both = ~np.isnan(flow) & ~np.isnan(natural)
    count, x, y = int(both.sum()), flow[both], natural[both]
    row: Row = {"correlation_months_count": count, "pearson_r": None, "pearson_t": None}
    if count >= 10 and all(v.std() > 1e-6 * abs(v.mean()) for v in (x, y)):
        x, y = x - x.mean(), y - y.mean()
        r = float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))
        row |= {"pearson_r": r, "pearson_t": r * float(np.sqrt((count - 2) / (1 - r * r)))}
    return row


def period_summary(files: Files) -> Iterator[Row]:
    """Rows of fct_env_flow_period_summary."""
    first, last = (int(WATER_YEARS[p]) for p in files.span)
    for m in months(files):
        taf, cfs = yearly(m.flow), yearly(m.cfs, np.mean)
        gap = sample(m.cfs - m.minimum_cfs)
        met = float((gap >= -0.01).mean() * 100) if gap.size else None
        wanted = np.where(m.target > 0, m.target, np.nan)
        row: Row = {
            "reach_code": m.code,
            "simulation_start_year": first,
            "simulation_end_year": last,
            "total_years": whole_years(*files.span),
            "total_months": sample(m.flow).size,
            "complete_years": sample(taf).size,
            "annual_flow_mean_cfs": mean(cfs),
            "annual_flow_mean_taf": mean(taf),
            "annual_flow_cv": spread(taf),
            **percentiles(cfs, "flow", "cfs", quantiles=False),
            **percentiles(taf, "flow", "taf", quantiles=False),
            **correlation(m.cfs, m.natural_cfs),
            "minimum_flow_months_count": gap.size,
            "minimum_flow_met_pct": met,
            "below_minimum_flow_pct": None if met is None else 100 - met,
            "at_minimum_flow_pct": float((abs(gap) <= 0.01).mean() * 100) if gap.size else None,
        }
        for name, ratios, basis in (("of_unimpaired", m.of_unimpaired, m.natural), ("of_target", m.of_target, wanted)):
            years = yearly_ratios(ratios, m.flow, m.target if name == "of_target" else basis)
            row[f"{name}_years_count"] = sample(years).size
            row[f"{name}_annual_mean_pct"] = mean(years)
            row[f"{name}_annual_cv"] = spread(years)
            row[f"{name}_volume_pct"] = volume_pct(m.flow, basis, not m.is_tidal)
        yield row


def availability(files: Files) -> Iterator[Row]:
    """Rows of fct_env_flow_availability."""
    for r in reaches(files):
        row: Row = {"reach_code": r.code}
        for measure in MEASURES:
            values = getattr(r, measure)
            row[f"has_{measure}"] = values is not None
            row[f"{measure}_months_count"] = None if values is None else sample(values).size
        yield row


def year_type(files: Files) -> Iterator[Row]:
    """Rows of fct_env_flow_year_type."""
    types = {r["water_year"]: r["type_number"] for r in water_year_types(files) if r["index_code"] == "SAC_40_30_30"}
    numbers = np.array([types.get(year) or 0 for year in range(1922, 2022)])
    for m in months(files):
        taf, cfs, natural = yearly(m.flow), yearly(m.cfs, np.mean), yearly(m.natural)
        of_unimpaired = yearly_ratios(m.of_unimpaired, m.flow, m.natural)
        of_target = yearly_ratios(m.of_target, m.flow, m.target)
        for number, letter in enumerate(("W", "AN", "BN", "D", "C"), start=1):
            at = numbers == number
            columns = flow_columns(taf[at], cfs[at])
            yield {
                "reach_code": m.code,
                "year_type_number": number,
                "year_type_code": letter,
                **{c: v for c, v in columns.items() if not ("_cfs" in c and ("_q" in c or "exc" in c))},
                "flow_cv": spread(taf[at]),
                "of_unimpaired_sample_count": sample(of_unimpaired[at]).size,
                "of_unimpaired_mean_pct": mean(of_unimpaired[at]),
                "of_unimpaired_volume_pct": volume_pct(taf[at], natural[at], not m.is_tidal),
                "of_target_sample_count": sample(of_target[at]).size,
                "of_target_mean_pct": mean(of_target[at]),
            }
