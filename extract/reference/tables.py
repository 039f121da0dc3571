"""The tables that `/api/v1/tables` offers, written from the contracts of the `api_` models."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from extract.reference.manifest import Manifest, key_of

PAGE = "api/tables.json"
EXPOSURE = "dbt_project/models/api/_tables__exposures.yml"
PREFIX = "api_"
UNITS = "seeds/01_lookup/unit.csv"
NUMBERS = ("double precision", "double precision[]")
SHARE = re.compile(r"(^|_)(cv|prob|reliability|gini)(_|$)")
COUNT = re.compile(r"(_count|^members_present|^expected_locations)$")
DEGREE = re.compile(r"(^|_)(latitude|longitude)$")
ASPECTS = ("topic_code", "measure_code", "period_code", "statistic_code", "season_code")
"""Codes of a key that are not what the row is about."""
ATTRIBUTES = ("category", "hydroclimate", "hydrologic_region", "sibling_group", "year_type_code")
"""Columns beside the key by which people choose rows, where a table has them."""

_EXPOSURE = """version: 2

# Written by `coeqwal reference pages`.
exposures:
  - name: table_routes
    label: Tables
    type: application
    maturity: medium
    description: Every served view as a table of its own, row by row, under the names that the models give.
    owner: {name: COEQWAL warehouse maintainers}
    meta:
      routes:
        - /api/v1/scenarios
        - /api/v1/tables
        - /api/v1/tables/{table}
    depends_on:
"""


def text(manifest: Manifest, project: Path) -> str:
    """The file's text: name, description, grain, filters and columns of each table, by name."""
    units = _units(project)
    described = [_table(manifest, node, units) for node in _models(manifest)]
    return f"[\n{_joined(map(_lines, described))}\n]\n"


def exposure(manifest: Manifest) -> str:
    """The text of the exposure that says that `/api/v1` reads every `api_` model."""
    return _EXPOSURE + "".join(f"      - ref('{node['name']}')\n" for node in _models(manifest))


def _models(manifest: Manifest) -> list[dict[str, Any]]:
    """The `api_` models by name."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted((node for node in nodes if node["name"].startswith(PREFIX)), key=lambda node: str(node["name"]))


def _lines(table: dict[str, Any]) -> str:
    """A table as JSON, with a line for each column, so that differences can be read."""
    columns = _joined(f"  {_json(column)}" for column in table["columns"])
    head = _json({key: value for key, value in table.items() if key != "columns"}).removesuffix("}")
    return f' {head}, "columns": [\n{columns}\n ]}}'


def _joined(parts: Iterable[str]) -> str:
    return ",\n".join(parts)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _units(project: Path) -> dict[str, str]:
    """Last token of a column's name → unit."""
    with open(project / UNITS, newline="", encoding="utf-8") as file:
        named = {row["column_suffix"]: row["unit_code"] for row in csv.DictReader(file)}
    return {**named, "pct": "%"}


def _table(manifest: Manifest, node: dict[str, Any], units: dict[str, str]) -> dict[str, Any]:
    grain = key_of(manifest, node)
    required = node["config"]["meta"].get("required_filters", ())
    columns = node["columns"].values()
    by_row = any(column["name"] == "unit" for column in columns)
    return {
        "name": node["name"].removeprefix(PREFIX),
        "description": _one_line(node["description"]),
        "grain": grain,
        "filters": [
            {"parameter": parameter, "column": column, "required": column in required}
            for column, parameter in _parameters(grain, node["columns"]).items()
        ],
        "columns": [
            {
                "name": column["name"],
                "type": column["data_type"],
                "unit": _unit(column["name"], column["data_type"], units, by_row),
                "description": _one_line(column["description"]),
            }
            for column in columns
        ],
    }


def _parameters(grain: tuple[str, ...], columns: Collection[str]) -> dict[str, str]:
    """Column → the parameter that filters by it: scenario, entity, else the column's own name."""
    subjects = [column for column in grain if column.endswith("_code") and column not in ASPECTS]
    entity = {subjects[-1]: "entity"} if subjects else {}
    chosen = dict.fromkeys([*grain, *(column for column in ATTRIBUTES if column in columns)])
    return {column: entity.get(column, column.removesuffix("_id")) for column in chosen}


def _unit(name: str, kind: str, units: dict[str, str], by_row: bool) -> str | None:
    """Unit of a column's numbers; none for codes, years, ranks and what is no number."""
    if kind == "integer":
        return "count" if COUNT.search(name) else None
    if kind not in NUMBERS:
        return None
    if named := units.get(name.rpartition("_")[2]):
        return named
    if SHARE.search(name):
        return "fraction"
    if DEGREE.search(name):
        return "degree"
    return "as in the column unit" if by_row else None


def _one_line(description: str) -> str:
    return " ".join(description.split())
