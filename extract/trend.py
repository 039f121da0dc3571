"""Validation of the wide CSV against the trend report's reference CSV.

Columns are matched by B and C part, months by date. Two cells agree if both are missing or if they differ by
at most ABSOLUTE + RELATIVE x the larger of the two magnitudes (symmetric). Nothing or too little in common is
INCONCLUSIVE, never a pass.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from extract.errors import DataRefusedError
from extract.receipts import Validation

ABSOLUTE = 1e-6
RELATIVE = 1e-6
HEADER_ROWS = 7
COLUMNS_AT_A_TIME = 500
MISMATCHES_KEPT = 10_000
MINIMUM_SHARE = 0.5
"""Below this share of the reference's columns in common the comparison says nothing."""

Key = tuple[str, str]
Status = Literal["PASSED", "FAILED", "INCONCLUSIVE"]


@dataclass(frozen=True)
class _Wide:
    path: Path
    columns: dict[Key, int]
    units: dict[Key, str]
    dates: list[str]


def compare(reference: Path, produced: Path, mismatches: Path) -> Validation:
    """Compare two wide CSVs.

    Args:
        reference: the trend report's CSV.
        produced: our CSV.
        mismatches: file for the cells that differ (date, B, C, both values, difference); written only if any.

    Raises:
        DataRefusedError: the reference is not a CSV with seven header rows.
    """
    theirs, ours = _open(reference), _open(produced)
    common = [key for key in theirs.columns if key in ours.columns]
    only = sorted("|".join(key) for key in theirs.columns if key not in ours.columns)
    their_rows = {day: row for row, day in enumerate(theirs.dates)}
    pairs = [(their_rows[day], row) for row, day in enumerate(ours.dates) if day in their_rows]
    units = [
        f"{'|'.join(key)}: {theirs.units[key]} in the reference, {ours.units[key]} in the file"
        for key in common
        if theirs.units[key] != ours.units[key]
    ]
    cells = columns = 0
    rows: list[tuple[str, str, str, float, float, float]] = []
    days = [ours.dates[row] for _, row in pairs]
    for start in range(0, len(common), COLUMNS_AT_A_TIME):
        keys = common[start : start + COLUMNS_AT_A_TIME]
        a = _values(theirs, keys)[[i for i, _ in pairs]]
        b = _values(ours, keys)[[j for _, j in pairs]]
        differs = _differs(a, b)
        cells += int(differs.sum())
        columns += int(differs.any(axis=0).sum())
        for i, j in np.argwhere(differs)[: MISMATCHES_KEPT - len(rows)]:
            rows.append((days[i], *keys[j], a[i, j], b[i, j], abs(a[i, j] - b[i, j])))
    if rows:
        names = ["date", "B", "C", "ref_value", "file_value", "abs_diff"]
        pl.DataFrame(rows, schema=names, orient="row").write_csv(mismatches)
    status, note = _verdict(len(theirs.columns), len(common), len(pairs), cells, len(units))
    return Validation(
        status=status,
        columns_reference=len(theirs.columns),
        columns_common=len(common),
        columns_only_in_reference=only[:10],
        months_compared=len(pairs),
        cells_compared=len(pairs) * len(common),
        mismatch_columns=columns,
        mismatch_cells=cells,
        unit_mismatches=units[:10],
        note=note,
    )


def _verdict(reference: int, common: int, months: int, cells: int, units: int) -> tuple[Status, str]:
    if cells or units:
        return "FAILED", f"{cells} cells and {units} units differ"
    if not common or not months:
        return "INCONCLUSIVE", "the two files have no column or no month in common"
    if common < MINIMUM_SHARE * reference:
        return "INCONCLUSIVE", f"only {common} of the reference's {reference} columns are in the file"
    return "PASSED", f"{common} columns over {months} months agree"


def _differs(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= ABSOLUTE + RELATIVE * np.maximum(np.abs(a), np.abs(b))
    return np.asarray(~(close | (np.isnan(a) & np.isnan(b))), dtype=np.bool_)


def _open(path: Path) -> _Wide:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = {row[0].strip().lower(): row[1:] for row in islice(reader, HEADER_ROWS)}
        dates = pl.read_csv(path, has_header=False, skip_rows=HEADER_ROWS, columns=[0], infer_schema=False).to_series()
        names, kinds, units = header["b"], header["c"], header["units"]
    except (
        OSError,
        UnicodeDecodeError,
        csv.Error,
        KeyError,
        IndexError,
        pl.exceptions.PolarsError,
    ) as error:
        raise DataRefusedError(
            f"{path}: not a trend-report CSV with the header rows a, b, c, ..., units ({error!r})",
            "give the reference CSV of the trend report with --trend, or leave --trend out",
        ) from error
    columns: dict[Key, int] = {}
    for i, (b, c) in enumerate(zip(names, kinds, strict=False)):
        key = (b.strip().upper(), c.strip().upper())
        if all(key):
            columns[key] = i + 1
    unit_of = {key: units[i - 1].strip().upper() if i <= len(units) else "" for key, i in columns.items()}
    return _Wide(path, columns, unit_of, [str(day)[:10] for day in dates])


def _values(wide: _Wide, keys: list[Key]) -> npt.NDArray[np.float64]:
    """Values of some columns, shape [rows of the file, keys]; what is not a number is missing."""
    wanted = [wide.columns[key] for key in keys]
    read = sorted(set(wanted))
    frame = pl.read_csv(
        wide.path,
        has_header=False,
        skip_rows=HEADER_ROWS,
        columns=read,
        infer_schema=False,
        truncate_ragged_lines=True,
    )
    frame = frame.with_columns(pl.all().str.strip_chars().cast(pl.Float64, strict=False))
    column_of = dict(zip(read, frame.get_columns(), strict=True))
    return np.column_stack([column_of[i].to_numpy() for i in wanted])
