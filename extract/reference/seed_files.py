"""Reading of dbt's seeds: the CSV files, and what their yml files say about them. No database, no dbt."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, order=True)
class SeedProblem:
    """One thing that is wrong in a seed.

    Attributes:
        path: the file, relative to the folder that holds the seeds' folder.
        line: line in the file, counted from 1 with the header as line 1; 0 = the file as a whole.
        column: name of the column, empty = the row or file as a whole.
        message: what is wrong.
    """

    path: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = [self.path, *([str(self.line)] if self.line else []), *([self.column] if self.column else [])]
        return f"{':'.join(place)}: {self.message}"


@dataclass(frozen=True)
class SeedTest:
    """A data test of a seed, as its yml file declares it.

    Attributes:
        kind: name of the generic test, such as `unique`.
        columns: the columns it is about.
        arguments: what else it was given.
        where: SQL condition on the rows it looks at, empty for all.
    """

    kind: str
    columns: tuple[str, ...]
    arguments: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class SeedDeclaration:
    """What a yml file says about a seed: its types, its documented columns, its tests."""

    name: str
    path: str
    types: Mapping[str, str]
    descriptions: Mapping[str, str]
    tests: tuple[SeedTest, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the uniqueness test whose columns come first in the file; empty if there is none."""
        header = list(self.types)
        found = [t.columns for t in self.tests if t.kind in ("unique", "unique_grain") and set(t.columns) <= {*header}]
        return min(found, key=lambda columns: [header.index(column) for column in columns], default=())


@dataclass
class SeedTable:
    """A seed's CSV file.

    Attributes:
        rows: cells as text, only of rows with as many cells as the header.
        lines: line in the file at which each of the rows begins.
        problems: what was found while reading.
    """

    name: str
    path: str
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[SeedProblem] = field(default_factory=list)

    def cells(self, column: str) -> Iterator[tuple[int, str]]:
        """Line and cell of each row; nothing if there is no such column."""
        if column in self.header:
            position = self.header.index(column)
            yield from ((line, row[position]) for line, row in zip(self.lines, self.rows, strict=True))


def read_table(path: Path, shown: str) -> SeedTable:
    """Read a CSV file, noting what is wrong with its bytes and its shape.

    Args:
        path: the file.
        shown: its name in messages.
    """
    table = SeedTable(path.stem, shown)

    def wrong(line: int, message: str, column: str = "") -> None:
        table.problems.append(SeedProblem(shown, line, column, message))

    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        wrong(1, "the file begins with a byte order mark")
        content = content[3:]
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        wrong(content[: error.start].count(b"\n") + 1, "the file is not UTF-8")
        return table
    if "\r" in text:
        wrong(text[: text.index("\r")].count("\n") + 1, "a carriage return; lines end with LF")
    if not text.endswith("\n"):
        wrong(text.count("\n") + 1, "the last line does not end with LF")
    reader, begins = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in reader:
            if not table.header:
                table.header = row
                if not row or len(set(row)) != len(row) or not all(row):
                    wrong(1, "the header has an empty or repeated name")
            elif len(row) != len(table.header):
                wrong(begins, f"{len(row)} cells, the header has {len(table.header)}")
            else:
                table.rows.append(row)
                table.lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        wrong(begins, f"not CSV: {error}")
    return table


def _tests(entries: list[Any], column: str | None) -> Iterator[SeedTest]:
    for entry in entries:
        kind, settings = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        arguments = dict((settings or {}).get("arguments") or {})
        columns = (column,) if column else tuple(arguments.get("columns", ()))
        yield SeedTest(kind, columns, arguments, ((settings or {}).get("config") or {}).get("where", ""))


def read_declarations(path: Path, shown: str) -> Iterator[SeedDeclaration]:
    """The seeds that a yml file declares."""
    for seed in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("seeds", []):
        columns = seed.get("columns", [])
        tests = [*_tests(seed.get("data_tests", []), None)]
        for column in columns:
            tests += _tests(column.get("data_tests", []), column["name"])
        yield SeedDeclaration(
            seed["name"],
            shown,
            (seed.get("config") or {}).get("column_types") or {},
            {column["name"]: str(column.get("description") or "") for column in columns},
            tuple(tests),
        )


def is_json(text: str) -> bool:
    """Whether a text is a JSON value."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@dataclass
class SeedFolder:
    """What a folder of seeds holds.

    Attributes:
        tables: the CSV files by name of the seed.
        seeds: what the yml files declare, by name.
        problems: files that do not belong here, or that say something twice.
    """

    tables: dict[str, SeedTable] = field(default_factory=dict)
    seeds: dict[str, SeedDeclaration] = field(default_factory=dict)
    problems: list[SeedProblem] = field(default_factory=list)


def _add_declarations(files: SeedFolder, path: Path, shown: str) -> None:
    try:
        declared = list(read_declarations(path, shown))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        files.problems.append(SeedProblem(shown, line, "", f"not YAML: {getattr(error, 'problem', None) or error}"))
        return
    for seed in declared:
        if seed.name in files.seeds:
            other = files.seeds[seed.name].path
            files.problems.append(SeedProblem(shown, 0, "", f"{seed.name} is declared in {other}"))
        files.seeds[seed.name] = seed


def read_folder(folder: Path) -> SeedFolder:
    """Read all files of a folder of seeds.

    Args:
        folder: CSV and yml files, in folders or not. A .geojsonl file holds shapes, too long for cells: one JSON
            object per line; dbt does not load it.
    """
    files = SeedFolder()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        shown = str(path.relative_to(folder.parent))
        if path.suffix == ".csv":
            if path.stem in files.tables:
                files.problems.append(SeedProblem(shown, 0, "", f"the same seed as {files.tables[path.stem].path}"))
            files.tables[path.stem] = read_table(path, shown)
        elif path.suffix == ".yml":
            _add_declarations(files, path, shown)
        elif path.suffix == ".geojsonl":
            for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if not text.startswith("{") or not is_json(text):
                    files.problems.append(SeedProblem(shown, line, "", "not one JSON object"))
        else:
            files.problems.append(SeedProblem(shown, 0, "", "only .csv, .yml and .geojsonl files belong here"))
    return files
