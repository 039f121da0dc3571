"""Monthly series as CSV: the public wide file, and the file that the database loads.

Values are printed by orjson, with the shortest text that reads back as the same double. What a spreadsheet would run as
a formula in a header cell of the public file gets an apostrophe in front (`guarded`), numbers never.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from extract.dss import MonthlySeries
from extract.records import calendar

WIDE_LABELS = {
    "dv": ("a", "b", "c", "e", "f", "type", "units"),
    "sv": ("a", "b", "c", "d", "e", "f", "units"),
}
LOAD_COLUMNS = (
    "scenario_id", "dss_kind", "part_a", "part_b", "part_c", "part_e", "part_f", "data_type", "units",
    "first_month", "month_values", "receipt_id", "source_file", "source_row", "source_sha256", "series_flags",
)  # fmt: skip
ROWS_AT_A_TIME = 2000
MONTHS_AT_A_TIME = 100
FORMULA = ("=", "+", "-", "@", "'")
"""What a guarded label begins with; the apostrophe is the guard itself."""


@dataclass(frozen=True)
class Provenance:
    """Where the rows of one DSS file come from.

    Attributes:
        scenario_id: the scenario.
        dss_kind: `dv` (model output) or `sv` (model input).
        receipt_id: the identity of the load.
        source_file: the DSS file's path inside the ZIP.
        source_sha256: hash of that file.
    """

    scenario_id: str
    dss_kind: str
    receipt_id: str
    source_file: str
    source_sha256: str


def write_wide(path: Path, series: MonthlySeries, dss_kind: str) -> int:
    """Write the public CSV: seven header rows, then one row per month, columns in the order of the B part.

    Args:
        path: file to write.
        series: values of shape [series, months], NaN where missing.
        dss_kind: `dv` or `sv`; the two have different header rows.

    Returns:
        The number of month rows. Months in which every series is missing have none.
    """
    order = sorted(range(len(series.parts)), key=lambda i: (series.parts[i].b, *series.parts[i]))
    present = np.flatnonzero(np.isfinite(series.values).any(axis=0))
    header = _header_rows(series, order, dss_kind)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for label, cells in zip(WIDE_LABELS[dss_kind], header, strict=True):
            writer.writerow([label, *map(guarded, cells)])
    dates = calendar.month_ends(series.values.shape[1])[present]
    with path.open("ab") as file:
        for start in range(0, len(present), MONTHS_AT_A_TIME):
            months = slice(start, start + MONTHS_AT_A_TIME)
            rows = _texts(series.values[np.ix_(np.asarray(order), present[months])].T)
            for day, row in zip(dates[months], rows, strict=True):
                file.write(b"%b,%b\n" % (str(day).encode(), row.replace(b"null", b"NaN")))
    return len(present)


def guarded(label: str) -> str:
    """A header cell of the public CSV: an apostrophe in front of what a spreadsheet would run as a formula.

    An apostrophe at the beginning gets a second one, so that `unguarded` gives every label back.
    """
    return f"'{label}" if label.startswith(FORMULA) else label


def unguarded(cell: str) -> str:
    """The label that `guarded` wrote as this cell."""
    return cell.removeprefix("'")


def _header_rows(series: MonthlySeries, order: Sequence[int], dss_kind: str) -> list[list[str]]:
    parts = [series.parts[i] for i in order]
    rows = {
        "a": [p.a for p in parts],
        "b": [p.b for p in parts],
        "c": [p.c for p in parts],
        "d": [_d_part(series.values[i]) for i in order] if dss_kind == "sv" else [],
        "e": [p.e for p in parts],
        "f": [p.f for p in parts],
        "type": [series.types[i] for i in order],
        "units": [series.units[i] for i in order],
    }
    return [rows[label] for label in WIDE_LABELS[dss_kind]]


def _d_part(values: npt.NDArray[np.float64]) -> str:
    """The D part as catalogues condense it: first and last decade block that holds a value."""
    found = np.flatnonzero(np.isfinite(values))
    if not len(found):
        return ""
    first, last = (calendar.month_at(int(i))[0] // 10 * 10 for i in (found[0], found[-1]))
    return f"01JAN{first}" if first == last else f"01JAN{first} - 01JAN{last}"


def write_load(path: Path, sources: Sequence[tuple[MonthlySeries, Provenance]]) -> int:
    """Write the load CSV: a header and one row per series, the month values as an array literal.

    Args:
        path: file to write.
        sources: the series of each DSS file, on the whole calendar, with their provenance.

    Returns:
        The number of series written.
    """
    with path.open("wb") as file:
        file.write((",".join(LOAD_COLUMNS) + "\n").encode())
        for series, provenance in sources:
            if series.values.shape[1] != calendar.MONTHS or series.first_month != calendar.FIRST_MONTH:
                raise ValueError("the load CSV takes series on the whole calendar")
            for start in range(0, len(series.parts), ROWS_AT_A_TIME):
                _write_chunk(file, series, provenance, start)
    return sum(len(series.parts) for series, _ in sources)


def _write_chunk(file: io.BufferedWriter, series: MonthlySeries, source: Provenance, start: int) -> None:
    """Rows from `start` on."""
    for i, values in enumerate(_texts(series.values[start : start + ROWS_AT_A_TIME]), start):
        left = (
            source.scenario_id, source.dss_kind, *series.parts[i], series.types[i], series.units[i],
            calendar.first_day().isoformat(),
        )  # fmt: skip
        right = (source.receipt_id, source.source_file, str(i + 1), source.source_sha256, _flags(series, i))
        months = values.replace(b"null", b"NULL")
        file.write(b'%b,"{%b}",%b\n' % (_csv(left).encode(), months, _csv(right).encode()))


def _texts(values: npt.NDArray[np.float64]) -> list[bytes]:
    """Each row as text, its values parted by commas, `null` where one is missing.

    Raises:
        ValueError: a value is infinite, which would be written as if it were missing.
    """
    if np.isinf(values).any():
        raise ValueError("an infinite value has no text in a CSV file")
    text = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[2:-2].split(b"],[")


def _flags(series: MonthlySeries, position: int) -> str:
    return json.dumps(series.flags.get(position, {}), sort_keys=True)


def _csv(cells: Sequence[str]) -> str:
    """Cells in quotes, every one: COPY takes an empty cell without quotes for NULL, and an empty text is none."""
    line = io.StringIO()
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
