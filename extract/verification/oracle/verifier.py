"""The question `oracle`: does a recomputation from the archived CSV files give the statistics of the database?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extract.verification import Finding, Subject
from extract.verification.oracle.comparison import TableComparison, compare
from extract.verification.oracle.run import read_files


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """A finding for each table that has a row, or should have one; the worst differences come first."""
    record = subject.record
    kinds = ["dv", "sv"] if record.sv else ["dv"]
    paths = {kind: subject.csv_file(kind) for kind in kinds}
    run = read_files(subject.scenario_id, paths)
    yield from (_finding(found) for found in compare(subject.url, run, record.receipt_id) if found.rows)


def _finding(found: TableComparison) -> Finding:
    examples = tuple(
        {**d.key, "column": d.column or "the row", "expected": d.expected, "got": d.got, "apart": d.size}
        for d in found.differences[:10]
    )
    message = f"{len(found.differences)} of {found.values} values differ: {found.differences[0]}" if examples else None
    return Finding(found.family, found.table, found.values, len(found.differences), message, examples)
