"""The trend report's reference as a file: its encoding, separator, header and rows, whatever program saved it.

It is read row by row, twice: once for header and dates, once for the values. Memory is that of a row and the dates.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt

from extract.convert.csv_files import unguarded
from extract.errors import BadTrendReportError
from extract.settings import Settings

Key = tuple[str, str]
Values = npt.NDArray[np.float64]

HEADER_ROWS = 7
MOST_ROWS = 100_000
"""Far more than months of any run; a longer file is something else."""
LONGEST_ROW = 16 << 20
"""Characters; a row of 20,000 columns has 0.4 million."""
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
OTHER_FORMATS = {
    b"PK\x03\x04": "an Excel workbook or ZIP",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "gzip",
}
GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
POINT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)\.\d+([eE][-+]?\d+)?|[-+]?\d{1,3}(,\d{3}){2,}", re.ASCII)
COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][-+]?\d+)?|[-+]?\d{1,3}(\.\d{3}){2,}", re.ASCII)


def not_a_report(path: Path, why: str) -> BadTrendReportError:
    """The refusal of a reference, with its cause."""
    return BadTrendReportError(
        f"{path}: not a trend-report CSV with the header rows a, b, c, ..., units and a row for each month ({why})",
        "save the report again as CSV UTF-8 with commas, one row for each month, and give it with --trend",
    )


@dataclass(frozen=True)
class Report:
    """What the header and the first column of a reference say.

    Attributes:
        columns: position of each series that is there once.
        repeated: series that are there more than once, so that it is not clear which is meant.
        width: cells of the header.
        dates: of each row below the header that is not empty, as they are written.
        decimal: the decimal mark.
    """

    path: Path
    encoding: str
    separator: str
    columns: dict[Key, int]
    repeated: frozenset[Key]
    units: dict[Key, str]
    width: int
    dates: list[str]
    decimal: str

    @property
    def how(self) -> list[str]:
        """What is not as in a plain CSV, in a few words each."""
        found = [self.encoding.upper()] if self.encoding != "utf-8-sig" else []
        if self.separator != ",":
            found.append(f"separated by {SEPARATORS.get(self.separator, self.separator)}")
        return [*found, "with decimal commas"] if self.decimal == "," else found

    def rows(self) -> Iterator[list[str]]:
        """The rows that `dates` are of."""
        yield from islice(_records(self.path, self.encoding, self.separator), HEADER_ROWS, None)

    def values(self, row: list[str], pick: Callable[[list[str]], tuple[str, ...]]) -> Values:
        """The values of some columns; what is not a number is missing.

        Raises:
            BadTrendReportError: the row is shorter or longer than the header.
        """
        if len(row) > self.width and any(cell.strip() for cell in row[self.width :]):
            raise not_a_report(
                self.path, f"the row of {row[0]} is longer than the header; a comma inside a number needs quotes"
            )
        try:
            picked = pick(row)
        except IndexError as error:
            raise not_a_report(self.path, f"the row of {row[0]} is shorter than the header") from error
        return as_numbers(picked, self.decimal)


def open_report(path: Path) -> Report:
    """Read header and dates.

    Raises:
        BadTrendReportError: it is no table of series by month, is too large, or its separators contradict each other.
    """
    try:
        limit = Settings().trend_max_bytes
        if path.stat().st_size > limit:
            raise not_a_report(
                path, f"it has {path.stat().st_size:,} bytes, at most {limit:,} are read; COEQWAL_TREND_MAX_BYTES"
            )
        encoding = _encoding(path)
        separator = _separator(path, encoding)
        records = _records(path, encoding, separator)
        header = list(islice(records, HEADER_ROWS))
        rows = _labelled(path, header)
        dates, decimal = _body(path, records, separator)
    except (OSError, UnicodeError, csv.Error) as error:
        raise not_a_report(path, _cause(error)) from error
    names, kinds, units = (rows[label] for label in ("b", "c", "units"))
    keys = [(b.strip().upper(), c.strip().upper()) for b, c in zip(names, kinds, strict=False)]
    times = Counter(keys)
    columns = {key: i + 1 for i, key in enumerate(keys) if times[key] == 1 and all(key)}
    return Report(
        path,
        encoding,
        separator,
        columns,
        frozenset(key for key, count in times.items() if count > 1 and all(key)),
        {key: units[i - 1].strip().upper() if i <= len(units) else "" for key, i in columns.items()},
        max(map(len, header)),
        dates,
        decimal,
    )


def picker(positions: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """A function that takes the cells at some positions from a row."""
    if len(positions) == 1:
        return lambda cells: (cells[positions[0]],)
    return itemgetter(*positions)


def as_numbers(cells: Iterable[str], decimal: str = ".") -> Values:
    """Texts as numbers; what is none is missing."""
    texts = tuple(cells)
    if decimal == ".":
        try:
            return np.array([float(cell) for cell in texts])
        except ValueError:
            return np.array([_number(cell) for cell in texts])
    swapped = str.maketrans(",.", ".,")
    return np.array([_number(cell.translate(swapped)) for cell in texts])


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        grouped = GROUPED.fullmatch(cell.strip())
        return float(grouped[0].replace(",", "")) if grouped else float("nan")


def _encoding(path: Path) -> str:
    """The encoding, from the mark at the beginning or from where the null bytes are."""
    with path.open("rb") as file:
        start = file.read(4096)
    if kind := next((kind for mark, kind in OTHER_FORMATS.items() if start.startswith(mark)), None):
        raise not_a_report(path, f"it is {kind}, not a text")
    if marked := next((name for mark, name in MARKS if start.startswith(mark)), None):
        return marked
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 > len(start):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _separator(path: Path, encoding: str) -> str:
    """What stands behind the label of the first row, or in a line `sep=`; a comma if that does not tell."""
    with path.open(encoding=encoding, newline="") as file:
        line = next((line for line in _lines(path, file) if line.strip()), "").strip("\r\n")
    if stated := re.fullmatch(r'"?sep=(.)"?[,;\s]*', line, re.IGNORECASE):
        return stated[1]
    for separator in SEPARATORS:
        cells = next(csv.reader([line], delimiter=separator), [])
        if len(cells) > 1 and cells[0].strip().lower() == "a":
            return separator
    return ","


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST_ROW):
        if len(line) == LONGEST_ROW:
            raise not_a_report(path, f"a line of it has more than {LONGEST_ROW:,} characters")
        yield line


def _records(path: Path, encoding: str, separator: str) -> Iterator[list[str]]:
    """Every row that is not wholly empty, without the line that names the separator."""
    with path.open(encoding=encoding, newline="") as file:
        first = True
        for row in csv.reader(_lines(path, file), delimiter=separator):
            if not any(row) or not "".join(row).strip():
                continue
            if not (first and row[0].lower().startswith("sep=")):
                yield row
            first = False


def _labelled(path: Path, header: list[list[str]]) -> dict[str, list[str]]:
    rows = {row[0].strip().lower(): [unguarded(cell) for cell in row[1:]] for row in header}
    if lacking := [label for label in ("b", "c", "units") if label not in rows]:
        if header and header[0][0].strip().lower() != "a":
            raise not_a_report(path, f"its first row begins with {header[0][0][:40]!r} and not with the label a")
        raise not_a_report(path, f"among its first {HEADER_ROWS} rows is none of the label {', '.join(lacking)}")
    return rows


def _body(path: Path, records: Iterator[list[str]], separator: str) -> tuple[list[str], str]:
    """The dates, and the decimal mark, which can only be a comma where commas do not separate."""
    dates: list[str] = []
    marks: set[str] = set()
    for row in records:
        dates.append(row[0])
        if separator != ",":
            marks |= _decimal_marks(row)
        if len(dates) > MOST_ROWS:
            raise not_a_report(path, f"it has more than {MOST_ROWS:,} rows")
    if len(marks) > 1:
        raise not_a_report(path, "some of its numbers have decimal points and some decimal commas")
    return dates, marks.pop() if marks else "."


def _decimal_marks(row: list[str]) -> set[str]:
    text = ";".join(row[1:])
    if "," not in text:
        return {"."} if re.search(r"\d\.\d", text) else set()
    cells = [cell.strip() for cell in row[1:] if "," in cell or "." in cell]
    found = {"."} if any(POINT.fullmatch(cell) for cell in cells) else set()
    return found | {","} if any(COMMA.fullmatch(cell) for cell in cells) else found


def _cause(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return f"its text is not UTF-8, and not UTF-16 with its mark: {error}"
    return str(error) or repr(error)
