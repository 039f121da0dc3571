"""Validation of the wide CSV against the trend report's reference CSV.

Columns are matched by B and C part, rows by year and month. Two cells agree if both are missing or if they differ by
at most ABSOLUTE + RELATIVE x the larger of the two magnitudes (symmetric). Nothing or too little in common is
INCONCLUSIVE, never a pass. Both files are read row by row: memory is that of one row, however long they are.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from extract.convert.trend_dates import Reading, as_day, readings
from extract.convert.trend_report import HEADER_ROWS, Key, Report, Values, not_a_report, open_report, picker
from extract.records.receipts import TrendStatus, TrendSummary

ABSOLUTE = 1e-6
RELATIVE = 1e-6
MISMATCHES_KEPT = 10_000
MINIMUM_SHARE = 0.5
"""Below this share of the reference's columns, or of its months, in common the comparison says nothing."""
MINIMUM_MONTHS = 120
"""Below this number of months with values in both files the comparison says nothing."""
MISMATCH_COLUMNS = ("date", "B", "C", "ref_value", "file_value", "abs_diff")
SAMPLE = 10


@dataclass
class _Found:
    """What a comparison of cells found.

    Attributes:
        months: the months that both files have.
        with_values: how many of them have a value in both files.
        values: for each column in common the number of cells in which both files have a value.
        cells: cells that differ.
        columns: positions of the columns in which one differs.
    """

    months: list[int]
    with_values: int
    values: npt.NDArray[np.int64]
    cells: int
    columns: set[int]

    @property
    def compared(self) -> int:
        """Columns with values in both files in 120 months, or in half of a shorter period."""
        enough = min(MINIMUM_MONTHS, MINIMUM_SHARE * len(self.months))
        return int(((self.values > 0) & (self.values >= enough)).sum())


def compare(reference: Path, produced: Path, mismatches: Path) -> TrendSummary:
    """Compare two wide CSVs.

    Args:
        reference: the trend report's CSV.
        produced: our CSV.
        mismatches: file for the cells that differ (date, B, C, both values, difference), the first 10,000 of them;
            written only if any.

    Raises:
        BadTrendReportError: the reference is not a CSV with seven header rows, a row of it is short or long, or a month
            is there more than once.
    """
    theirs, ours = open_report(reference), _Produced(produced)
    names = sorted(theirs.columns.keys() | theirs.repeated)
    common = [key for key in theirs.columns if key in ours.header.columns]
    wrong_units, unknown_units = _compare_units(theirs, ours.header, common)
    found_ways = readings(theirs.dates, ours.period(common))
    ways = [reading for reading in found_ways if not reading.repeated]
    if not ways:
        raise _repeated(theirs, found_ways[0])
    reading, found, instead = _choose(theirs, ours, common, ways, mismatches)
    only_ref = [key for key in names if key not in ours.header.columns and key not in ours.header.repeated]
    only_file = [key for key in sorted(ours.header.columns) if key not in theirs.columns and key not in theirs.repeated]
    repeated = sorted(key for key in theirs.repeated | ours.header.repeated if key in names)
    unread = [date for date, month in zip(theirs.dates, reading.months, strict=True) if month is None]
    status, note = _verdict(theirs, ours, reading, found, wrong_units, instead)
    read_as = [*theirs.how, *([reading.how] if reading.how else [])]
    if read_as and reading.known:
        note += f"; read as {', '.join(read_as)}"
    if unread and reading.known:
        note += f"; {len(unread)} of {len(theirs.dates)} rows have no date that can be read, the first is {unread[0]!r}"
    if unknown_units:
        note += f"; {unknown_units} of them have no unit in one of the files"
    if repeated:
        note += f"; {len(repeated)} columns are there more than once and were not compared"
    if found.cells > MISMATCHES_KEPT:
        note += f"; the first {MISMATCHES_KEPT:,} cells are listed"
    return TrendSummary(
        status=status,
        columns_ref=len(names),
        columns_file=len(ours.header.columns) + len(ours.header.repeated),
        columns_common=len(common),
        columns_compared=found.compared,
        columns_only_in_ref=len(only_ref),
        columns_only_in_file=len(only_file),
        columns_repeated=_sample(repeated),
        rows_ref=len(theirs.dates),
        rows_unread=len(unread),
        first_unread=unread[0] if unread else None,
        read_as=read_as,
        **_span("dates_ref", reading.known),
        **_span("dates_file", list(ours.rows)),
        **_span("overlap", found.months),
        rows_in_overlap=len(found.months),
        months_compared=found.with_values,
        cells_compared=len(found.months) * len(common),
        values_compared=int(found.values.sum()),
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


class _Produced:
    """Our own CSV: its header, and the byte offset of each month's row.

    Args:
        path: the file, as `write_wide` leaves it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header = open_report(path)
        self.rows: dict[int, int] = {}
        with path.open("rb") as file:
            offset = sum(len(line) for line in islice(file, HEADER_ROWS))
            for line in file:
                year, month = line[:7].split(b"-")
                self.rows[int(year) * 12 + int(month) - 1] = offset
                offset += len(line)

    def values(self, file: BinaryIO, month: int, positions: list[int]) -> Values:
        """One month's values of some columns."""
        file.seek(self.rows[month])
        return self.header.values(file.readline().decode().rstrip("\r\n").split(","), picker(positions))

    def period(self, keys: list[Key]) -> tuple[int, int]:
        """First and last month with a value in one of the columns, or of the file if there is none."""
        months, positions = sorted(self.rows), [self.header.columns[key] for key in keys]

        def first(order: list[int]) -> int:
            found = (month for month in order if np.isfinite(self.values(file, month, positions)).any())
            return next(found, order[0])

        if not months:
            raise not_a_report(self.path, "there is no row with a month")
        if not keys:
            return months[0], months[-1]
        with self.path.open("rb") as file:
            return first(months), first(months[::-1])


def _repeated(theirs: Report, reading: Reading) -> Exception:
    month = reading.repeated[0]
    rows = [text for text, known in zip(theirs.dates, reading.months, strict=True) if known == month]
    return not_a_report(
        theirs.path, f"the month {as_day(month)[:7]} is there {len(rows)} times, as {', '.join(map(repr, rows[:3]))}"
    )


def _choose(
    theirs: Report, ours: _Produced, common: list[Key], ways: list[Reading], mismatches: Path
) -> tuple[Reading, _Found, Reading | None]:
    """The likeliest reading of the dates, what was found by it, and the reading by which alone the values agree.

    A run is disproved if it disagrees under every reading; agreement under another one than the likeliest proves
    nothing, as a run that is one month off would agree so, too.
    """
    found = _compare_rows(theirs, ours, common, ways[0], mismatches)
    others, aside = ways[1:] if found.cells else [], mismatches.with_suffix(".other")
    instead = next((way for way in others if not _compare_rows(theirs, ours, common, way, aside).cells), None)
    aside.unlink(missing_ok=True)
    if instead:
        mismatches.unlink()
        found.cells, found.columns = 0, set()
    return ways[0], found, instead


def _compare_rows(theirs: Report, ours: _Produced, common: list[Key], reading: Reading, mismatches: Path) -> _Found:
    months = sorted(set(reading.known) & ours.rows.keys())
    found = _Found(months, 0, np.zeros(len(common), dtype=np.int64), 0, set())
    if not common:
        return found
    pick = picker([theirs.columns[key] for key in common])
    positions = [ours.header.columns[key] for key in common]
    with ours.path.open("rb") as file:
        for month, row in zip(reading.months, theirs.rows(), strict=True):
            a = theirs.values(row, pick)
            if month is None or month not in ours.rows:
                continue
            b = ours.values(file, month, positions)
            both = np.isfinite(a) & np.isfinite(b)
            found.values += both
            found.with_values += bool(both.any())
            differs = np.flatnonzero(_differs(a, b))
            if len(differs):
                day = as_day(month)
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
    theirs: Report, ours: _Produced, reading: Reading, found: _Found, wrong_units: list[str], instead: Reading | None
) -> tuple[TrendStatus, str]:
    if found.cells or wrong_units:
        return "FAILED", f"{found.cells} cells in {len(found.columns)} columns and {len(wrong_units)} units differ"
    return ("INCONCLUSIVE", why) if (why := _why_open(theirs, ours, reading, found, instead)) else (
        "PASSED", f"{found.compared} columns over {found.with_values} months agree"
    )  # fmt: skip


def _why_open(theirs: Report, ours: _Produced, reading: Reading, found: _Found, instead: Reading | None) -> str | None:
    """Why the comparison does not say that the run agrees; nothing if it does."""
    columns, rows = len(theirs.columns) + len(theirs.repeated), len(theirs.dates)
    if not theirs.columns.keys() & ours.header.columns.keys():
        return f"the two files have no column in common, of {columns} of the reference"
    if not rows:
        return "the reference has no row below its header"
    if not reading.known:
        first = next((text for text in theirs.dates if text.strip()), "")
        return f"0 of {rows} rows have a date that can be read; the first is {first[:40]!r}"
    if not found.months:
        theirs_, ours_ = (f"{as_day(min(m))} to {as_day(max(m))}" for m in (reading.known, ours.rows))
        return f"the two files have no month in common: the reference has {theirs_}, the file {ours_}"
    if instead:
        return f"the values agree only with {instead.how}, which the dates do not tell; give the last day of each month"
    if not found.values.any():
        return "no cell has a value in both files"
    if found.compared < MINIMUM_SHARE * columns:
        return f"only {found.compared} of the reference's {columns} columns can be compared"
    if len(found.months) < MINIMUM_SHARE * rows:
        return f"only {len(found.months)} of the reference's {rows} months are in the file"
    if found.with_values < MINIMUM_MONTHS:
        return f"only {found.with_values} months have values in both files, at least {MINIMUM_MONTHS} are needed"
    return None


def _compare_units(theirs: Report, ours: Report, common: list[Key]) -> tuple[list[str], int]:
    """The columns whose units differ, and the number of those where one file has none."""
    pairs = [(key, theirs.units[key], ours.units[key]) for key in common]
    wrong = [f"{'|'.join(key)}: {a} in the reference, {b} in the file" for key, a, b in pairs if a and b and a != b]
    return wrong, sum(not a or not b for _, a, b in pairs)


def _differs(a: Values, b: Values) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= ABSOLUTE + RELATIVE * np.maximum(np.abs(a), np.abs(b))
    close &= np.isfinite(a) & np.isfinite(b)
    return np.asarray(~(close | (a == b) | (np.isnan(a) & np.isnan(b))), dtype=np.bool_)


def _span(name: str, months: list[int]) -> dict[str, str | None]:
    """First and last of some months as two fields of the summary."""
    ends = (as_day(min(months)), as_day(max(months))) if months else (None, None)
    return dict(zip((f"{name}_start", f"{name}_end"), ends, strict=True))


def _sample(keys: list[Key]) -> list[str]:
    return ["|".join(key) for key in keys[:SAMPLE]]
