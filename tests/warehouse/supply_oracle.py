"""What the water supply families have in common, a second time, from the public wide CSV files with numpy.

Shares nothing with the SQL but the seeds. Each family has a module beside this one, with a function per fact table that
gives one dict per row, with every column; None stands for NULL.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import dict_row

from tests.warehouse.reservoir_oracle import (
    DAYS,
    EXCEEDANCES,
    WATER_MONTHS,
    WATER_YEARS,
    known,
    mean,
    percentile,
    sample,
    seed,
    variation,
)
from tests.warehouse.reservoir_oracle import distribution as distribution
from tests.warehouse.reservoir_runs import MONTHS, Run, Values

Row = dict[str, Any]
Fact = Callable[["ModelRun"], Iterator[Row]]
SHORTAGE_MINIMUM_TAF = 0.1
BALANCE_TOLERANCE_TAF = 0.1
RELATIVE, ABSOLUTE = 1e-9, 1e-9
EMPTY = np.full(MONTHS, np.nan)
WIDE_FILES = {"dv": "coeqwal_calsim_output", "sv": "coeqwal_sv_input"}


@dataclass(frozen=True)
class Wide:
    """One column of a wide CSV: its name, kind, unit and 1,200 values, NaN where there is none."""

    dss_kind: str
    part_b: str
    part_c: str
    units: str
    values: Values


@dataclass(frozen=True)
class Volume:
    """A measure of an entity: how it comes about (`series`, `sum`, `constant`), and its TAF, None if not usable."""

    basis: str
    values: Values | None


class ModelRun:
    """A model run as its series say it."""

    def __init__(self, series: list[Wide]) -> None:
        self.series: dict[tuple[str, str], list[Wide]] = {}
        for each in series:
            self.series.setdefault((each.dss_kind, each.part_b), []).append(each)
        found = np.any([~np.isnan(each.values) for each in series], axis=0).nonzero()[0]
        self.first, self.last = int(found[0]), int(found[-1])

    def mapped(self, kind: str, code: str, measure: str) -> list[dict[str, str]]:
        """The rows of variable_map."""
        return [r for r in MAP.get((kind, code), ()) if r["measure"] == measure]

    def chosen(self, row: dict[str, str]) -> list[Wide]:
        """The series behind a row of variable_map: of its part C, else of the fallback."""
        named = self.series.get((row["dss_kind"], row["part_b"]), [])
        first = [s for s in named if s.part_c == row["part_c"]]
        return first or [s for s in named if row["part_c_fallback"] and s.part_c == row["part_c_fallback"]]

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
    for row in seed("variable_map"):
        found.setdefault((row["entity_kind"], row["entity_code"]), []).append(row)
    return found


MAP = _index()


def codes(kind: str) -> list[str]:
    """Entities of a kind that the mapping knows."""
    return sorted({code for k, code in MAP if k == kind})


def read_wide(folder: Path, scenario_id: str) -> ModelRun:
    """A run from the public wide CSV files that the extractor wrote."""
    series = []
    for dss_kind, name in WIDE_FILES.items():
        with open(folder / f"{scenario_id}_{name}.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        header = {row[0]: row for row in rows[:7]}
        body = np.array([[float(cell or "nan") for cell in row[1:]] for row in rows[7:]])
        assert body.shape == (MONTHS, len(rows[0]) - 1)
        for column in range(1, len(rows[0])):
            b, c, units = (header[name][column] for name in ("b", "c", "units"))
            series.append(Wide(dss_kind, b, c, units, body[:, column - 1]))
    return ModelRun(series)


def of_run(run: Run) -> ModelRun:
    """A run that was made in memory."""
    return ModelRun([Wide(s.dss_kind, s.part_b, s.part_c, s.units, s.values) for s in run.series])


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
    return row | {f"annual_{name}_exc_p{p}_taf": percentile(values, 100 - p) for p in EXCEEDANCES}


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
    return {"simulation_start_year": first, "simulation_end_year": last, "total_years": last - first + 1}


def same(got: Any, want: Any) -> bool:
    """Whether two values are equal up to the tolerance; None is only equal to None."""
    if got is None or want is None or isinstance(want, str):
        return bool(got == want)
    return bool(abs(got - want) <= ABSOLUTE + RELATIVE * abs(want))


def differences(url: str, table: str, keys: tuple[str, ...], rows: Iterator[Row], scenario_id: str) -> list[str]:
    """What a table and the oracle do not agree on, one line each."""
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from {table} where scenario_id = %s".encode(), [scenario_id]).fetchall()
        load = link.execute("select receipt_id from staging.scenario_load where scenario_id = %s", [scenario_id])
        load_id = (load.fetchone() or {})["receipt_id"]
    got = {tuple(row[k] for k in keys): row for row in found}
    want = {tuple(row[k] for k in keys): {"scenario_id": scenario_id, "load_id": load_id, **row} for row in rows}
    wrong = [f"{key}: only in one of them" for key in got.keys() ^ want.keys()]
    for key in got.keys() & want.keys():
        wrong += [f"{key}: column {c} is in one of them only" for c in got[key].keys() ^ want[key].keys()]
        for column in got[key].keys() & want[key].keys():
            if not same(got[key][column], want[key][column]):
                wrong.append(f"{key} {column}: SQL {got[key][column]}, numpy {want[key][column]}")
    return sorted(wrong)
