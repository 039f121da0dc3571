"""How a scenario's statistics changed from one load to another: rows that came and went, values that are others."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import psycopg

from extract.archive import Archive
from extract.errors import UsageError
from extract.records.receipts import FrozenTable
from extract.releases import frozen_copy
from extract.releases.frozen_copy import Relation, Release, Row
from extract.warehouse.load import connection

CURRENT = "current"
"""In place of a load id: the load whose statistics are in the database."""
IDENTITY = ("load_id",)
"""Columns that always differ from load to load."""
Key = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A number that changed.

    Attributes:
        key: column and value of the row's key.
        relative: change over the earlier value's size; none where that was 0.
    """

    column: str
    key: dict[str, str]
    before: float
    after: float
    absolute: float
    relative: float | None


@dataclass
class TableChanges:
    """What changed in one table.

    Attributes:
        compared: values of rows that both loads have.
        changed: those of them that are not the same, also where only one load has a value.
        largest: the largest change in the column's own unit.
        largest_relative: the largest change over the earlier value's size.
    """

    name: str
    family: str
    rows_before: int = 0
    rows_after: int = 0
    new_rows: int = 0
    vanished_rows: int = 0
    compared: int = 0
    changed: int = 0
    largest: Change | None = None
    largest_relative: Change | None = None
    examples_new: list[dict[str, str]] = field(default_factory=list)
    examples_vanished: list[dict[str, str]] = field(default_factory=list)

    @property
    def changed_share(self) -> float | None:
        """Share of the compared values that changed; none where nothing could be compared."""
        return self.changed / self.compared if self.compared else None

    def as_json(self) -> dict[str, Any]:
        """All of it for programs."""
        return {**asdict(self), "changed_share": self.changed_share}


class Statistics(Protocol):
    """The stored statistics of one load."""

    load_id: str

    def tables(self) -> Mapping[str, FrozenTable | Relation]:
        """The tables by name."""

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table."""


class FrozenStatistics:
    """Those of a frozen copy."""

    def __init__(self, frozen: Release) -> None:
        self._frozen = frozen
        self.load_id = frozen.record.load_id

    def tables(self) -> Mapping[str, FrozenTable | Relation]:
        """The tables by name."""
        return {table.name: table for table in self._frozen.record.tables}

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table; none if the copy lacks it."""
        return self._frozen.rows(name)


class CurrentStatistics:
    """Those in the database."""

    def __init__(self, link: psycopg.Connection, scenario_id: str, load_id: str) -> None:
        self._link = link
        self._scenario_id = scenario_id
        self.load_id = load_id
        self._relations = {relation.name: relation for relation in frozen_copy.relations(link)}

    def tables(self) -> Mapping[str, FrozenTable | Relation]:
        """The tables by name."""
        return self._relations

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table; none if the database lacks it."""
        if name in self._relations:
            text = b"".join(frozen_copy.copy_rows(self._link, self._relations[name], self._scenario_id))
            yield from frozen_copy.as_rows(io.StringIO(text.decode(), newline=""))


def compare_loads(url: str, archive: Archive, scenario_id: str, before: str, after: str) -> list[TableChanges]:
    """Compare a scenario's statistics of two loads, table by table.

    Args:
        url: the database.
        archive: where the frozen copies are.
        scenario_id: the scenario.
        before: a load id, or `current`.
        after: the same for the later one.

    Returns:
        The changes of every table that either of them has, by family and name.

    Raises:
        UsageError: the statistics of a load are neither frozen nor in the database.
    """
    with connection(url) as link:
        present = frozen_copy.present_load(link, scenario_id)
        find: Callable[[str], Statistics] = lambda load: _statistics(link, archive, scenario_id, load, present)  # noqa: E731
        earlier, later = find(before), find(after)
        names = sorted(
            name for name in {*earlier.tables(), *later.tables()} if name.startswith(("marts.", "verification."))
        )
        found = [_compare_table(name, earlier, later) for name in names]
    return sorted(found, key=lambda table: (table.family, table.name))


def _statistics(
    link: psycopg.Connection, archive: Archive, scenario_id: str, load_id: str, present: str | None
) -> Statistics:
    frozen = None if load_id == CURRENT else frozen_copy.find(archive, scenario_id, load_id)
    if frozen is not None:
        return FrozenStatistics(frozen)
    if present is not None and load_id in (CURRENT, present):
        return CurrentStatistics(link, scenario_id, present)
    there = ", ".join(frozen_copy.loads(archive, scenario_id)) or "none"
    raise UsageError(
        f"no statistics of {load_id} of {scenario_id}: in the database are those of {present or 'no load'}",
        f"frozen are: {there}; `current` means those in the database",
    )


def _compare_table(name: str, earlier: Statistics, later: Statistics) -> TableChanges:
    table = later.tables().get(name) or earlier.tables()[name]
    made = TableChanges(name, table.family)
    keys = [column for column in table.key_columns if column != "scenario_id"]
    old, new = (_by_key(side.rows(name), keys) for side in (earlier, later))
    made.rows_before, made.rows_after = len(old), len(new)
    made.new_rows, made.vanished_rows = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    made.examples_new = [dict(zip(keys, key, strict=True)) for key in sorted(new.keys() - old.keys())[:3]]
    made.examples_vanished = [dict(zip(keys, key, strict=True)) for key in sorted(old.keys() - new.keys())[:3]]
    for key in sorted(old.keys() & new.keys()):
        before, after = old[key], new[key]
        for column in after.keys() & before.keys() - {*keys, *IDENTITY}:
            made.compared += 1
            if before[column] != after[column]:
                made.changed += 1
                _note(made, column, dict(zip(keys, key, strict=True)), before[column], after[column])
    return made


def _by_key(rows: Iterator[Row], keys: list[str]) -> dict[Key, Row]:
    return {tuple(row[column] or "" for column in keys): row for row in rows}


def _note(made: TableChanges, column: str, key: dict[str, str], before: str | None, after: str | None) -> None:
    """Keep the change of a number if it is the largest so far."""
    try:
        was, now = float(before or ""), float(after or "")
    except ValueError:
        return
    size = abs(now - was)
    change = Change(column, key, was, now, size, size / abs(was) if was else None)
    if made.largest is None or size > made.largest.absolute:
        made.largest = change
    if change.relative is not None and change.relative > _relative(made.largest_relative):
        made.largest_relative = change


def _relative(change: Change | None) -> float:
    return -1.0 if change is None or change.relative is None else change.relative
