"""Rules for dbt's seeds, checked before dbt loads them, so that a message can name file, row and column.

dbt's own tests find the same faults in the database, but only after loading, and without the row. Conditions in SQL
(`holds`, and tests with a `where` other than `column = 'value'` or `column in ('value', ...)`) are left to dbt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from extract.errors import DataRefusedError
from extract.reference.seed_files import SeedDeclaration, SeedProblem, SeedTable, SeedTest, is_json, read_folder
from extract.settings import PROJECT

Tables = Mapping[str, SeedTable]
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
CONDITION = re.compile(r"\s*(\w+)\s*(?:=\s*('[^']*')|in\s*\(((?:\s*'[^']*'\s*,?)+)\))\s*")
UNKNOWN = re.compile(r"<?null>?|#?n/a|nan", re.IGNORECASE)
STRAY = re.compile(r"^\s|\s$|[\x00-\x1f\x7f\u00a0\u200b\ufeff]")


class SeedsRefusedError(DataRefusedError):
    """A seed breaks a rule; nothing was loaded."""

    code = "BAD_SEED"


def _is_date(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _is_integer(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+", cell)) and abs(int(cell)) < 2**31


TYPES: dict[str, Callable[[str], bool]] = {
    "text": lambda cell: True,
    "integer": _is_integer,
    "double precision": lambda cell: bool(NUMBER.fullmatch(cell)),
    "boolean": lambda cell: cell in ("true", "false"),
    "date": _is_date,
    "json": is_json,
    "jsonb": is_json,
}


def cells_are_clean(table: SeedTable, seed: SeedDeclaration, tables: Tables) -> Iterator[SeedProblem]:
    """No blanks at the ends of a cell, no line breaks or invisible characters in it, no word for an unknown value."""
    for column in table.header:
        for line, cell in table.cells(column):
            if STRAY.search(cell):
                yield SeedProblem(table.path, line, column, f"{cell!r} has stray blanks, a line break or a control")
            if UNKNOWN.fullmatch(cell):
                yield SeedProblem(table.path, line, column, f"{cell!r} stands for an unknown value; leave it empty")


def columns_are_declared(table: SeedTable, seed: SeedDeclaration, tables: Tables) -> Iterator[SeedProblem]:
    """The header is the list of typed columns, in this order; each is described, and each type is known."""
    if table.header != list(seed.types):
        yield SeedProblem(table.path, 1, "", f"the header is not the column_types of {seed.path}")
    for column in table.header:
        if not seed.descriptions.get(column, "").strip():
            yield SeedProblem(table.path, 1, column, f"not described in {seed.path}")
    for column in seed.descriptions:
        if column not in table.header:
            yield SeedProblem(table.path, 1, column, f"described in {seed.path}, but not in the file")
    for column, kind in seed.types.items():
        if kind not in TYPES:
            yield SeedProblem(seed.path, 0, column, f"{kind} is none of the types {', '.join(TYPES)}")


def cells_have_their_type(table: SeedTable, seed: SeedDeclaration, tables: Tables) -> Iterator[SeedProblem]:
    """A cell is empty (NULL) or a value of its column's type."""
    for column, kind in seed.types.items():
        fits = TYPES.get(kind, TYPES["text"])
        for line, cell in table.cells(column):
            if cell and not fits(cell):
                yield SeedProblem(table.path, line, column, f"{cell!r} is not of type {kind}")


def rows_are_sorted(table: SeedTable, seed: SeedDeclaration, tables: Tables) -> Iterator[SeedProblem]:
    """Rows stand in the order of the key, so that a change is one line of the difference.

    Numbers are in order by their value or, all of them, as text.
    """
    if not seed.key:
        yield SeedProblem(seed.path, 0, "", f"the seed {seed.name} has no uniqueness test, so no key to sort by")
        return
    if not {*seed.key} <= {*table.header}:
        return
    positions = [table.header.index(column) for column in seed.key]
    numeric = [seed.types.get(column) in ("integer", "double precision") for column in seed.key]
    keys = [[row[position] for position in positions] for row in table.rows]
    if keys == sorted(keys):
        return
    before: list[tuple[float, str]] = []
    for line, cells in zip(table.lines, keys, strict=True):
        key = [(float(c) if n and NUMBER.fullmatch(c) else 0.0, c) for c, n in zip(cells, numeric, strict=True)]
        if key < before:
            yield SeedProblem(table.path, line, seed.key[0], f"{', '.join(cells)} is not in the order of the key")
        before = key


def _looked_at(table: SeedTable, test: SeedTest) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of the rows a test looks at; none if its condition is SQL of another form."""
    condition = CONDITION.fullmatch(test.where) if test.where else None
    needed = {*test.columns, *([condition[1]] if condition else [])}
    wanted = re.findall(r"'([^']*)'", condition[2] or condition[3]) if condition else []
    if not test.columns or not needed <= {*table.header} or (test.where and not condition):
        return
    positions = [table.header.index(column) for column in test.columns]
    for line, row in zip(table.lines, table.rows, strict=True):
        if not condition or row[table.header.index(condition[1])] in wanted:
            yield line, [row[position] for position in positions]


def tests_hold(table: SeedTable, seed: SeedDeclaration, tables: Tables) -> Iterator[SeedProblem]:
    """The tests of the yml that need no SQL: keys, not_null, accepted_values, relationships."""
    for test in seed.tests:
        seen: dict[tuple[str, ...], int] = {}
        target = re.search(r"ref\('(\w+)'\)", str(test.arguments.get("to", "")))
        parent = tables.get(target[1]) if target else None
        known = {cell for _, cell in parent.cells(str(test.arguments["field"]))} if parent else None
        accepted = {str(value) for value in test.arguments.get("values", ())}
        for line, cells in _looked_at(table, test):
            shown = ", ".join(cells)
            message = ""
            if test.kind in ("not_null", "not_null_columns", "unique_grain"):
                empty = {column for column, cell in zip(test.columns, cells, strict=True) if not cell}
                for column in empty.difference(test.arguments.get("may_be_null", ())):
                    yield SeedProblem(table.path, line, column, "is empty")
            if test.kind in ("unique", "unique_grain"):
                first = seen.setdefault(tuple(cells), line)
                message = f"{shown} stands in line {first} already" if first != line and any(cells) else ""
            elif test.kind == "accepted_values" and cells[0] and cells[0] not in accepted:
                message = f"{shown!r} is none of {', '.join(sorted(accepted))}"
            elif test.kind == "relationships" and cells[0] and known is not None and cells[0] not in known:
                message = f"{shown!r} is no {test.arguments['field']} of the seed {target[1] if target else ''}"
            if message:
                yield SeedProblem(table.path, line, test.columns[0], message)


RULES = (cells_are_clean, columns_are_declared, cells_have_their_type, rows_are_sorted, tests_hold)


def check_seeds(folder: Path = PROJECT / "seeds") -> list[SeedProblem]:
    """All that is wrong with the seeds of a folder, sorted by place; empty = nothing.

    Args:
        folder: CSV files with yml files beside them, in folders or not; shapes in .geojsonl files.
    """
    files = read_folder(folder)
    problems = list(files.problems)
    for name, seed in files.seeds.items():
        if name not in files.tables:
            problems.append(SeedProblem(seed.path, 0, "", f"the seed {name} has no CSV file"))
    for name, table in files.tables.items():
        problems += table.problems
        if name not in files.seeds:
            problems.append(SeedProblem(table.path, 0, "", "no yml file declares this seed"))
            continue
        for rule in RULES:
            problems += rule(table, files.seeds[name], files.tables)
    return sorted(set(problems))


def refuse_bad_seeds(folder: Path = PROJECT / "seeds") -> int:
    """Stop before dbt loads seeds that break a rule.

    Returns:
        The number of CSV files that were checked.

    Raises:
        SeedsRefusedError: with one line per problem: file:row:column.
    """
    problems = check_seeds(folder)
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems[:50])
        more = f"\n  and {len(problems) - 50} more" if len(problems) > 50 else ""
        raise SeedsRefusedError(
            f"the seeds have {len(problems)} problem{'s' if len(problems) > 1 else ''}:{listed}{more}",
            "correct these cells, then check again with `coeqwal seeds check`; nothing was loaded",
        )
    return sum(1 for _ in folder.rglob("*.csv"))
