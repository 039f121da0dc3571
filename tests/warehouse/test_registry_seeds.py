"""The lookups and the registry say what they are to say; faults of the earlier lists would be seen coming back.

What dbt's own tests in the yml files catch (keys, references, forms of codes) is not repeated here.
`dbt_project/docs/reviewer/reference_faults/registry.md` names the test for each fault.
"""

from __future__ import annotations

import csv
import re

import pytest

from extract.settings import PROJECT

SEEDS = PROJECT / "seeds"
# The scenarios that the platform listed as active on 2026-05-22.
ACTIVE = re.findall(
    r"s\d{4}",
    """
s0011 s0020 s0021 s0023 s0024 s0025 s0026 s0027 s0028 s0030 s0031 s0032 s0033 s0035 s0036 s0037 s0039 s0040
s0041 s0042 s0044 s0045 s0046 s0047 s0048 s0049 s0050 s0051 s0056 s0057 s0058 s0059 s0060 s0062 s0063 s0065
s0067 s0068 s0069 s0071 s0072 s0073 s0074 s0075 s0076 s0077 s0078 s0079 s0080 s0081 s0082 s0083 s0084 s0085
s0087 s0088 s0089 s0091 s0092 s0093 s0094 s0095 s0096 s0097 s0098 s0099 s0100 s0101 s0102 s0103 s0104 s0105
""",
)
Rows = list[dict[str, str]]


def rows(name: str) -> Rows:
    """Rows of a seed."""
    (path,) = SEEDS.rglob(f"{name}.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def active(scenarios: Rows) -> list[str]:
    """Ids that the platform shows."""
    return [row["scenario_id"] for row in scenarios if row["is_published"] == "true"]


def test_active_scenarios_are_those_of_the_platform() -> None:
    scenarios = rows("scenario")
    assert (len(scenarios), len(ACTIVE)) == (77, 72)
    assert active(scenarios) == ACTIVE
    scenarios[0]["is_published"] = "false"
    assert active(scenarios) != ACTIVE


def climates_that_disagree(scenarios: Rows) -> list[str]:
    """Scenarios whose run name speaks of another climate than their hydroclimate, or of none."""
    wrong = []
    for row in scenarios:
        named = {climate.lower() for climate in re.findall(r"cc50|cc95", row["run_name"], re.IGNORECASE)}
        if named != {row["hydroclimate"]} - {"dwr_hist_adj"} and row["needs_confirmation"] != "true":
            wrong.append(row["scenario_id"])
    return wrong


def test_run_names_and_hydroclimates_agree() -> None:
    scenarios = rows("scenario")
    assert climates_that_disagree(scenarios) == []
    scenarios[1]["hydroclimate"] = "cc50"
    assert climates_that_disagree(scenarios) == ["s0020"]


LATER_NAMES = {"s0032": "_eflows_aggw", "s0033": "_salmonflows_aggw", "s0046": "_EflowsV2"}


def names_of_the_earlier_list(scenarios: Rows) -> list[str]:
    """Scenarios that were renamed and have their old run name, or that of another."""
    by_id = {row["scenario_id"]: row["run_name"] for row in scenarios}
    return [code for code, end in LATER_NAMES.items() if not by_id[code].endswith(end)]


def test_run_names_are_those_of_the_later_list() -> None:
    scenarios = rows("scenario")
    assert names_of_the_earlier_list(scenarios) == []
    by_id = {row["scenario_id"]: row for row in scenarios}
    by_id["s0046"]["run_name"] = by_id["s0029"]["run_name"].replace("s0029", "s0046")
    assert names_of_the_earlier_list(scenarios) == ["s0046"]


def petitions_that_disagree(scenarios: Rows, links: Rows) -> list[str]:
    """Scenarios whose run name says with (without) TUCPs while their group is without (with) them."""
    with_them = {row["sibling_group"] for row in links if row["assumption_code"] == "TUCP_TUCO"}
    wrong = []
    for row in scenarios:
        said = re.search(r"_(w|wo)TUCP", row["run_name"])
        if said and (said[1] == "w") != (row["sibling_group"] in with_them) and row["needs_confirmation"] != "true":
            wrong.append(row["scenario_id"])
    return wrong


def test_run_names_and_petitions_agree() -> None:
    scenarios, links = rows("scenario"), rows("scenario_group_assumption")
    assert petitions_that_disagree(scenarios, links) == []
    links = [row for row in links if (row["sibling_group"], row["assumption_code"]) != ("s0021", "TUCP_TUCO")]
    links.append({"sibling_group": "s0021", "assumption_code": "TUCP_TUCO"})
    assert petitions_that_disagree(scenarios, links) == ["s0021", "s0049", "s0058"]


NAMED = {
    "PriorityHHS": "comm_delivery_HHS",
    "PriorityFuncCWN": "comm_delivery_functional",
    "PriorityFullCWN": "comm_delivery_full",
    "DeltaOut35": "delta_outflow_35",
    "DeltaOut45": "delta_outflow_45",
    "DeltaOut55": "delta_outflow_55",
    "DeltaOut65": "delta_outflow_65",
    "ShastaCarry": "increase_Shasta_co",
    "RelaxFallX2": "delta_salinity_standards",
}


def operations_that_disagree(scenarios: Rows, links: Rows) -> list[str]:
    """Scenarios whose run name names other operations than their group has."""
    linked: dict[str, set[str]] = {}
    for row in links:
        linked.setdefault(row["sibling_group"], set()).add(row["operation_code"])
    wrong = []
    for row in scenarios:
        named = {code for part, code in NAMED.items() if part.lower() in row["run_name"].lower()}
        if named != linked.get(row["sibling_group"], set()):
            wrong.append(row["scenario_id"])
    return wrong


def test_operations_are_those_of_the_run_names() -> None:
    """The earlier links all pointed to one operation."""
    scenarios, links = rows("scenario"), rows("scenario_group_operation")
    assert operations_that_disagree(scenarios, links) == []
    assert len({row["operation_code"] for row in links}) == len(rows("operation")) == 9
    placeholder = [{**row, "operation_code": "delta_outflow_45"} for row in links]
    assert len(operations_that_disagree(scenarios, placeholder)) > 20


def titles_of_other_themes(themes: Rows) -> list[str]:
    """Themes whose short title shares no word of substance with their name."""
    wrong = []
    for row in themes:
        title, name = (set(re.findall(r"[a-z]{7,}", row[column].lower())) for column in ("short_title", "theme_name"))
        if not title & name:
            wrong.append(row["theme_code"])
    return wrong


def test_short_titles_belong_to_their_themes() -> None:
    """Two of them were interchanged."""
    themes = rows("theme")
    assert titles_of_other_themes(themes) == []
    by_code = {row["theme_code"]: row for row in themes}
    one, other = by_code["gw_ag"], by_code["community_water"]
    one["short_title"], other["short_title"] = other["short_title"], one["short_title"]
    assert titles_of_other_themes(themes) == ["community_water", "gw_ag"]


def test_every_group_has_a_theme_and_every_theme_a_group() -> None:
    links = rows("scenario_group_theme")
    assert {row["sibling_group"] for row in links} == {row["sibling_group"] for row in rows("scenario_group")}
    assert {row["theme_code"] for row in links} == {row["theme_code"] for row in rows("theme")}


def test_groups_are_named_after_their_first_scenario() -> None:
    members: dict[str, list[str]] = {}
    for row in rows("scenario"):
        members.setdefault(row["sibling_group"], []).append(row["scenario_id"])
    assert {group: min(ids) for group, ids in members.items()} == {group: group for group in members}
    assert len(members) == len(rows("scenario_group")) == 27


def test_regions_are_complete() -> None:
    codes = {row["region_code"] for row in rows("hydrologic_region")}
    assert codes >= {"SAC", "SJR", "DELTA", "TULARE", "SOCAL", "SOD", "NC", "EXPORT"}


def test_areas_of_the_groundwater_tier() -> None:
    """42 areas; a delivery writes WBA2 for the area 02."""
    areas = rows("wba")
    assert len(areas) == 42
    for row in areas:
        delivered = row["delivered_code"].removeprefix("WBA")
        assert row["wba_code"] in (delivered, f"0{delivered}")


@pytest.mark.parametrize(
    ("one", "amount", "other"), [("TAF", 1000, "AF"), ("MAF", 1000, "TAF"), ("KM", 100000, "CM"), ("MILES", 5280, "FT")]
)
def test_units_convert_into_each_other(one: str, amount: float, other: str) -> None:
    unit = {row["unit_code"]: row for row in rows("unit")}
    assert unit[one]["si_unit"] == unit[other]["si_unit"]
    assert float(unit[one]["si_factor"]) == pytest.approx(amount * float(unit[other]["si_factor"]), rel=1e-14)


def test_a_cubic_foot_per_second_for_a_day_is_1_98_acre_feet() -> None:
    unit = {row["unit_code"]: float(row["si_factor"]) for row in rows("unit") if row["si_factor"]}
    assert unit["CFS"] * unit["DAYS"] / unit["AF"] == pytest.approx(86400 / 43560, rel=1e-12)


def test_sea_level_rise_is_in_centimetres() -> None:
    rises = [row for row in rows("assumption") if row["category"] == "sea_level_rise"]
    assert {(row["amount"], row["unit"]) for row in rises} == {("15", "CM"), ("30", "CM"), ("60", "CM")}
    assert not any("mm" in row["assumption_name"] for row in rises)


def locations_that_disagree(tiers: Rows, locations: Rows) -> list[str]:
    """Tiers whose listed locations are not as many, or not of the kind, that the definition says."""
    wrong = []
    for tier in tiers:
        listed = [row for row in locations if row["tier_code"] == tier["tier_code"]]
        expected = 0 if tier["locations_status"] == "none" else int(tier["expected_locations"])
        if len(listed) != expected or {row["location_type"] for row in listed} - {tier["location_type"]}:
            wrong.append(tier["tier_code"])
    return wrong


def test_tiers_have_the_locations_they_say() -> None:
    tiers, locations = rows("tier_definition"), rows("tier_location")
    assert len(tiers) == 9
    assert locations_that_disagree(tiers, locations) == []
    assert locations_that_disagree(tiers, locations[1:]) == [locations[0]["tier_code"]]


def test_seeds_carry_no_bookkeeping() -> None:
    """No serial numbers, no columns about who changed what when: the version control knows."""
    found = []
    for path in SEEDS.rglob("*.csv"):
        header = path.read_text().splitlines()[0].split(",")
        kept = re.compile(
            r"^(id|class|dups|table_id|has_gis_data)$|_at$|(created|updated)_by$|(^|_)version|is_active|email"
            r"|^(source_(ids|list)|model_list|variable_id)$"
        )
        found += [f"{path.name}: {c}" for c in header if kept.search(c)]
    assert found == []


DROPPED = re.findall(
    r"\w+",
    """
developer version version_family domain_family_map geometry_type model_source spatial_scale temporal_scale
source statistic_type outcome_category scenario_author scenario_source scenario_source_link theme_source
theme_source_link theme_entity_type_focus theme_focus_entity_link theme_outcome_measure_focus
theme_outcome_priority diversion_arc_entity assumption_category operation_category tier_result
""",
)


def test_dropped_lists_stay_dropped() -> None:
    assert {path.stem for path in SEEDS.rglob("*.csv")} & set(DROPPED) == set()
