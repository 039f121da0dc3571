"""The seed `expected_row_counts`: figures of the scenarios that are loaded, beside those that were reviewed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

SEED = "seeds/08_verification/expected_row_counts.csv"
HEADER = ("scenario_id", "table_name", "load_id", "expected_rows", "reason")
QUERY = """
select scenario_id, table_name, actual_rows, load_id
from verification.fct_verification_row_count
where scenario_id = any(%s)
order by scenario_id, table_name
"""


@dataclass(frozen=True, order=True)
class Figure:
    """A row of the seed."""

    scenario_id: str
    table_name: str
    load_id: str
    expected_rows: int
    reason: str


def read(path: Path) -> list[Figure]:
    """The reviewed figures of the seed file."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Figure(s, table, load, int(rows), reason) for s, table, load, rows, reason in list(csv.reader(file))[1:]
        ]


def counted(link: psycopg.Connection, scenarios: Iterable[str]) -> list[Figure]:
    """Figures of these scenarios as the warehouse has them now; none for a scenario that is not loaded."""
    rows = link.execute(QUERY, [sorted(set(scenarios))])
    return [Figure(s, table, load, rows, "as the models gave them") for s, table, rows, load in rows]


def updated(reviewed: Iterable[Figure], now: Iterable[Figure]) -> list[Figure]:
    """Reviewed figures with those of the warehouse in their place.

    A figure that has not changed keeps its reason, and a scenario that is not loaded here keeps its figures.
    """
    old = {(f.scenario_id, f.table_name): f for f in reviewed}
    new = {(f.scenario_id, f.table_name): f for f in now}
    loaded = {scenario for scenario, _ in new}
    kept = {key: figure for key, figure in old.items() if key[0] not in loaded}
    for key, figure in new.items():
        before = old.get(key)
        kept[key] = before if before and replace(figure, reason=before.reason) == before else figure
    return sorted(kept.values())


def differences(reviewed: Iterable[Figure], now: Iterable[Figure]) -> list[str]:
    """One line for each figure that the warehouse does not confirm, unless another load was reviewed."""
    reviewed, now = list(reviewed), list(now)
    old = {(f.scenario_id, f.table_name): f.expected_rows for f in reviewed}
    new = {(f.scenario_id, f.table_name): f.expected_rows for f in now}
    loaded = {f.scenario_id: f.load_id for f in now}
    other_load = {f.scenario_id for f in reviewed if loaded.get(f.scenario_id) != f.load_id}
    compared = loaded.keys() - other_load
    keys = sorted(key for key in old.keys() | new.keys() if key[0] in compared and old.get(key) != new.get(key))
    return [f"{s} {table}: reviewed {old.get((s, table))}, now {new.get((s, table))}" for s, table in keys]


def as_csv(figures: Iterable[Figure]) -> str:
    """The seed's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((f.scenario_id, f.table_name, f.load_id, f.expected_rows, f.reason) for f in figures)
    return text.getvalue()
