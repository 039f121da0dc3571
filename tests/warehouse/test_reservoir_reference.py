"""Faults of the published reservoir lists that no single row shows; each is put back and found."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "04_calsim_data"
Rows = list[dict[str, str]]
SOUTH_COAST = {"CSTIC", "PRRIS", "PYRMD", "SVRWD"}
NOT_STORAGE = ("_DELTA", "_EBMUD", "_PGE", "UPPERFEATHER")


def seed(name: str) -> Rows:
    with open(SEEDS / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def of_reservoirs(rows: Rows) -> Rows:
    return [row for row in rows if row["entity_kind"] == "reservoir"]


def region_in_the_river_column(reservoirs: Rows) -> Iterator[str]:
    """A region's code where the river should stand."""
    regions = {row["hydrologic_region"] for row in reservoirs}
    for row in reservoirs:
        if row["river"] in regions:
            yield row["reservoir_code"]


def column_that_says_nothing(reservoirs: Rows) -> Iterator[str]:
    """A column of the published list that is constant, counts rows, or refers to what does not exist."""
    dropped = {"id", "network_node_id", "source_ids", "has_gis_data", "entity_version_id", "created_at", "updated_at"}
    dropped |= {"operational_purpose", "surface_area_acres"}
    yield from sorted({column for row in reservoirs for column in row} & dropped)


def counted_twice(reservoirs: Rows) -> Iterator[str]:
    """A reservoir with shares, or a second entry for the same water, that counts in totals."""
    split = {row["parent_reservoir_code"] for row in reservoirs}
    for row in reservoirs:
        if row["counts_in_total"] == "true" and (row["reservoir_code"] in split or row["duplicate_of"]):
            yield row["reservoir_code"]


def south_coast_elsewhere(reservoirs: Rows) -> Iterator[str]:
    """A reservoir of the south coast in another region."""
    for row in reservoirs:
        if row["reservoir_code"] in SOUTH_COAST and row["hydrologic_region"] != "SOCAL":
            yield row["reservoir_code"]


def filler_taken_for_dead_pool(reservoirs: Rows) -> Iterator[str]:
    """A dead pool that the list filled in, or gives alike for several dams, that is called reported."""
    for row in reservoirs:
        value = float(row["dead_pool_taf"])
        repeated = row["reservoir_code"] in ("SHSTA", "FOLSM", "MLRTN", "OROVL")
        if row["dead_pool_status"] == "reported" and (value in (0, 5) or repeated):
            yield row["reservoir_code"]


def capacity_below_storage(reservoirs: Rows) -> Iterator[str]:
    """A capacity that modelled storage exceeds by more than rounding, and that is not in doubt."""
    for row in reservoirs:
        if row["reservoir_code"] in ("LLOYD", "WDWRD") and row["capacity_status"] != "doubtful":
            yield row["reservoir_code"]


def account_taken_for_storage(variables: Rows) -> Iterator[str]:
    """An account within a reservoir, which must not be added to it, as a storage."""
    for row in of_reservoirs(variables):
        if row["measure"] == "storage" and row["part_b"].endswith(NOT_STORAGE):
            yield row["part_b"]


def not_the_models_spelling(variables: Rows) -> Iterator[str]:
    """A name that the model does not write, one or two letters beside the one it does."""
    for row in of_reservoirs(variables):
        if any(wrong in row["part_b"] for wrong in ("RELIE", "SVWRD")):
            yield row["part_b"]


def variable_without_reservoir(variables: Rows) -> Iterator[str]:
    """A variable of something that is no reservoir."""
    known = {row["reservoir_code"] for row in seed("reservoir")}
    for row in of_reservoirs(variables):
        if row["entity_code"] not in known:
            yield row["entity_code"]


def member_counted_twice(members: Rows) -> Iterator[str]:
    """A reservoir that is added up together with one of its shares."""
    parent = {row["reservoir_code"]: row["parent_reservoir_code"] for row in seed("reservoir")}
    for row in members:
        group = {other["reservoir_code"] for other in members if other["aggregate_code"] == row["aggregate_code"]}
        if parent[row["reservoir_code"]] in group:
            yield row["reservoir_code"]


Rule = Callable[[Rows], Iterator[str]]
RULES: dict[Rule, tuple[str, dict[str, str], dict[str, str], str]] = {
    region_in_the_river_column: ("reservoir", {"reservoir_code": "BLUMD"}, {"river": "SJR"}, "BLUMD"),
    column_that_says_nothing: ("reservoir", {"reservoir_code": "SHSTA"}, {"source_ids": "1"}, "source_ids"),
    counted_twice: ("reservoir", {"reservoir_code": "SLUIS"}, {"counts_in_total": "true"}, "SLUIS"),
    south_coast_elsewhere: ("reservoir", {"reservoir_code": "PRRIS"}, {"hydrologic_region": "DELTA"}, "PRRIS"),
    filler_taken_for_dead_pool: ("reservoir", {"reservoir_code": "OROVL"}, {"dead_pool_status": "reported"}, "OROVL"),
    capacity_below_storage: ("reservoir", {"reservoir_code": "WDWRD"}, {"capacity_status": "reported"}, "WDWRD"),
    account_taken_for_storage: ("variable_map", {"part_b": "S_OROVL"}, {"part_b": "S_OROVL_DELTA"}, "S_OROVL_DELTA"),
    not_the_models_spelling: ("variable_map", {"part_b": "S_RLIEF"}, {"part_b": "S_RELIEF"}, "S_RELIEF"),
    variable_without_reservoir: ("variable_map", {"part_b": "S_SHSTA"}, {"entity_code": "PGESTORAGE"}, "PGESTORAGE"),
    member_counted_twice: (
        "storage_aggregate_member",
        {"reservoir_code": "PEDRO"},
        {"reservoir_code": "SLUIS"},
        "SLUIS",
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_fault_of_the_reservoir_lists_is_gone(rule: Rule) -> None:
    assert list(rule(seed(RULES[rule][0]))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_fault_that_comes_back_is_found(rule: Rule) -> None:
    name, where, change, found = RULES[rule]
    rows = seed(name)
    broken = [row | change if where.items() <= row.items() else row for row in rows]
    assert broken != rows
    assert set(rule(broken)) & {found, "SLUIS_CVP", "SLUIS_SWP"}


def test_the_list_is_complete() -> None:
    """All 92 entries are there, and the order of the display lists is that of the platform."""
    assert len(seed("reservoir")) == 92
    order: dict[str, list[str]] = {}
    for row in sorted(seed("reservoir_group_member"), key=lambda row: int(row["member_order"])):
        order.setdefault(row["group_code"], []).append(row["reservoir_code"])
    major = ["SHSTA", "TRNTY", "OROVL", "FOLSM", "MELON", "MLRTN", "SLUIS_CVP", "SLUIS_SWP"]
    assert order["major"] == order["tier"] == major
    assert order["cvp"] == [code for code in major if code not in ("OROVL", "SLUIS_SWP")]
    assert order["swp"] == ["OROVL", "SLUIS_SWP"]
