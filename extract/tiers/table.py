"""A delivered CSV file as a table of texts, and what is wrong with its form."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass


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
    records: list[tuple[int, list[str]]] = []
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            records.append((number, record))
    except csv.Error as error:
        return _refused(
            Remark(len(records) + 1, "", "NOT_CSV", f"the quotes or separators are not those of a CSV: {error}")
        )
    records = [(number, record) for number, record in records if record]
    if len(records) < 2:
        return _refused(Remark(len(records), "", "EMPTY", "there is no row with values"))
    problems: list[Remark] = []
    notes: list[Remark] = []
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
