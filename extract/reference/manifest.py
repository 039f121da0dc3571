"""Seeds, dimensions and facts of the dbt project, read from its manifest: columns, types, keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extract.settings import PROJECT, settings
from extract.warehouse.dbt import dbt

Manifest = dict[str, Any]
DIMENSIONS = "dbt_project/models/marts/reference/"
STORED = ("seed", "table", "incremental")


@dataclass(frozen=True)
class Relation:
    """A relation that people join: a seed, a dimension (some are views) or a stored fact.

    Attributes:
        columns: declared type by column, in declared order; an empty type where none is declared.
        required: columns that a test says are not NULL.
    """

    schema: str
    name: str
    columns: dict[str, str]
    required: frozenset[str]


def parse(project: Path = PROJECT) -> Manifest:
    """The manifest of the project as it is now, by `dbt parse`, which needs no database."""
    target = settings().data_dir / "dbt" / "parse"
    dbt(["parse"], "postgresql://nobody:none@127.0.0.1:1/none", target)
    made: Manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return made


def relations(manifest: Manifest) -> list[Relation]:
    """Seeds, dimensions and facts, by schema and name."""
    tests = _tests(manifest)
    found = [
        _relation(node, tests.get(node["unique_id"], []))
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("seed", "model")
        and (node["config"]["materialized"] in STORED or node["original_file_path"].startswith(DIMENSIONS))
    ]
    return sorted(found, key=lambda r: (r.schema, r.name))


def key_of(manifest: Manifest, node: dict[str, Any]) -> tuple[str, ...]:
    """Columns of the uniqueness test that states the grain of a model or seed; none if it has no such test."""
    return _key(list(node["columns"]), _tests(manifest).get(node["unique_id"], []))


def _tests(manifest: Manifest) -> dict[str, list[dict[str, Any]]]:
    """Generic tests by the node they are attached to."""
    tests: dict[str, list[dict[str, Any]]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node") and node.get("test_metadata"):
            tests.setdefault(node["attached_node"], []).append(node)
    return tests


def _key(order: list[str], tests: list[dict[str, Any]]) -> tuple[str, ...]:
    """Of several unique keys the one whose columns come first in the relation."""
    keys = [_columns(test) for test in _of_kind(tests, "unique", "unique_grain")]
    return min(keys, key=lambda key: [order.index(column) for column in key], default=())


def _relation(node: dict[str, Any], tests: list[dict[str, Any]]) -> Relation:
    declared = node["config"].get("column_types") or {}
    columns = {
        name: str(declared.get(name) or column["data_type"] or "")
        for name, column in ({name: {"data_type": ""} for name in declared} | node["columns"]).items()
    }
    return Relation(
        schema=node["schema"],
        name=node["alias"],
        columns=columns,
        required=required(tests),
    )


def required(tests: list[dict[str, Any]]) -> frozenset[str]:
    """Columns that generic tests say are not NULL: by themselves, in a list, or in a key that is known in full."""
    found = _of_kind(tests, "not_null", "not_null_columns", "unique_grain")
    return frozenset(
        column
        for test in found
        for column in _columns(test)
        if column not in test["test_metadata"]["kwargs"].get("may_be_null", ())
    )


def _of_kind(tests: list[dict[str, Any]], *kinds: str) -> Iterator[dict[str, Any]]:
    return (test for test in tests if test["test_metadata"]["name"] in kinds)


def _columns(test: dict[str, Any]) -> tuple[str, ...]:
    arguments = test["test_metadata"]["kwargs"]
    return tuple(arguments.get("columns") or [arguments["column_name"]])
