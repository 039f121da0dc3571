"""Rivers, Delta, network and standards: the seeds against the public facts they were made from."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documentation.documentation_rules import ROOT, seed_rows

LOOKUP, NETWORK, CALSIM = (ROOT / "seeds" / name for name in ("01_lookup", "02_network", "04_calsim_data"))
Row = dict[str, str]


def rivers_map() -> list[Row]:
    """Rows of the variable map for reaches and the Delta."""
    return [
        r for r in seed_rows(CALSIM / "variable_map.csv") if r["entity_kind"] in ("channel_reach", "delta_variable")
    ]


def test_numbers_of_reaches_and_series_are_those_of_the_published_lists() -> None:
    """59 reaches, 20 with a minimum flow, 17 with targets; of 51 unimpaired references one was wrong."""
    reaches = seed_rows(CALSIM / "channel_reach.csv")
    counts = {m: sum(r["measure"] == m for r in rivers_map()) for m in {r["measure"] for r in rivers_map()}}
    assert len(reaches) == counts["flow"] == 59
    assert (counts["minimum_flow"], counts["functional_flow_target"], counts["unimpaired_flow"]) == (20, 17, 50)
    assert counts["ec"] == 6
    assert sorted(r["delta_side"] for r in reaches if r["delta_side"]) == ["NOD"] * 11 + ["SOD"] * 6


def test_a_reach_is_compared_with_the_unimpaired_flow_of_its_watershed() -> None:
    """All reaches of a watershed share one unimpaired flow, and no two watersheds do."""
    watershed = {r["reach_code"]: r["watershed_code"] for r in seed_rows(CALSIM / "channel_reach.csv")}
    pairs = {(watershed[r["entity_code"]], r["part_b"]) for r in rivers_map() if r["measure"] == "unimpaired_flow"}
    assert len(pairs) == len({w for w, _ in pairs}) == len({b for _, b in pairs}) == 11


def test_a_reach_lies_in_the_region_of_its_watershed() -> None:
    """But for the reaches within the Delta."""
    regions = {r["watershed_code"]: r["hydrologic_region"] for r in seed_rows(LOOKUP / "watershed.csv")}
    reaches = seed_rows(CALSIM / "channel_reach.csv")
    elsewhere = {r["reach_code"] for r in reaches if r["hydrologic_region"] != regions.get(r["watershed_code"], "")}
    without = {r["reach_code"] for r in reaches if not r["watershed_code"]}
    assert elsewhere - without == {"C_OMR014", "C_SJR013"}
    assert {r["hydrologic_region"] for r in reaches if r["reach_code"] in ("C_CLV004", "C_CHW017")} == {"SJR"}


def test_twins_are_not_mapped() -> None:
    assert [r["part_b"] for r in rivers_map() if r["part_b"].endswith("_UHH")] == []


def test_known_places_stand_in_the_network() -> None:
    """Places that the published lists lost: shifted cells, a code over two lines, arcs without ends."""
    arcs = {r["arc_code"]: r for r in seed_rows(NETWORK / "network_arc.csv")}
    nodes = {r["node_code"] for r in seed_rows(NETWORK / "network_node.csv")}
    assert (arcs["C_CAA003"]["from_node"], arcs["C_CAA003"]["to_node"]) == ("CAA003", "CAA005")
    assert arcs["C_CAA003"]["arc_name"] == "California Aqueduct total Banks export from Delta"
    assert (arcs["C_TFR000"]["from_node"], arcs["C_TFR000"]["to_node"]) == ("TFR000", "SFY033")
    assert arcs["I_ALD002"]["to_node"] == "ALD002"
    assert arcs["SG197_MOK014_30"]["kind_code"] == "SG"
    assert "D_RUB048_RRT000" in arcs
    assert not {"SFA084", "STS0172", "N/A", "19_NA"} & nodes
    both = sum(bool(r["from_node"] and r["to_node"]) for r in arcs.values())
    assert both > 2100


def without_length(arcs: list[Row]) -> list[str]:
    """Arcs whose unknown length is written as 0."""
    return [arc["arc_code"] for arc in arcs if arc["length_m"] and float(arc["length_m"]) == 0]


def test_no_length_is_zero() -> None:
    arcs = seed_rows(NETWORK / "network_arc.csv")
    assert without_length(arcs) == []
    assert without_length([arcs[0] | {"length_m": "0.0"}]) == [arcs[0]["arc_code"]]


def wrong_numbers(page: str, nodes: list[Row], arcs: list[Row]) -> list[str]:
    """Numbers of nodes and arcs that the page does not give as the seeds have them."""
    placed, unkind = sum(bool(n["latitude"]) for n in nodes), sum(not n["kind_code"] for n in nodes)
    ends = [bool(a["from_node"]) + bool(a["to_node"]) for a in arcs]
    said = (
        f"`network_node`: {len(nodes):,}; {placed:,} with a place; {unkind:,} without a kind\n",
        f"`network_arc`: {len(arcs):,}; {ends.count(2):,} with both ends, {ends.count(1):,} with one\n",
    )
    return [line for line in said if line not in page]


def test_numbers_on_the_page_are_those_of_the_seeds() -> None:
    page = (ROOT / "dbt_project" / "docs" / "reviewer" / "reference_faults" / "rivers_delta_network.md").read_text()
    nodes, arcs = (seed_rows(NETWORK / f"network_{kind}.csv") for kind in ("node", "arc"))
    assert wrong_numbers(page, nodes, arcs) == []
    assert len(wrong_numbers(page, nodes[1:], arcs[1:])) == 2


def classify(index_code: str, value: float) -> str:
    """Type of a year by the seed's bounds; exactly one fits."""
    types = []
    for row in seed_rows(LOOKUP / "water_year_type.csv"):
        low, high = float(row["lower_bound_maf"] or "-inf"), float(row["upper_bound_maf"] or "inf")
        above = value > low or (value == low and row["lower_bound_belongs"] == "true")
        below = value < high or (value == high and row["upper_bound_belongs"] == "true")
        if row["index_code"] == index_code and above and below:
            types.append(row["type_code"])
    assert len(types) == 1, (index_code, value, types)
    return types[0]


@pytest.mark.parametrize("index_code", ["SAC_40_30_30", "SJR_60_20_20"])
def test_every_index_value_has_one_type(index_code: str) -> None:
    """Also on the bounds themselves, which the decision puts to one side or the other."""
    assert [classify(index_code, hundredths / 100) for hundredths in range(1600)]


def wsihist(path: Path) -> Iterator[tuple[str, float, float, float, float, str]]:
    """Index code, October-March and April-July runoff, index before, index, type; years from 1907 on."""
    before: dict[str, float] = {}
    for line in path.read_text().splitlines():
        cells = line.split()
        if len(cells) == 11 and re.fullmatch(r"\d{4}", cells[0]):
            for index_code, part in (("SAC_40_30_30", cells[1:6]), ("SJR_60_20_20", cells[6:11])):
                winter, spring, _, index = map(float, part[:4])
                if index_code in before:
                    yield index_code, winter, spring, before[index_code], index, part[4]
                before[index_code] = index


@pytest.mark.real_data
def test_indices_and_types_of_history_follow_from_the_seeds(real_data: Path) -> None:
    """WSIHIST 1907-2023: the index from weights and cap within its rounding, and the type from the bounds.

    The type follows the index before it was rounded: 1921 has 9.20 and is above normal, from 9.194.
    """
    terms = {(r["index_code"], r["term"]): r for r in seed_rows(LOOKUP / "water_year_index_constant.csv")}
    years, on_a_bound, wrong = 0, [], []
    for code, winter, spring, before, index, type_code in wsihist(real_data / "water_year" / "wsihist.txt"):
        weight = {t: float(terms[code, t]["weight_fraction"]) for c, t in terms if c == code}
        capped = min(before, float(terms[code, "previous_index"]["cap_maf"]))
        computed = (
            weight["april_july_runoff"] * spring
            + weight["october_march_runoff"] * winter
            + weight["previous_index"] * capped
        )
        years += 1
        if classify(code, index) != type_code:
            on_a_bound.append((code, index, classify(code, computed), type_code))
        if abs(computed - index) > 0.011:
            wrong.append((code, index, computed))
    assert years == 2 * 117
    assert wrong == []
    assert on_a_bound == [("SAC_40_30_30", 9.2, "AN", "AN")]


@pytest.mark.real_data
def test_decision_tables_came_over_complete(real_data: Path) -> None:
    """Each number of tables 2 to 4 as transcribed is in a seed."""
    folder = real_data / "water_year" / "d1641"
    months = dict(zip(("FEB", "MAR", "APR", "MAY", "JUN"), range(5, 10), strict=True))
    stations = {"Chipps Island": "CHIPPS", "Port Chicago": "PORTC"}
    days = {
        (r["station_code"], int(r["water_month"]), float(r["previous_index_taf"])): int(r["required_days"])
        for r in seed_rows(LOOKUP / "d1641_x2_days.csv")
    }
    seen = set()
    for row in seed_rows(folder / "table4_days_x2.csv"):
        for name, month in months.items():
            key = (stations[row["location"]], month, float(row["pmi_taf"].strip("<>")))
            assert days[key] == int(row[name]), key
            seen.add(key)
    assert seen == set(days)
    limits = {(r["station_code"], r["type_code"], float(r["limit_ecs"])) for r in seed_rows(LOOKUP / "d1641_ec.csv")}
    for row in seed_rows(folder / "table2_western_delta_ec.csv"):
        code = {"Emmaton": "EM", "Jersey Point": "JP"}.get(row["station"])
        for value in (row["base_ec_mmhos"], row["ec_after_mmhos"]):
            if code and value:
                assert (code, row["wyt"], round(float(value) * 1000)) in limits
    flows = {
        (r["water_month"], r["type_code"], r["condition_code"]): r for r in seed_rows(LOOKUP / "d1641_outflow.csv")
    }
    names = ("Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep")
    for row in seed_rows(folder / "table3_ndoi_min_monthly_cfs.csv"):
        for code in ("W", "AN", "BN", "D", "C"):
            flow = flows[str(names.index(row["month"]) + 1), code, "always"]
            assert float(flow["minimum_cfs"]) == float(row[code] or 7100)


@pytest.mark.real_data
def test_listed_variables_are_in_the_public_list(real_data: Path) -> None:
    """Names with confidence `listed` stand in the DCR 2023 list with this part C and unit; arcs say so rightly."""
    variables = json.loads((real_data / "calsim3" / "calsim3_variables_dcr2023.json").read_text())["variables"]
    listed = [r for r in rivers_map() if r["confidence"] == "listed"]
    assert len(listed) == 61
    for row in listed:
        entry = variables[row["part_b"]]
        assert (entry["c_part"], entry["units"]) == (row["part_c"], row["units"]), row["part_b"]
    others = {r["part_b"] for r in rivers_map() if r["confidence"] != "listed"}
    assert sorted(others & set(variables)) == []
    for arc in seed_rows(NETWORK / "network_arc.csv"):
        assert (arc["is_in_model_list"] == "true") == (arc["arc_code"] in variables), arc["arc_code"]


@pytest.mark.real_data
def test_seasons_are_the_published_ones(real_data: Path) -> None:
    months: dict[str, list[int]] = {}
    for row in sorted(
        seed_rows(CALSIM / "env_flow_season_month.csv"), key=lambda r: (r["season_code"], int(r["month_of_season"]))
    ):
        months.setdefault(row["season_code"], []).append(int(row["water_month"]))
    with open(real_data / "published" / "env_flow_season.csv", newline="", encoding="utf-8") as file:
        assert months == {r["short_code"]: json.loads(r["wy_months"]) for r in csv.DictReader(file)}
