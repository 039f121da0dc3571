"""What the fact tables say against what the oracle makes of the same series, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from extract.verification.oracle.facts import FACTS
from extract.verification.oracle.run import Row, Run

RELATIVE = 1e-9
ABSOLUTE = 1e-9
"""The one tolerance of all comparisons: sums in another order differ in the last digits of a double."""

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """A value on which table and oracle do not agree.

    Attributes:
        key: the row's key columns.
        column: empty if the whole row is in one of them only.
        size: how far apart, relative to what was expected; infinite where no number can say it.
    """

    table: str
    family: str
    key: dict[str, Any]
    column: str
    expected: Any
    got: Any
    size: float

    def __str__(self) -> str:
        place = f"{self.table} {' '.join(str(value) for value in self.key.values())}"
        if not self.column:
            return f"{place}: {'not expected' if self.expected is None else 'missing'}"
        return f"{place} {self.column}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True)
class TableComparison:
    """How a table compares.

    Attributes:
        values: values compared.
        differences: all of them, the worst first.
    """

    table: str
    family: str
    rows: int
    values: int
    differences: tuple[Difference, ...]


def compare(url: str, run: Run, load_id: str, tables: Iterable[str] = FACTS) -> list[TableComparison]:
    """Recompute the rows of tables from a run and compare every column.

    Args:
        url: the database.
        run: the model run.
        load_id: the receipt that every row has to name.
        tables: names from FACTS.
    """
    with psycopg.connect(url, row_factory=dict_row) as link:
        return [_compare(link, table, run, load_id) for table in tables]


def differences(url: str, table: str, run: Run, load_id: str | None = None) -> list[str]:
    """What one table and the oracle do not agree on, in words, in the order of the keys."""
    (outcome,) = compare(url, run, load_id or run.load_id, [table])
    return sorted(map(str, outcome.differences))


def worst(comparisons: Iterable[TableComparison], count: int = 10) -> list[Difference]:
    """The largest differences of all tables."""
    found = [d for c in comparisons for d in c.differences]
    return sorted(found, key=lambda d: (-d.size, str(d)))[:count]


def _compare(link: psycopg.Connection[Row], table: str, run: Run, load_id: str) -> TableComparison:
    fact = FACTS[table]
    origin = {"scenario_id": run.scenario_id, "load_id": load_id}
    expected = _by_key(({**origin, **row} for row in fact.rows(run)), fact.keys)
    query = sql.SQL("select * from {} where scenario_id = %s").format(sql.Identifier(*fact.table))
    rows = link.execute(query, [run.scenario_id]).fetchall()
    rows = [row for row in rows if fact.entity_kind is None or row["entity_kind"] == fact.entity_kind]
    got = _by_key(rows, fact.keys)
    found = list(_differences(table, expected, got))
    if len(rows) > len(got):
        found.append(Difference(table, fact.family, {}, "rows", len(got), len(rows), float("inf")))
    values = sum(len(row) for row in expected.values())
    ordered = sorted(found, key=lambda d: (-d.size, str(d)))
    return TableComparison(table, fact.family, len(expected.keys() | got.keys()), values, tuple(ordered))


def _by_key(rows: Iterable[Row], keys: Sequence[str]) -> dict[Key, Row]:
    return {tuple(row[k] for k in keys): row for row in rows}


def _differences(table: str, expected: dict[Key, Row], got: dict[Key, Row]) -> Iterator[Difference]:
    fact = FACTS[table]
    for key in expected.keys() | got.keys():
        named = dict(zip(fact.keys, key, strict=True))
        want, have = expected.get(key), got.get(key)
        if want is None or have is None:
            yield Difference(table, fact.family, named, "", want and "a row", have and "a row", float("inf"))
            continue
        for column in want.keys() | have.keys():
            one, other = want.get(column, "no column"), have.get(column, "no column")
            size = distance(one, other)
            if size > 0:
                yield Difference(table, fact.family, named, column, one, other, size)


def distance(want: Any, got: Any) -> float:
    """0 for the same value up to the tolerance; None is only the same as None."""
    if want is None or got is None or isinstance(want, str | bool) or isinstance(got, str | bool):
        return 0.0 if want is got or (type(want) is type(got) and want == got) else float("inf")
    apart = abs(got - want)
    if apart <= ABSOLUTE + RELATIVE * abs(want):
        return 0.0
    return float(apart / max(abs(want), ABSOLUTE)) if apart == apart else float("inf")
