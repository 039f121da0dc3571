"""A model run as arrays: made up in memory, or read from the public CSV files; and the seeds as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from extract.settings import PROJECT

MONTHS = 1200
FIRST_YEAR = 1921
SEEDS = PROJECT / "seeds"
CSV_NAMES = {"dv": "{}_coeqwal_calsim_output.csv", "sv": "{}_coeqwal_sv_input.csv"}
HEADER_ROWS = 7

Values = npt.NDArray[np.float64]
Row = dict[str, Any]


@lru_cache
def seed(path: str) -> tuple[dict[str, str], ...]:
    """Rows of a seed, by its path below `seeds/`; not to be changed."""
    with open(SEEDS / f"{path}.csv", newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@dataclass(frozen=True)
class Series:
    """One series: the parts that tell it apart, its unit, and 1,200 values (NaN = no value)."""

    part_b: str
    part_c: str
    units: str
    values: Values
    part_f: str = "L2020A"
    dss_kind: str = "dv"


@dataclass(frozen=True)
class Run:
    """A model run of a scenario.

    Attributes:
        window: positions of the first and last month of the model output, where the series do not say it.
        load_id: the receipt of its load.
    """

    scenario_id: str
    series: list[Series] = field(default_factory=list)
    window: tuple[int, int] | None = None

    @property
    def load_id(self) -> str:
        """The receipt that a run made in memory is loaded under."""
        return f"{self.scenario_id}-0123456789ab"

    def add(
        self,
        part_b: str,
        part_c: str,
        units: str,
        values: Values,
        part_f: str = "L2020A",
        dss_kind: str = "dv",
    ) -> None:
        """Add a series."""
        self.series.append(Series(part_b, part_c, units, values, part_f, dss_kind))

    def add_input(self, part_b: str, part_c: str, units: str, values: Values) -> None:
        """Add a series of the SV file."""
        self.series.append(Series(part_b, part_c, units, values, dss_kind="sv"))

    def span(self) -> tuple[int, int]:
        """Positions of the first and last month of the model output."""
        if self.window is not None:
            return self.window
        known = np.any([~np.isnan(s.values) for s in self.series], axis=0).nonzero()[0]
        return int(known[0]), int(known[-1])

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Series]]:
        made: dict[tuple[str, str], list[Series]] = {}
        for each in self.series:
            made.setdefault((each.dss_kind, each.part_b), []).append(each)
        return made

    def chosen(self, row: dict[str, str]) -> list[Series]:
        """The series behind a row of variable_map: of the first of its names that the run has."""
        for part_b, part_c in accepted_names(row):
            found = [s for s in self._by_name.get((row["dss_kind"], part_b), []) if s.part_c == part_c]
            if found:
                return found
        return []


def accepted_names(row: dict[str, str]) -> list[tuple[str, str]]:
    """Parts B and C by which a row of variable_map may be found, the first choice first; none for a constant."""
    of_b = [row[name] for name in ("part_b", "part_b_fallback") if row[name]]
    of_c = [row[name] for name in ("part_c", "part_c_fallback") if row[name]]
    return [(part_b, part_c) for part_b in of_b for part_c in of_c]


@lru_cache
def mapped_names(dss_kind: str) -> frozenset[str]:
    """The B parts that variable_map names."""
    rows = [r for r in seed("04_calsim_data/variable_map") if r["dss_kind"] == dss_kind]
    return frozenset(part_b for row in rows for part_b, _ in accepted_names(row))


def read_public(folder: Path, scenario_id: str) -> Run:
    """The mapped series of the two public CSV files that the extractor wrote; there may be no SV file."""
    paths = {kind: folder / name.format(scenario_id) for kind, name in CSV_NAMES.items()}
    return read_files(scenario_id, {kind: path for kind, path in paths.items() if kind == "dv" or path.exists()})


def read_files(scenario_id: str, paths: dict[str, Path]) -> Run:
    """The mapped series of wide CSV files by kind; months without a row are unknown."""
    run_series: list[Series] = []
    window = None
    for dss_kind, path in paths.items():
        places, series = _read(path, dss_kind)
        run_series += series
        if dss_kind == "dv" and places.size:
            window = int(places.min()), int(places.max())
    return Run(scenario_id, run_series, window)


def _read(path: Path, dss_kind: str) -> tuple[npt.NDArray[np.int64], list[Series]]:
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        head = {row[0]: row for row, _ in zip(reader, range(HEADER_ROWS), strict=False)}
    columns = [i for i, name in enumerate(head["b"]) if i and name in mapped_names(dss_kind)]
    places, values = month_rows(path, columns)
    made = []
    for column, own in zip(columns, values, strict=True):
        whole = np.full(MONTHS, np.nan)
        whole[places] = own
        # An apostrophe in front keeps a spreadsheet from running a label as a formula.
        b, c, units, f = (head[label][column].removeprefix("'") for label in ("b", "c", "units", "f"))
        made.append(Series(b, c, units, whole, f, dss_kind))
    return places, made


def month_rows(path: Path, columns: Sequence[int]) -> tuple[npt.NDArray[np.int64], Iterable[Values]]:
    """The positions of a wide CSV's months, and the values of some of its columns in turn; an empty cell is NaN.

    Args:
        path: the file.
        columns: the wanted columns in ascending order, counted from the one after the date.
    """
    table = pl.read_csv(
        path, has_header=False, skip_rows=HEADER_ROWS, columns=[0, *columns], infer_schema=False
    ).get_columns()
    dates = [text.split("-") for text in table[0]]
    places = np.array([(int(d[0]) - FIRST_YEAR) * 12 + int(d[1]) - 10 for d in dates], dtype=np.int64)
    return places, (column.cast(pl.Float64).fill_null(np.nan).to_numpy() for column in table[1:])


def whole_years(first: int, last: int) -> int:
    """Water years that lie wholly between two positions of the calendar, both of them included."""
    return max(0, (last + 1) // 12 + -first // 12)
