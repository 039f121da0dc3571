"""Every fault of the inherited reference data names a test that would catch it coming back, and that test exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from extract.reference.manifest import required

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "dbt_project" / "docs" / "reviewer" / "reference_faults"
INDEX = "README.md"
KINDS = {
    "relationship": "relationships",
    "accepted values": "accepted_values",
    "range": "within_range",
    "not NULL": "not_null",
    "unique": "unique",
}
"""Words before or behind a column that stand for its general dbt test: relationship of `unit`."""


@dataclass(frozen=True)
class Known:
    """What there is.

    Attributes:
        tests: names of tests, and paths of test files.
        general: kinds of the general dbt tests, by `column` and `relation.column`.
        relations: names of seeds and models.
    """

    tests: set[str]
    general: dict[str, set[str]]
    relations: set[str]


def pytest_names() -> set[str]:
    """Names of all pytest functions of the repository."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def general_tests(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """Kinds of the general dbt tests by `column` and `relation.column`."""
    found: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if not (node.get("test_metadata") and node.get("attached_node")):
            continue
        kind, arguments = node["test_metadata"]["name"], node["test_metadata"]["kwargs"]
        relation = node["attached_node"].rpartition(".")[2]
        said = {(column, kind) for column in [arguments.get("column_name"), *arguments.get("columns", ())] if column}
        said |= {(column, "not_null") for column in required([node])}
        for column, kind in said:
            for name in (column, f"{relation}.{column}"):
                found.setdefault(name, set()).add(kind)
    return found


@pytest.fixture(scope="module")
def known(manifest: dict[str, Any]) -> Known:
    """What a page may name: tests of dbt, pytest functions and files, columns with general tests."""
    nodes = [*manifest["nodes"].values(), *manifest["unit_tests"].values()]
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}
    tests = pytest_names() | files | {n["name"] for n in nodes if n["resource_type"] in ("test", "unit_test")}
    relations = {n["name"] for n in nodes if n["resource_type"] in ("seed", "model")}
    return Known(tests, general_tests(manifest), relations)


def rows(page: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row of the page's tables, without headings and rules."""
    lines = page.splitlines()
    for number, line in enumerate(lines, start=1):
        is_heading = number < len(lines) and lines[number].startswith("|-")
        if line.startswith("|") and not line.startswith("|-") and not is_heading:
            yield number, [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def problems(page: str, known: Known) -> Iterator[str]:
    """Rows with an empty cell, and rows whose last cell names no test or one that does not exist."""
    found = list(rows(page))
    if not found:
        yield "no row"
    for number, cells in found:
        if len(cells) < 3 or not all(cells):
            yield f"line {number}: a cell is missing or empty"
        names = [name.rpartition("::")[2].partition("[")[0] for name in re.findall(r"`([^`]+)`", cells[-1])]
        kinds = {kind for word, kind in KINDS.items() if word in cells[-1]}
        if not any(name in known.tests or known.general.get(name, set()) & kinds for name in names):
            yield f"line {number}: names no test"
        known_names = known.tests | set(known.general) | known.relations | set(KINDS)
        yield from (f"line {number}: there is no test {name}" for name in names if name not in known_names)


def test_every_fault_names_a_test_that_exists(known: Known) -> None:
    pages = [path for path in sorted(FOLDER.glob("*.md")) if path.name != INDEX]
    found = {path.name: list(problems(path.read_text(encoding="utf-8"), known)) for path in pages}
    assert pages
    assert {name: lines for name, lines in found.items() if lines} == {}


KNOWN = Known({"a_test"}, {"code": {"relationships"}, "unit.code": {"relationships"}}, {"unit"})
HEAD = "# Faults\n\n| fault | what became of it | test |\n|---|---|---|\n"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("| a | corrected | `no_such_test` |", ["line 5: names no test", "line 5: there is no test no_such_test"]),
        ("| a | corrected | somebody looks |", ["line 5: names no test"]),
        ("| a | | `a_test` |", ["line 5: a cell is missing or empty"]),
        ("| a | `a_test` |", ["line 5: a cell is missing or empty"]),
        ("| a | corrected | `a_test`, `b_test` |", ["line 5: there is no test b_test"]),
        ("| a | corrected | relationship of `code` to `unit` |", []),
        ("| a | corrected | `unit.code` is not NULL |", ["line 5: names no test"]),
        ("| a | corrected | `unit` |", ["line 5: names no test"]),
        ("| a \\| b | corrected | `tests/x.py::a_test[one]` |", []),
        ("", ["no row"]),
    ],
)
def test_row_that_names_no_test_is_found(row: str, problem: list[str]) -> None:
    assert list(problems(f"{HEAD}{row}\n", KNOWN)) == problem
