"""What the water supply families have in common, a second time, with numpy.

Shares nothing with the SQL but the seeds. Each family has a module beside this one, with a function per fact table that
gives one dict per row, with every column; None stands for NULL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from extract.verification.oracle.reservoirs import (
    DAYS,
    WATER_MONTHS,
    WATER_YEARS,
    exceedances,
    known,
    mean,
    percentile,
    sample,
    variation,
)
from extract.verification.oracle.reservoirs import distribution as distribution
from extract.verification.oracle.run import MONTHS, Row, Run, Series, Values, seed, whole_years

SHORTAGE_MINIMUM_TAF = 0.1
BALANCE_TOLERANCE_TAF = 0.1
EMPTY = np.full(MONTHS, np.nan)


@dataclass(frozen=True)
class Volume:
    """A measure of an entity: how it comes about (`series`, `sum`, `constant`), and its TAF, None if not usable."""

    basis: str
    values: Values | None


class ModelRun:
    """A model run as its series say it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.first, self.last = run.span()

    def mapped(self, kind: str, code: str, measure: str) -> list[dict[str, str]]:
        """The rows of variable_map."""
        return [r for r in MAP.get((kind, code), ()) if r["measure"] == measure]

    def chosen(self, row: dict[str, str]) -> list[Series]:
        """The series behind a row of variable_map."""
        return self.run.chosen(row)

    def term(self, row: dict[str, str]) -> Values | None:
        """The TAF of one row of variable_map; None if its series may not be used."""
        found = self.chosen(row)
        units = found[0].units.replace(" ", "").upper()
        if len(found) != 1 or units not in ("CFS", "TAF"):
            return None
        values = known(found[0].values) * float(row["sign"]) * float(row["factor"])
        return values * DAYS * 86400 / 43560000 if units == "CFS" else values

    def volume(self, kind: str, code: str, measure: str) -> Volume | None:
        """A measure of an entity; None if neither the file nor a constant gives it."""
        rows = self.mapped(kind, code, measure)
        present = [row for row in rows if row["part_b"] and self.chosen(row)]
        if present and present[0]["is_sum"] == "true":
            terms = [self.term(row) for row in sorted(present, key=lambda r: r["part_b"])]
            complete = len(terms) == len(rows) and all(t is not None for t in terms)
            return Volume("sum", np.sum(np.array(terms), axis=0) if complete else EMPTY)
        if present:
            return Volume("series", self.term(present[0]))
        for row in rows:
            if row["constant_value"]:
                constant = np.full(MONTHS, float(row["constant_value"]))
                taf = constant * DAYS * 86400 / 43560000 if row["units"] == "CFS" else constant
                inside = (np.arange(MONTHS) >= self.first) & (np.arange(MONTHS) <= self.last)
                return Volume("constant", np.where(inside, taf, np.nan))
        return None

    def allocation(self, kind: str, code: str) -> Values | None:
        """The allocated share of a contract; None unless its series is a fraction."""
        for row in self.mapped(kind, code, "allocation"):
            found = self.chosen(row)
            if len(found) == 1 and found[0].units.replace(" ", "").upper() == row["units"]:
                values = known(found[0].values)
                inside = sample(values)
                return values if inside.size and inside.min() >= 0 and inside.max() <= 1 else None
        return None

    def has_any(self, kind: str, code: str, *measures: str) -> bool:
        """Whether the file has a series for one of the measures."""
        return any(row["part_b"] and self.chosen(row) for m in measures for row in self.mapped(kind, code, m))


def _index() -> dict[tuple[str, str], list[dict[str, str]]]:
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in seed("04_calsim_data/variable_map"):
        found.setdefault((row["entity_kind"], row["entity_code"]), []).append(row)
    return found


MAP = _index()


def codes(kind: str) -> list[str]:
    """Entities of a kind that the mapping knows."""
    return sorted({code for k, code in MAP if k == kind})


def monthly(values: Values) -> Iterator[tuple[int, Values]]:
    """The known values of each water month."""
    for month in range(1, 13):
        yield month, sample(values[month == WATER_MONTHS])


def by_month(month: int, *columns: Values) -> list[Values]:
    """The values of a water month, unknown ones included."""
    return [column[month == WATER_MONTHS] for column in columns]


def annual(values: Values) -> Values:
    """The sum of each water year, NaN unless all twelve months are known."""
    return np.array([values[year == WATER_YEARS].sum() for year in np.unique(WATER_YEARS)])


def met_share(demand: Values, shortage: Values) -> float | None:
    """What is met of a demand by volume, over the periods in which both are known."""
    both = ~np.isnan(demand) & ~np.isnan(shortage)
    total = demand[both].sum()
    return None if total == 0 else float(np.clip(1 - shortage[both].sum() / total, 0, 1))


def percent(share: float | None) -> float | None:
    """A share in percent."""
    return None if share is None else share * 100


def annual_distribution(name: str, years: Values) -> Row:
    """Mean, spread and exceedances of the complete years of a volume."""
    values = sample(years)
    row: Row = {f"annual_{name}_mean_taf": mean(values), f"annual_{name}_cv": variation(values)}
    return row | exceedances(values, f"annual_{name}_exc_p{{}}_taf")


def reliability(target: Values, shortage: Values) -> Row:
    """Shortage years and every reliability of months of shortage and of the water it is measured against."""
    months, years, wanted = sample(shortage), annual(shortage), annual(target)
    complete = sample(years)
    short = int((complete > SHORTAGE_MINIMUM_TAF).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = sample(np.where(wanted == 0, np.nan, years / wanted * 100))
    return {
        "shortage_complete_years": complete.size,
        "shortage_years_count": short if complete.size else None,
        "shortage_frequency_pct": short / complete.size * 100 if complete.size else None,
        "volumetric_reliability": met_share(wanted, years),
        "annual_reliability": 1 - short / complete.size if complete.size else None,
        "monthly_reliability": float((months <= SHORTAGE_MINIMUM_TAF).mean()) if months.size else None,
        "p95_annual_shortage_pct": percentile(shares, 95),
    }


def simulation(run: ModelRun) -> Row:
    """The water years of a run."""
    first, last = int(WATER_YEARS[run.first]), int(WATER_YEARS[run.last])
    return {
        "simulation_start_year": first,
        "simulation_end_year": last,
        "total_years": whole_years(run.first, run.last),
    }
