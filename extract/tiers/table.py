"""A delivered CSV file as a table of texts, and what is wrong with its form."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import dropwhile, islice

from extract.settings import Settings

MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
Record = tuple[int, list[str]]


@dataclass(frozen=True, order=True)
class Remark:
    """Something to say about a place in a file.

    Attributes:
        row: row as a spreadsheet counts it, the header is 1; 0 = the file as a whole.
        column: name of the column, or its number where it has none.
        code: stable reason code.
        message: what is the matter, and what to do.
    """

    row: int
    column: str
    code: str
    message: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "file"
        return f"{place}{f', column {self.column}' if self.column else ''}: {self.message} [{self.code}]"


@dataclass(frozen=True)
class Table:
    """Header and rows, trimmed.

    Attributes:
        header: names of the columns.
        rows: row number and as many cells as the header has.
        problems: why the file has to be refused.
        notes: what was put right.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[Remark]
    notes: list[Remark]

    def label(self, column: int) -> str:
        """What to call a column when speaking of it."""
        name = " ".join(self.header[column].split())
        return name or str(column + 1)


def read_table(data: bytes) -> Table:
    """Read a CSV file in UTF-8; nothing in it is trusted."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        return _refused(Remark(row, "", "NOT_UTF8", "the text is not UTF-8; save the sheet as CSV UTF-8"))
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        return _refused(Remark(row, "", "NOT_TEXT", "there is a null byte: this is not a CSV file"))
    notes: list[Remark] = []
    records = _records(text, notes)
    if isinstance(records, Remark):
        return _refused(records)
    records = _without_empty_columns(records, notes)
    problems: list[Remark] = []
    header = [_heading(name, column, problems, notes) for column, name in enumerate(records[0][1])]
    rows = []
    for number, record in records[1:]:
        if len(record) != len(header):
            place = min(len(record), len(header)) + 1
            words = f"{len(record)} cells under a header of {len(header)}"
            problems.append(Remark(number, str(place), "ROW_LENGTH", words))
        else:
            rows.append((number, [cell.strip() for cell in record]))
    return Table(header, rows, problems, notes)


def _records(text: str, notes: list[Remark]) -> list[Record] | Remark:
    """Every row that is not wholly empty, with its number; or why there is no table."""
    if stated := re.match(r'"?sep=(.)"?,*[\r\n]+', text, re.IGNORECASE):
        if stated[1] != ",":
            return _separator_problem(1, stated[1])
        notes.append(Remark(1, "", "SEPARATOR_LINE", "the line that names the separator was left out"))
    limit = Settings().tier_max_rows
    records: list[Record] = []
    empty: list[int] = []
    number = 0
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if stated and number == 1:
                continue
            if "".join(record).strip():
                records.append((number, record))
            elif record:
                empty.append(number)
            if max(len(records) - 1, len(empty)) > limit or len(record) > MOST_COLUMNS:
                words = f"more than {limit:,} rows (COEQWAL_TIER_MAX_ROWS) or {MOST_COLUMNS:,} columns"
                return Remark(number, "", "TOO_LARGE", words)
    except csv.Error as error:
        words = f"the quotes or separators are not those of a CSV: {error}"
        return _other_separator(text) or Remark(number + 1, "", "NOT_CSV", words)
    if problem := _other_separator(text) or _title(records):
        return problem
    if len(records) < 2:
        return Remark(len(records), "", "EMPTY", "there is no row with values")
    if empty:
        notes.append(Remark(empty[0], "", "EMPTY_ROWS", f"wholly empty rows were left out: {len(empty)}"))
    return records


def _separator_problem(row: int, separator: str) -> Remark:
    kind = SEPARATORS.get(separator, f"'{separator}'")
    words = f"the cells are separated by {kind}, not by commas; save the sheet as CSV with commas"
    return Remark(row, "", "OTHER_SEPARATOR", words)


def _other_separator(text: str) -> Remark | None:
    """A file whose first row is one cell by commas, and whose rows are several by something else."""
    by_comma = _first_rows(text, ",")
    if by_comma and len(_filled(by_comma[0])) > 1:
        return None
    for separator in SEPARATORS:
        lengths = {len(cells) for cells in _first_rows(text, separator)}
        if len(lengths) == 1 and lengths.pop() > 1:
            return _separator_problem(1, separator)
    return None


def _first_rows(text: str, separator: str) -> list[list[str]]:
    """The first two rows that are not empty; none if the file cannot be read so."""
    try:
        return list(islice(filter(any, csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)), 2))
    except csv.Error:
        return []


def _title(records: list[Record]) -> Remark | None:
    """A first row of one cell above a table."""
    if not records or not records[0][1][0].strip() or len(_filled(records[0][1])) > 1:
        return None
    below = list(dropwhile(lambda record: len(_filled(record[1])) < 2, records))
    if not below or len({len(cells) for _, cells in below}) > 1:
        return None
    title = " ".join(records[0][1][0].split())[:40]
    words = f"'{title}' stands alone in the first row: a title? The names of the columns have to be the first row"
    return Remark(records[0][0], "", "TITLE_LINE", words)


def _filled(cells: list[str]) -> list[str]:
    return [cell for cell in cells if cell.strip()]


def _without_empty_columns(records: list[Record], notes: list[Remark]) -> list[Record]:
    """The table without columns that have neither a name nor a value."""
    header, width = records[0][1], max(len(cells) for _, cells in records)
    unnamed = [i for i in range(width) if i >= len(header) or not header[i].strip()]
    filled = {i for _, cells in records[1:] for i in unnamed if i < len(cells) and cells[i].strip()}
    empty = set(unnamed) - filled
    if not empty:
        return records
    notes.append(Remark(1, str(min(empty) + 1), "EMPTY_COLUMNS", f"wholly empty columns were left out: {len(empty)}"))
    return [(row, [cell for i, cell in enumerate(cells) if i not in empty]) for row, cells in records]


def _heading(name: str, column: int, problems: list[Remark], notes: list[Remark]) -> str:
    trimmed = name.strip()
    label = " ".join(trimmed.split()) or str(column + 1)
    if len(trimmed.splitlines()) > 1:
        words = "a line break inside the name of the column; remove it"
        problems.append(Remark(1, label, "LINE_BREAK_IN_HEADER", words))
    elif re.search(r"[\r\n]", name):
        notes.append(
            Remark(1, label, "LINE_BREAK_IN_HEADER", "a line break beside the name of the column was left out")
        )
    return trimmed


def _refused(problem: Remark) -> Table:
    return Table([], [], [problem], [])
