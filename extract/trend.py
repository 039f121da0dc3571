"""Validation of the wide CSV against the trend report's reference CSV.

Columns are matched by B and C part, months by date. Two cells agree if both are missing or if they differ by
at most ABSOLUTE + RELATIVE x the larger of the two magnitudes (symmetric). Nothing or too little in common is
INCONCLUSIVE, never a pass. Both files are read row by row: memory is that of one row, however long they are.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from extract.errors import BadTrendReportError
from extract.receipts import TrendStatus, TrendSummary

ABSOLUTE = 1e-6
RELATIVE = 1e-6
HEADER_ROWS = 7
MISMATCHES_KEPT = 10_000
MINIMUM_SHARE = 0.5
"""Below this share of the reference's columns, or of its months, in common the comparison says nothing."""

MISMATCH_COLUMNS = ("date", "B", "C", "ref_value", "file_value", "abs_diff")
DAY_FORMS = ("%Y-%m-%d", "%m/%d/%Y")
SAMPLE = 10

Key = tuple[str, str]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Wide:
    """What the header and the first column of a wide CSV say.

    Attributes:
        columns: position of each series that is there once.
        repeated: series that are there more than once, so that it is not clear which is meant.
        rows: byte offset of each month's row.
    """

    path: Path
    columns: dict[Key, int]
    repeated: frozenset[Key]
    units: dict[Key, str]
    rows: dict[str, int]


def compare(reference: Path, produced: Path, mismatches: Path) -> TrendSummary:
    """Compare two wide CSVs.

    Args:
        reference: the trend report's CSV.
        produced: our CSV.
        mismatches: file for the cells that differ (date, B, C, both values, difference), the first 10,000 of them;
            written only if any.

    Raises:
        BadTrendReportError: the reference is not a CSV with seven header rows, or a row of it is short.
    """
    theirs, ours = _open(reference), _open(produced)
    names = sorted(theirs.columns.keys() | theirs.repeated)
    common = [key for key in theirs.columns if key in ours.columns]
    days = sorted(theirs.rows.keys() & ours.rows.keys())
    wrong_units, unknown_units = _compare_units(theirs, ours, common)
    found = _compare_rows(theirs, ours, common, days, mismatches)
    only_ref = [key for key in names if key not in ours.columns and key not in ours.repeated]
    only_file = [key for key in sorted(ours.columns) if key not in theirs.columns and key not in theirs.repeated]
    repeated = sorted(key for key in theirs.repeated | ours.repeated if key in names)
    status, note = _verdict(len(names), common, len(theirs.rows), days, found, wrong_units)
    if unknown_units:
        note += f"; {unknown_units} of them have no unit in one of the files"
    if repeated:
        note += f"; {len(repeated)} columns are there more than once and were not compared"
    if found.cells > MISMATCHES_KEPT:
        note += f"; the first {MISMATCHES_KEPT:,} cells are listed"
    return TrendSummary(
        status=status,
        columns_ref=len(names),
        columns_file=len(ours.columns) + len(ours.repeated),
        columns_common=len(common),
        columns_only_in_ref=len(only_ref),
        columns_only_in_file=len(only_file),
        columns_repeated=_sample(repeated),
        dates_ref_start=min(theirs.rows, default=None),
        dates_ref_end=max(theirs.rows, default=None),
        dates_file_start=min(ours.rows, default=None),
        dates_file_end=max(ours.rows, default=None),
        overlap_start=days[0] if days else None,
        overlap_end=days[-1] if days else None,
        rows_in_overlap=len(days),
        cells_compared=len(days) * len(common),
        values_compared=found.values,
        mismatch_columns=len(found.columns),
        mismatch_cells=found.cells,
        mismatch_units=len(wrong_units),
        sample_mismatch_units=wrong_units[:SAMPLE],
        abs_tol=ABSOLUTE,
        rel_tol=RELATIVE,
        note=note,
        sample_only_in_ref=_sample(only_ref),
        sample_only_in_file=_sample(only_file),
    )


@dataclass
class _Found:
    """What a comparison of cells found.

    Attributes:
        values: cells in which both files have a value.
        cells: cells that differ.
        columns: positions of the columns in which one differs.
    """

    values: int
    cells: int
    columns: set[int]


def _compare_rows(theirs: _Wide, ours: _Wide, common: list[Key], days: list[str], mismatches: Path) -> _Found:
    found = _Found(0, 0, set())
    if not common or not days:
        return found
    pick_theirs, pick_ours = (_picker([wide.columns[key] for key in common]) for wide in (theirs, ours))
    with theirs.path.open("rb") as one, ours.path.open("rb") as other:
        for day in days:
            a = _values(theirs, one, day, pick_theirs)
            b = _values(ours, other, day, pick_ours)
            found.values += int((np.isfinite(a) & np.isfinite(b)).sum())
            differs = np.flatnonzero(_differs(a, b))
            if len(differs):
                _list(mismatches, found.cells, [(day, *common[i], a[i], b[i], abs(a[i] - b[i])) for i in differs])
                found.cells += len(differs)
                found.columns.update(differs.tolist())
    return found


def _list(mismatches: Path, before: int, rows: list[tuple[str, str, str, float, float, float]]) -> None:
    """Add cells to the report, up to its bound."""
    with mismatches.open("a" if before else "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not before:
            writer.writerow(MISMATCH_COLUMNS)
        for day, b, c, *numbers in rows[: max(MISMATCHES_KEPT - before, 0)]:
            writer.writerow([day, b, c, *("NaN" if np.isnan(number) else repr(float(number)) for number in numbers)])


def _verdict(
    columns: int, common: list[Key], months: int, days: list[str], found: _Found, wrong_units: list[str]
) -> tuple[TrendStatus, str]:
    if found.cells or wrong_units:
        return "FAILED", f"{found.cells} cells in {len(found.columns)} columns and {len(wrong_units)} units differ"
    if not common or not days:
        return "INCONCLUSIVE", "the two files have no column or no month in common"
    if len(common) < MINIMUM_SHARE * columns:
        return "INCONCLUSIVE", f"only {len(common)} of the reference's {columns} columns can be compared"
    if len(days) < MINIMUM_SHARE * months:
        return "INCONCLUSIVE", f"only {len(days)} of the reference's {months} months are in the file"
    if not found.values:
        return "INCONCLUSIVE", "no cell has a value in both files"
    return "PASSED", f"{len(common)} columns over {len(days)} months agree"


def _compare_units(theirs: _Wide, ours: _Wide, common: list[Key]) -> tuple[list[str], int]:
    """The columns whose units differ, and the number of those where one file has none."""
    pairs = [(key, theirs.units[key], ours.units[key]) for key in common]
    wrong = [f"{'|'.join(key)}: {a} in the reference, {b} in the file" for key, a, b in pairs if a and b and a != b]
    return wrong, sum(not a or not b for _, a, b in pairs)


def _differs(a: Values, b: Values) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= ABSOLUTE + RELATIVE * np.maximum(np.abs(a), np.abs(b))
    close &= np.isfinite(a) & np.isfinite(b)
    return np.asarray(~(close | (a == b) | (np.isnan(a) & np.isnan(b))), dtype=np.bool_)


def _open(path: Path) -> _Wide:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = {row[0].strip().lower(): row[1:] for row in islice(csv.reader(file), HEADER_ROWS) if row}
        names, kinds, units = (header[label] for label in ("b", "c", "units"))
        rows = dict(_day_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise _not_a_report(path, repr(error)) from error
    keys = [(b.strip().upper(), c.strip().upper()) for b, c in zip(names, kinds, strict=False)]
    times = Counter(keys)
    columns = {key: i + 1 for i, key in enumerate(keys) if times[key] == 1 and all(key)}
    return _Wide(
        path,
        columns,
        frozenset(key for key, count in times.items() if count > 1 and all(key)),
        {key: units[i - 1].strip().upper() if i <= len(units) else "" for key, i in columns.items()},
        rows,
    )


def _not_a_report(path: Path, why: str) -> BadTrendReportError:
    return BadTrendReportError(
        f"{path}: not a trend-report CSV with the header rows a, b, c, ..., units ({why})",
        "give the reference CSV of the trend report with --trend, or leave --trend out",
    )


def _day_rows(path: Path) -> Iterator[tuple[str, int]]:
    """Date and byte offset of each row below the header; a row that does not begin with a date is left out."""
    with path.open("rb") as file:
        for _ in range(HEADER_ROWS):
            file.readline()
        offset = file.tell()
        for line in file:
            if day := _day(line[:40].split(b",", 1)[0].decode("utf-8", "replace")):
                yield day, offset
            offset += len(line)


def _day(text: str) -> str | None:
    """The date of a row in ISO form; a time of day behind it says nothing."""
    words = text.strip().strip('"').replace("T", " ").split()
    for form in DAY_FORMS:
        try:
            return datetime.strptime(words[0] if words else "", form).date().isoformat()
        except ValueError:
            continue
    return None


def _picker(positions: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(positions) == 1:
        return lambda cells: (cells[positions[0]],)
    return itemgetter(*positions)


def _values(wide: _Wide, file: BinaryIO, day: str, pick: Callable[[list[str]], tuple[str, ...]]) -> Values:
    """One month's values of the columns in common; what is not a number is missing."""
    file.seek(wide.rows[day])
    line = file.readline().decode("utf-8", "replace").rstrip("\r\n")
    cells = next(csv.reader([line])) if '"' in line else line.split(",")
    try:
        picked = pick(cells)
    except IndexError as error:
        raise _not_a_report(wide.path, f"the row of {day} is shorter than the header") from error
    try:
        return np.array([float(cell) for cell in picked])
    except ValueError:
        return np.array([_number(cell) for cell in picked])


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _sample(keys: list[Key]) -> list[str]:
    return ["|".join(key) for key in keys[:SAMPLE]]
