"""The names of `variable_map` against a public list of CalSim3 variables: each is there, or there is a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documentation import variable_names
from tests.documentation.documentation_rules import ROOT

SEED = ROOT / "seeds" / "04_calsim_data" / "variable_map.csv"
LISTED = {"DN_24_NU2": ("SW-DELIVERY-NET", "CFS"), "DL_24_NU2": ("DELIVERY-LOSS", "CFS")}


def row(**given: str) -> dict[str, str]:
    """A row of the map; what is not given is a delivery that the list has."""
    return {
        "entity_kind": "urban_demand_unit",
        "entity_code": "24_NU2",
        "measure": "delivery",
        "dss_kind": "dv",
        "part_b": "DN_24_NU2",
        "part_c": "SW-DELIVERY-NET",
        "part_c_fallback": "",
        "units": "CFS",
        "confidence": "listed",
        "needs_confirmation": "false",
    } | given


@pytest.mark.parametrize(
    ("given", "explanation"),
    [
        ({}, variable_names.FOUND),
        ({"part_c": "FLOW", "part_c_fallback": "SW-DELIVERY-NET"}, variable_names.FOUND_FALLBACK),
        ({"part_c": "FLOW"}, "other part C there: SW-DELIVERY-NET"),
        ({"units": "TAF"}, "other unit there: CFS"),
        ({"part_b": "DN_24_NU3"}, variable_names.UNEXPLAINED),
        ({"part_b": "DN_24_NU3", "confidence": "published"}, variable_names.UNEXPLAINED),
        ({"part_b": "DN_24_NU3", "confidence": "pattern"}, "naming pattern unconfirmed"),
        ({"part_b": ""}, "constant, no variable"),
        (
            {"part_b": "UD_24_NU2", "dss_kind": "sv", "confidence": "published"},
            "input of the model; the list is of its output",
        ),
        ({"part_b": "SHRTG_24_NU2", "confidence": "published"}, "shortage family, not in the list"),
    ],
)
def test_a_name_is_explained(given: dict[str, str], explanation: str) -> None:
    assert variable_names.explain(row(**given), LISTED) == explanation


def test_a_family_explains_only_while_the_list_has_none_of_it() -> None:
    missing = row(part_b="SHRTG_24_NU2", confidence="published")
    listed = LISTED | {"SHRTG_02_PU": ("SHORTAGE", "CFS")}
    assert variable_names.explain(missing, listed) == variable_names.UNEXPLAINED
    assert variable_names.unexplained([missing], listed) == [
        "urban_demand_unit 24_NU2 delivery SHRTG_24_NU2 (SW-DELIVERY-NET, CFS): UNEXPLAINED"
    ]


def test_the_report_counts_and_names() -> None:
    text = variable_names.report([row(), row(part_b="DN_24_NU3")], LISTED)
    assert "UNEXPLAINED |    1 | DN_24_NU3" in text
    assert text.endswith("1 of 2 rows name a listed variable with the same part C and unit")


@pytest.mark.real_data
def test_each_name_of_the_map_is_listed_or_explained(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = variable_names.read_listed(real_data / "calsim3" / "calsim3_variables_dcr2023.json")
    rows = variable_names.read_map(SEED)
    with capsys.disabled():
        print("\n" + variable_names.report(rows, listed))
    assert len(listed) == 6174
    assert variable_names.unexplained(rows, listed) == []
