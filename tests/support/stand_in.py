"""Rows of the stand-in: what its views hold, made by rule from the contracts of the dbt models, or by hand.

Scenarios:

* s0001: every value different, so that a swapped column shows; no results for the third entity of a family.
* s0002: the first entity has NULL in every measure, the second 0, the third NaN.
* s0003: in the registry and not active; it has results, which nobody may see.

Each scenario with results has them a second time from another load, which nobody may see either.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

Contract = Mapping[str, Mapping[str, str]]
Row = dict[str, Any]

RESERVOIRS = {"SHSTA": "Shasta", "OROVL": "Oroville", "FOLSM": "Folsom"}
GROUPS = {"major": ["SHSTA", "OROVL", "FOLSM"], "cvp": ["SHSTA", "FOLSM"], "swp": ["OROVL"], "tier": ["OROVL", "SHSTA"]}
OTHER_LOAD = "ffffffffffff"

ENTITIES: dict[str, dict[str, str]] = {
    "api_reservoir": RESERVOIRS,
    "api_storage_aggregate": {"NOD_STORAGE": "North of Delta", "SOD_STORAGE": "South of Delta"},
    "api_cws_aggregate": {"swp_total": "SWP Total", "mwd": "Metropolitan", "cvp_nod": "CVP North"},
    "api_ag_aggregate": {"swp_pag": "SWP farms", "nod_ag": "North farms", "sod_ag": "South farms"},
    "api_refuge_aggregate": {"cvp_prf_n": "Refuges north", "cvp_prf_s": "Refuges south", "cvp_prf_total": "Refuges"},
    "api_contractor": {"ACFC": "Zone 7", "MWD": "Metropolitan Water District", "NAPA": "Napa"},
    "api_urban": {"02_PU": "Redding", "26S_PU4": "Folsom Prison", "72_PU": "Merced"},
    "api_agricultural": {"02_NA": "Cottonwood", "64_XA": "Madera", "90_PA": "Westlands"},
    "api_refuge": {"11_PR": "Sacramento Refuge", "17_NR": "Gray Lodge", "91_PR": "Kern Refuge"},
    "api_env_flow": {"SAC_KES": "Keswick", "AMR_NIM": "Nimbus", "SJR_VNS": "Vernalis"},
    "api_channel": {"SAC_KES": "Keswick", "AMR_NIM": "Nimbus", "SJR_VNS": "Vernalis"},
    "api_delta": {"x2": "X2", "em_ec": "Emmaton", "ndo": "Outflow"},
    "api_tier": {"ENV_FLOWS": "Environmental flows", "DELTA_ECO": "Delta ecology", "AG_REV": "Farm revenue"},
}
"""Begin of a view's name → code and name of its entities; the longest begin counts."""

ENTITY_COLUMNS = (
    "reservoir_code", "aggregate_code", "contractor_code", "unit_code", "reach_code", "variable_code", "tier_code",
    "subject_code", "entity_code", "season_code", "index_code",
)  # fmt: skip
"""The columns that may tell a view's entities apart; the first one that a view has counts."""

DIMENSIONS: dict[str, Sequence[Any]] = {
    "water_month": (1, 12),
    "water_year": (1922, 1923),
    "season_code": ("wet_peak", "dry"),
    "year_type_number": (1, 5),
    "location_code": ("LOC_1", "LOC_2"),
}
"""Further columns that tell the rows of an entity apart."""

TEXTS = {"dead_pool_basis": "constant 115 TAF", "flood_level_basis": "series level 5", "hydrologic_region": "SAC"}


def fill(link: psycopg.Connection, contract: Contract, by_hand: Mapping[str, Sequence[Row]]) -> None:
    """Insert the rows of every view.

    Args:
        link: a connection to the stand-in.
        contract: view → column → type.
        by_hand: view → its rows, where the rule does not do; columns that the contract lacks are left out.
    """
    for view, columns in contract.items():
        rows = by_hand[view] if view in by_hand else list(_results(view, columns))
        for row in rows:
            known = {name: value for name, value in row.items() if name in columns}
            link.execute(
                sql.SQL("insert into stand_in.{} ({}) values ({})").format(
                    sql.Identifier(view),
                    sql.SQL(", ").join(map(sql.Identifier, known)),
                    sql.SQL(", ").join(sql.Placeholder() * len(known)),
                ),
                list(known.values()),
            )


def scenarios() -> list[Row]:
    """The registry."""
    titles = ("Baseline", None, "Planned")
    return [_scenario(f"s000{number}", title) for number, title in enumerate(titles, 1)]


def reservoirs() -> list[Row]:
    """The catalogue of reservoirs."""
    return [
        {
            "reservoir_code": code, "reservoir_name": name, "hydrologic_region": "SAC", "river": None,
            "capacity_taf": 4552.004, "capacity_status": "confirmed", "dead_pool_taf": 115,
            "groups": [group for group, members in GROUPS.items() if code in members], "sort_order": order,
        }
        for order, (code, name) in enumerate(RESERVOIRS.items(), 1)
    ]  # fmt: skip


def reservoir_groups() -> list[Row]:
    """The groups of reservoirs."""
    return [
        {
            "group_code": group, "group_name": f"Group {group}", "sort_order": order, "reservoir_code": code,
            "reservoir_name": RESERVOIRS[code], "member_order": place,
        }
        for order, (group, members) in enumerate(GROUPS.items(), 1)
        for place, code in enumerate(members, 1)
    ]  # fmt: skip


def verification() -> list[Row]:
    """Questions about the numbers of s0001, one of each status, and of s0003, which nobody looked at."""
    cells = (
        ("s0001", "dss_csv", "all", "passed", 2), ("s0001", "trend_report", "all", "not_checked", 1),
        ("s0001", "oracle", "reservoir", "failed", 3), ("s0001", "dbt_tests", "reservoir", "error", 40),
        ("s0001", "oracle", "urban", "unknown", 0), ("s0001", "oracle", "delta", "not_applicable", 0),
        ("s0003", "dss_csv", "all", "unknown", 0),
    )  # fmt: skip
    families = {
        "all": "Model run as a whole",
        "reservoir": "Reservoirs",
        "urban": "Urban demand units",
        "delta": "Delta",
    }
    made = "2026-11-20 08:00:0{}+00"
    return [
        {
            "scenario_id": scenario, "question_code": question, "question": f"Is {question} right?",
            "family_code": family, "family_name": families[family], "status": status,
            "severity": "informs" if question == "trend_report" else "blocks_activation", "verifier": "oracle",
            "command": f"coeqwal verify SCENARIO --question {question}", "load_id": f"{scenario}-0123456789ab",
            "check_count": checks, "passed_count": checks if status == "passed" else max(checks - 1, 0),
            "reason": "nobody looked" if status == "unknown" else None,
            "examples": ["fct_x: 1 of 9 values differs"] if status == "failed" else None,
            "recorded_at": made.format(number) if checks else None,
            "question_order": number, "family_order": list(families).index(family) + 1,
        }
        for number, (scenario, question, family, status, checks) in enumerate(cells, 1)
    ]  # fmt: skip


def _scenario(identity: str, title: str | None) -> Row:
    active = identity != "s0003"
    return {
        "scenario_id": identity, "run_name": f"{identity}_DCR2023_adjBL", "name": title, "short_title": title,
        "description": None, "hydroclimate": "historical", "sibling_group": "baseline", "is_active": active,
        "load_id": f"{identity}-0123456789ab" if active else None,
        "loaded_at": "2026-11-20 08:00:00+00" if active else None, "kind": "model_run" if active else None,
        "first_month": "1921-10-01" if active else None, "last_month": "2021-09-01" if active else None,
    }  # fmt: skip


def entities_of(view: str) -> dict[str, str]:
    """Code and name of the entities of a view."""
    begins = [begin for begin in ENTITIES if view.startswith(begin)]
    return ENTITIES[max(begins, key=len)] if begins else {"A": "Entity A", "B": "Entity B", "C": "Entity C"}


def _results(view: str, columns: Mapping[str, str]) -> Iterator[Row]:
    """Rows of a view by the rule; the number of a row and the name of a column make a number that ends in .23456789."""
    entity_column = next((name for name in ENTITY_COLUMNS if name in columns), None)
    entities = entities_of(view) if entity_column else {"": ""}
    dimensions = [name for name in DIMENSIONS if name in columns and name != entity_column]
    rows = product(_loads(columns), enumerate(entities.items()), product(*(DIMENSIONS[name] for name in dimensions)))
    row_number = 0
    for (scenario, load), (position, (code, name)), place in rows:
        if scenario == "s0001" and position == 2:
            continue
        row_number += 1
        same = (None, 0.0, math.nan)[position]
        row: Row = {}
        for column, kind in columns.items():
            own = number_of(column, row_number) if scenario != "s0002" else same
            row[column] = _value(column, kind, own, code)
        named = {"unit_label", str(entity_column).replace("_code", "_name")}
        yield {
            **row, **dict.fromkeys(named, name), **dict(zip(dimensions, place, strict=True)),
            **({entity_column: code} if entity_column else {}),
            "scenario_id": scenario, "load_id": load, "sort_order": position + 1,
        }  # fmt: skip


def number_of(column: str, row_number: int) -> float:
    """What a column of s0001 holds in a row; the first entity's rows are the first ones, counted from 1."""
    return zlib.crc32(column.encode()) % 100_000 * 10 + row_number + 0.23456789


def _loads(columns: Mapping[str, str]) -> list[tuple[str | None, str | None]]:
    """Scenario and load of the rows of a view."""
    if "scenario_id" not in columns:
        return [(None, None)]
    served = [(scenario, f"{scenario}-0123456789ab") for scenario in ("s0001", "s0002")]
    if "load_id" not in columns:
        return [*served, ("s0003", None)]
    return [*served, ("s0003", "s0003-0123456789ab"), ("s0001", f"s0001-{OTHER_LOAD}")]


def _value(column: str, kind: str, number: float | None, code: str) -> Any:
    """A value of the column's type that carries the number, or nothing where the number is none."""
    known = number is not None and not math.isnan(number)
    match kind:
        case "double precision":
            return number
        case "integer" | "bigint":
            return int(number) if known and number is not None else None
        case "text":
            return TEXTS.get(column, f"{column} of {code}")
        case "boolean":
            return int(number or 0) % 2 == 1 if known else None
        case "text[]":
            return [f"{column} of {code}"]
        case "integer[]" | "double precision[]":
            return [1, 2]
        case "jsonb":
            return Jsonb({"type": "Point", "coordinates": [-121.5, 38.5]} if column == "geojson" else [])
        case "date":
            return "1921-10-01"
        case "timestamp with time zone":
            return "2026-11-20 08:00:00+00"
    raise AssertionError(f"the stand-in knows no value of the type {kind} ({column})")
