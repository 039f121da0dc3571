"""Mistakes of the published lists of demand units and contractors do not come back."""

from __future__ import annotations

import csv

import pytest

from tests.documentation.documentation_rules import ROOT

FOLDER = ROOT / "seeds" / "04_calsim_data"


def read(name: str) -> list[dict[str, str]]:
    """Rows of a seed."""
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def mistakes(units: list[dict[str, str]], contractors: list[dict[str, str]]) -> list[str]:
    """What of the published mistakes stands in these rows."""
    by_code = {unit["unit_code"]: unit for unit in units}
    known = {"26N_NU513", "90_PU5", "72_PU2", "CVP", "61_PU1", "61_PU2", "70_PU1", "72_PU1", "63_PR"}
    found = [f"{code} is no unit" for code in sorted(known & set(by_code))]
    found += [f"{code} is missing" for code in ("07S_PA", "72_PU", "26N_NU5", "90_PU") if code not in by_code]
    found += [
        f"{code} is counted twice"
        for code in ("MWD", "SCVWD")
        if by_code.get(code, {}).get("counts_in_total") == "true"
    ]
    found += [
        f"{unit['unit_code']}: project without a contractor"
        for unit in units
        if unit["kind"] == "urban" and unit["project"] and not unit["primary_contractor_code"]
    ]
    found += [
        f"{code}: access to water made up"
        for code in ("26N_PU1", "26S_PU2", "72_PU")
        if code in by_code and by_code[code]["has_groundwater"] + by_code[code]["has_surface_water"]
    ]
    found += [
        f"{code} has no name" for code in ("26N_NU5", "90_PU") if code in by_code and not by_code[code]["unit_name"]
    ]
    found += [
        f"{unit['unit_code']}: provider made up"
        for unit in units
        if unit["kind"] == "agricultural" and unit["provider"] and unit["agency"] == "Non-district"
    ]
    found += [
        f"{row['contractor_code']} is not Castaic Lake"
        for row in contractors
        if "Castaic" in row["contractor_name"] and not row["contractor_code"].startswith("CLRTA")
    ]
    return found


def test_no_published_mistake_is_back() -> None:
    assert mistakes(read("demand_unit"), read("mi_contractor")) == []


@pytest.mark.parametrize(
    ("code", "column", "value", "found"),
    [
        ("72_PU", "unit_code", "72_PU2", ["72_PU2 is no unit", "72_PU is missing"]),
        ("07S_PA", "unit_code", "CVP", ["CVP is no unit", "07S_PA is missing"]),
        ("MWD", "counts_in_total", "true", ["MWD is counted twice"]),
        ("26N_PU1", "has_groundwater", "false", ["26N_PU1: access to water made up"]),
        ("90_PU", "unit_name", "", ["90_PU has no name"]),
        ("03_NA", "provider", "CVP", ["03_NA: provider made up"]),
        ("02_PU", "project", "CVP", ["02_PU: project without a contractor"]),
    ],
)
def test_a_mistake_among_the_units_is_found(code: str, column: str, value: str, found: list[str]) -> None:
    units = [unit | ({column: value} if unit["unit_code"] == code else {}) for unit in read("demand_unit")]
    assert mistakes(units, []) == found


def test_a_wrong_label_is_found() -> None:
    contractors = [{"contractor_code": "CCHLA", "contractor_name": "Castaic Lake Water Agency"}]
    assert mistakes(read("demand_unit"), contractors) == ["CCHLA is not Castaic Lake"]


def without_members(groups: list[dict[str, str]], members: list[dict[str, str]]) -> set[str]:
    """Groups that nothing belongs to."""
    return {row["group_code"] for row in groups} - {row["group_code"] for row in members}


@pytest.mark.parametrize("kind", ["demand_unit", "mi_contractor"])
def test_every_group_has_members(kind: str) -> None:
    groups, members = read(f"{kind}_group"), read(f"{kind}_group_member")
    assert without_members(groups, members) == set()
    assert without_members([*groups, {"group_code": "nod"}], members) == {"nod"}


def test_numbers_of_entities() -> None:
    kinds = [unit["kind"] for unit in read("demand_unit")]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {"agricultural": 144, "refuge": 18, "urban": 132}
    members = [row["group_code"] for row in read("demand_unit_group_member")]
    assert members.count("tier") == 71
    parts = ("var_wba", "var_gw_only", "var_swp_contractor", "var_named_locality", "var_missing")
    assert [members.count(part) for part in parts] == [40, 3, 11, 15, 2]
    assert len(read("mi_contractor")) == 30
