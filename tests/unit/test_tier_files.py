"""Delivered tier files: each form in use is read, all else is refused with row, column and reason."""

import random
import time

import pytest

from extract.errors import UsageError
from extract.tiers import loading
from extract.tiers.delivery import MOST_REMARKS, read_delivery
from extract.tiers.layouts import Layout, layouts
from extract.tiers.places import known
from tests.support.tier_results import RESERVOIRS, STATIONS, delivery, env_flows, storage

KNOWN = known()
AREAS = [spelling for spelling, code in KNOWN.places["GW_STOR"].codes.items() if spelling.startswith("WBA")] + ["DETAW"]
FARMS = [unit for unit in KNOWN.places["AG_REV"].listed][:132]


def read(text, name="delivery.csv", **options):
    return read_delivery(name, text.encode() if isinstance(text, str) else text, KNOWN, **options)


def table(*rows):
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


def as_set(found):
    return {(v.scenario_id, v.location_code, v.tier_level, v.tier_score) for v in found.values}


def refusals(found):
    assert found.values == []
    return [(p.row, p.column, p.code) for p in found.problems]


FORMS = {
    "wide, levels": (env_flows({"s0011": "3" * 17}), "ENV_FLOWS", ("s0011", "AMR004", 3, None)),
    "wide, first column named after its stations": (
        env_flows({"s0011": "3" * 17}).replace("scenario", "Station"),
        "ENV_FLOWS",
        ("s0011", "YUB002", 3, None),
    ),
    "transposed": (
        table(["Station", "s0011", "s0020"], *([s, 1, 2] for s in STATIONS)),
        "ENV_FLOWS",
        ("s0020", "SAC000", 2, None),
    ),
    "transposed with columns a spreadsheet renamed": (
        table(["", "s0042", "s0042(1)"], *([s, 1, 1] for s in STATIONS)),
        "ENV_FLOWS",
        ("s0042", "SAC000", 1, None),
    ),
    "wide, continuous": (
        table(["Scenario", *(f"S_{r}_Storage_Tier" for r in RESERVOIRS)], ["s0011", 2, *([3.999999] * 7)]),
        "RES_STOR",
        ("s0011", "FOLSM", 2, 2.0),
    ),
    "wide, zero of the reference run": (
        table(["scenario", *AREAS], ["s0011", *([0] * 42)]),
        "GW_STOR",
        ("s0011", "07N", None, None),
    ),
    "long": (
        table(
            ["", "scenario", "region", "revenue_baseline", "tier"],
            *([i, "s0011", u, 1.5, 4] for i, u in enumerate(FARMS)),
        ),
        "AG_REV",
        ("s0011", FARMS[0], 4, None),
    ),
    "wide, no name over the scenarios": (
        table(["", *FARMS], ["s0011", *([2.5] * 132)]),
        "AG_REV",
        ("s0011", FARMS[-1], 2, 2.5),
    ),
    "transposed units": (table(["", "s0011"], *([u, 1.25] for u in FARMS)), "AG_REV", ("s0011", FARMS[5], 1, 1.25)),
    "bare numbers with inputs": (
        table(["Scenario", "Mean", "SD", "TierScore", "TierValue"], [11, 10, 4, 8.8, 3]),
        "DELTA_ECO",
        ("s0011", None, 3, None),
    ),
    "continuous ecology": (table(["Scenario", "NDO"], ["s0011", 3.17]), "DELTA_ECO", ("s0011", None, 3, 3.17)),
    "single, older name": (
        table(["ScenarioID", "Salinity_Tier"], ["s0011", 2]),
        "FW_DELTA_USES",
        ("s0011", None, 2, None),
    ),
    "single with its stations": (
        table(["ScenarioID", "Salinity_Tier", "Emmaton", "Jersey Pt"], ["s0011", 3, 3, 1]),
        "FW_DELTA_USES",
        ("s0011", "JP", 1, None),
    ),
    "revised run that is equal": (
        table(["ScenarioID", "Salinity_InDelta_Tier"], ["s0020", 2.86], ["s0020-R", 2.86]),
        "FW_DELTA_USES",
        ("s0020", None, 2, 2.86),
    ),
    "exports": (table(["Scenario", "Salinity_Export_Tier"], ["S0011", "NA"]), "FW_EXP", ("s0011", None, None, None)),
    "text before the level": (
        table(["scenario", "Hydroclimate", "Tier_range", "tier_score_cont"], ["s0011", "CC50", "Tier 4", 4.87]),
        "WRC_SALMON_AB",
        ("s0011", None, 4, 4.87),
    ),
    "salmon score only": (
        table(["scenario", "tier_score_cont"], ["s0011", 4.19]),
        "WRC_SALMON_AB",
        ("s0011", None, 4, 4.19),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_normal_form(form):
    text, tier, result = FORMS[form]
    found = read(text)
    assert found.problems == []
    assert found.tier == tier
    assert result in as_set(found)
    assert read("\ufeff" + text.replace("\n", "\r\n")).values == found.values


def test_inputs_are_kept():
    found = read(FORMS["bare numbers with inputs"][0])
    assert found.values[0].inputs == {"mean": 10, "sd": 4, "ecological_score": 8.8}


def test_what_is_put_right_is_said():
    header = '"' + '","'.join(["scenario", *STATIONS[:-1], STATIONS[-1] + "\n"]) + '"\n'
    found = read(header + ",".join(["s0011", *"3" * 17]) + "\n" + ",".join(["s0011", *"3" * 17]) + "\n")
    assert found.problems == []
    assert [(n.row, n.column, n.code) for n in found.notes] == [
        (1, "YUB002", "LINE_BREAK_IN_HEADER"),
        (3, "scenario", "REPEATED"),
    ]
    assert len(found.values) == 17


def test_scenarios_that_are_not_registered_are_left_out_only_if_told():
    text = env_flows({"s0011": "3" * 17, "s9999": "1" * 17})
    assert refusals(read(text)) == [(3, "scenario", "UNKNOWN_SCENARIO")]
    found = read(text, leave_out_unknown=True)
    assert {v.scenario_id for v in found.values} == {"s0011"}
    assert [(n.row, n.code) for n in found.notes] == [(3, "LEFT_OUT")]


GOOD = env_flows({"s0011": "3" * 17, "s0020": "2" * 17})
SINGLE = ["ScenarioID", "Salinity_InDelta_Tier"]
SALMON = ["scenario", "Tier_range", "tier_score_cont"]
REFUSED = {
    "not UTF-8": (b"scenario,M\xe9", (1, "", "NOT_UTF8")),
    "binary": (b"PK\0\0", (1, "", "NOT_TEXT")),
    "open quote": ('scenario,"AMR004\ns0011,3', (1, "", "NOT_CSV")),
    "empty": ("", (0, "", "EMPTY")),
    "header only": (GOOD.splitlines()[0], (1, "", "EMPTY")),
    "another table": ("Station,Region\nAMR004,NOD\n", (1, "", "UNKNOWN_LAYOUT")),
    "counts": (
        "scenario_short_code,tier_short_code,total_value\ns0011,AG_REV,132\n",
        (1, "", "COUNTS_WITHOUT_LOCATIONS"),
    ),
    "no scenario": (GOOD.replace("s0020", ""), (3, "scenario", "NOT_A_SCENARIO")),
    "bare number where ids are used": (GOOD.replace("s0020", "20"), (3, "scenario", "NOT_A_SCENARIO")),
    "unknown location": (GOOD.replace("SAC000", "SAC001"), (1, "SAC001", "UNKNOWN_LOCATION")),
    "missing location": (
        table(["scenario", *STATIONS[1:]], ["s0011", *"3" * 16]),
        (1, "AMR004", "MISSING_LOCATIONS"),
    ),
    "missing location of one scenario": (
        table(["scenario", "region", "tier"], *(["s0011", u, 4] for u in FARMS[1:])),
        (132, "scenario", "MISSING_LOCATIONS"),
    ),
    "line break in a name": (GOOD.replace("SAC000", '"SAC\n000"'), (1, "SAC 000", "LINE_BREAK_IN_HEADER")),
    "level 0": (env_flows({"s0011": "0" + "3" * 16}), (2, "AMR004", "LEVEL_OUT_OF_RANGE")),
    "level 5": (env_flows({"s0011": "5" + "3" * 16}), (2, "AMR004", "LEVEL_OUT_OF_RANGE")),
    "score 5": (table(SINGLE, ["s0011", 2.5], ["s0020", 5]), (3, SINGLE[1], "SCORE_OUT_OF_RANGE")),
    "huge": (table(SINGLE, ["s0011", "1e400"]), (2, SINGLE[1], "NOT_A_NUMBER")),
    "text": (table(SINGLE, ["s0011", "Tier 2"]), (2, SINGLE[1], "NOT_A_NUMBER")),
    "blank is not NA": (table(SINGLE, ["s0011", ""]), (2, SINGLE[1], "BLANK_CELL")),
    "level against score": (table(SALMON, ["s0011", "Tier 3", 4]), (2, "Tier_range", "LEVEL_AGAINST_SCORE")),
    "unknown column": (table([*SINGLE, "remark"], ["s0011", 2, "x"]), (1, "remark", "UNKNOWN_COLUMN")),
    "short row": (GOOD + "s0021,3\n", (4, "3", "ROW_LENGTH")),
    "conflicting rows": (
        env_flows({"s0011": "3" * 17}) + ",".join(["s0011", "1", *"3" * 16]) + "\n",
        (3, "AMR004", "CONFLICTING_DUPLICATE"),
    ),
    "conflicting columns": (
        table(["scenario", *STATIONS, "SAC000"], ["s0011", *"3" * 17, 1]),
        (2, "SAC000", "CONFLICTING_DUPLICATE"),
    ),
    "revised run that differs": (table(SINGLE, ["s0020", 2.8], ["s0020-R", 2.9]), (3, SINGLE[0], "REVISION_DIFFERS")),
    "revised run alone": (table(SINGLE, ["s0020-R", 2.9]), (2, SINGLE[0], "REVISION_ALONE")),
    "semicolons": (GOOD.replace(",", ";"), (1, "", "OTHER_SEPARATOR")),
    "semicolons and quotes": ('"ScenarioID";"Salinity_InDelta_Tier"\n"s0011";"2"\n', (1, "", "OTHER_SEPARATOR")),
    "semicolons and decimal commas": ("ScenarioID;Salinity_InDelta_Tier\ns0011;2,5\n", (1, "", "OTHER_SEPARATOR")),
    "tabs": (GOOD.replace(",", "\t"), (1, "", "OTHER_SEPARATOR")),
    "a line that names another separator": ("sep=;\n" + GOOD.replace(",", ";"), (1, "", "OTHER_SEPARATOR")),
    "a title": ("Results of March\n\n" + GOOD, (1, "", "TITLE_LINE")),
    "a padded title": ("Results; of March" + "," * 17 + "\n" + GOOD, (1, "", "TITLE_LINE")),
    "a value in a column without a name": (GOOD.rstrip() + ",,4\n", (3, "19", "ROW_LENGTH")),
    "no known scenario": (table(SINGLE, ["s9999", 2]), (2, SINGLE[0], "UNKNOWN_SCENARIO")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_row_column_and_reason(case):
    text, expected = REFUSED[case]
    assert refusals(read(text)) == [expected]


def malformed(seed):
    """A good file with one fault at a random place, and where the fault is: row, column, codes that may name it."""
    rng = random.Random(seed)
    header = ["scenario", *STATIONS]
    scenarios = rng.sample(sorted(KNOWN.scenarios), 6)
    rows = [[s, *(str(rng.randint(1, 4)) for _ in STATIONS)] for s in scenarios]
    row, column = rng.randrange(6), rng.randrange(1, 18)
    place = (row + 2, header[column])
    match rng.choice(["value", "scenario", "location", "repeat", "column", "short", "long", "break", "bytes"]):
        case "value":
            bad = rng.choice(["", "0", "5", "-1", "x", "Tier 3", "#REF!", "1,5", "inf", "nan3", "３", "2;3", "=A1"])
            rows[row][column] = bad
            codes = {"BLANK_CELL", "LEVEL_OUT_OF_RANGE", "NOT_A_NUMBER"}
        case "scenario":
            rows[row][0] = rng.choice(["", "s9999", "11", "s11", "s00111", "x0011", "s0011-Q", "s001１"])
            place, codes = (row + 2, "scenario"), {"NOT_A_SCENARIO", "UNKNOWN_SCENARIO"}
        case "location":
            header[column] = rng.choice(["SAC999", "", "02_PU", "SAC 000", "'; drop table x; --"])
            place, codes = (1, header[column] or str(column + 1)), {"UNKNOWN_LOCATION"}
        case "repeat":
            rows.append([rows[row][0], *rows[row][1:]])
            rows[-1][column] = str(int(rows[row][column]) % 4 + 1)
            place, codes = (8, header[column]), {"CONFLICTING_DUPLICATE"}
        case "column":
            for cells in [header, *rows]:
                del cells[column]
            place, codes = (1, STATIONS[column - 1]), {"MISSING_LOCATIONS"}
        case "short":
            del rows[row][column:]
            place, codes = (row + 2, str(column + 1)), {"ROW_LENGTH"}
        case "long":
            rows[row].append("3")
            place, codes = (row + 2, "19"), {"ROW_LENGTH"}
        case "break":
            header[column] = header[column][:3] + "\n" + header[column][3:]
            place, codes = (1, header[column].replace("\n", " ")), {"LINE_BREAK_IN_HEADER"}
        case _:
            text = table(header, *rows).encode()
            at = len(text) - rng.randrange(1, 60)
            bad = text[:at] + b"\xff" + text[at:]
            return bad, (text[:at].count(b"\n") + 1, ""), {"NOT_UTF8"}
    text = "\n".join(",".join(f'"{cell}"' for cell in cells) for cells in [header, *rows])
    return text.encode(), place, codes


@pytest.mark.parametrize("seed", range(200))
def test_a_fault_anywhere_is_found_where_it_is(seed):
    data, place, codes = malformed(seed)
    found = read(data)
    assert found.values == []
    assert any((p.row, p.column) == place and p.code in codes and p.message for p in found.problems), found.problems


def leftovers(text, rng):
    """The same table with what a spreadsheet leaves around it."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(rng.randrange(3)):
        at = rng.randrange(1, len(rows[0]) + 1)
        rows = [[*row[:at], rng.choice(["", " ", "\u00a0"]) if i else "", *row[at:]] for i, row in enumerate(rows)]
    blank = [",".join(rng.choice(["", " "]) for _ in rows[0]) for _ in range(rng.randrange(1, 40))]
    lines = [",".join(row) + "," * rng.choice([0, 3]) for row in rows] + blank + ["", ""]
    lines.insert(rng.randrange(1, 3), blank[0])
    start = rng.choice(["", "sep=,\r\n"])
    return rng.choice(["", "\ufeff"]) + start + rng.choice(["\n", "\r\n"]).join(lines) + rng.choice(["", "\n"])


@pytest.mark.parametrize("seed", range(40))
def test_what_a_spreadsheet_leaves_is_left_out_with_a_note(seed):
    rng = random.Random(seed)
    text = leftovers(GOOD, rng)
    found = read(text)
    assert found.problems == []
    assert as_set(found) == as_set(read(GOOD))
    assert {n.code for n in found.notes} - {"EMPTY_COLUMNS", "SEPARATOR_LINE"} == {"EMPTY_ROWS"}
    broken = text.replace("s0011", "s0011,9", 1) if seed % 2 else text.replace("AMR004", "AMR005", 1)
    assert read(broken).problems
    assert read(broken).values == []


def test_a_row_or_column_that_is_not_wholly_empty_stays():
    named = GOOD.replace("scenario", "scenario,remark").replace("s0011", "s0011,").replace("s0020", "s0020,")
    assert {code for *_, code in refusals(read(named))} >= {"BLANK_CELL"}
    only_scenario = GOOD + "s0021" + "," * 17 + "\n"
    assert {(row, code) for row, _, code in refusals(read(only_scenario))} == {(4, "BLANK_CELL")}


def test_very_many_rows_take_seconds_and_have_a_limit(monkeypatch):
    rows = [f"{scenario},{unit},3\n" for scenario in sorted(KNOWN.scenarios) for unit in FARMS]
    text = "scenario,region,tier\n" + "".join(rows * 20)
    lines = text.splitlines(keepends=True)[:200_001]
    for content in (lines, [*lines[:1], *(f"{line[:-2]}{i}\n" for i, line in enumerate(lines[1:]))]):
        start = time.process_time()
        found = read("".join(content))
        assert time.process_time() - start < 20
        assert len(found.problems) <= MOST_REMARKS + 60
        assert len(found.notes) <= MOST_REMARKS + 60
    assert found.problems[0].code == "TOO_MANY_PROBLEMS"
    assert [p.code for p in read("".join([*lines, lines[-1]])).problems] == ["TOO_LARGE"]
    monkeypatch.setenv("COEQWAL_TIER_MAX_ROWS", "1")
    (problem,) = read(GOOD).problems
    assert (problem.row, problem.code) == (3, "TOO_LARGE")
    assert "COEQWAL_TIER_MAX_ROWS" in problem.message
    assert [p.code for p in read("," * 20_000 + "\n" + GOOD).problems] == ["TOO_LARGE"]


def test_two_files_that_contradict_each_other_are_both_refused(tmp_path):
    (tmp_path / "a.csv").write_text(env_flows({"s0011": "3" * 17, "s0020": "3" * 17}))
    (tmp_path / "b.csv").write_text(env_flows({"s0011": "2" * 17}))
    (tmp_path / "c.csv").write_text(env_flows({"s0020": "3" * 17}))
    found = loading.read_all(loading.files_of(tmp_path), KNOWN, None, leave_out_unknown=False)
    assert [[p.code for p in d.problems] for d in found] == [["CONFLICTING_FILES"], ["CONFLICTING_FILES"], []]
    assert "b.csv" in found[0].problems[0].message


def test_a_file_of_any_size_is_not_taken_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "LARGEST", 10)
    (tmp_path / "big.csv").write_text(GOOD)
    (found,) = loading.read_all(loading.files_of(tmp_path), KNOWN, None, leave_out_unknown=False)
    assert refusals(found) == [(0, "", "TOO_LARGE")]
    assert found.sha256 == read(GOOD).sha256


def test_no_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError):
        loading.files_of(tmp_path)


def test_the_digest_follows_the_content_and_not_the_file():
    one, other = delivery(env_flows({"s0011": "3" * 17})), delivery(GOOD)
    changed = delivery(env_flows({"s0011": "2" + "3" * 16}))
    digests = [loading.content_digest(d.by_scenario()["s0011"]) for d in (one, other, changed)]
    assert digests[0] == digests[1] != digests[2]


def test_storage_counts_where_it_is():
    assert len(delivery(storage({"s0011": "12341234"})).values) == 8


def test_the_description_covers_the_nine_tiers():
    assert set(layouts().tiers) == set(KNOWN.places)


def test_a_layout_without_the_columns_of_its_shape_is_no_layout():
    for wrong in ({"shape": "long", "scenario": ["s"]}, {"shape": "wide", "scenario": ["s"], "value": ["v"]}):
        with pytest.raises(ValueError, match="does not have the columns"):
            Layout(name="wrong", **wrong)


@pytest.mark.real_data
def test_every_delivered_file_is_read_or_refused_as_specified(real_data):
    found = {p.name: read_delivery(p.name, p.read_bytes(), KNOWN) for p in loading.files_of(real_data / "tiers")}
    assert {name: (d.tier, len(d.values)) for name, d in found.items() if not d.problems} == {
        "Continuous_InDeltaSalinity_Tiers_Revised_08112026.csv": ("FW_DELTA_USES", 69),
        "Historical_Scenarios_Eflows_03182026.csv": ("ENV_FLOWS", 408),
        "TierOutcomes_Historical.csv": ("DELTA_ECO", 24),
        "salmon_TIERS_WRLCM_BestYearSummary_2026-04-17_subset.csv": ("WRC_SALMON_AB", 11),
    }
    assert {name: refusals(d) for name, d in found.items() if d.problems} == {
        "Eflows_Mapping.csv": [(1, "", "UNKNOWN_LAYOUT")],
        "ExportSalinity_Tiers_Hist_CC50_CC95.csv": [(2, "Scenario", "UNKNOWN_SCENARIO")],
        "tier_definition.csv": [(1, "", "UNKNOWN_LAYOUT")],
    }
    revised = found["Continuous_InDeltaSalinity_Tiers_Revised_08112026.csv"].notes
    assert len(revised) == 7
    assert {n.code for n in revised} == {"REVISION_EQUAL"}


@pytest.mark.real_data
def test_every_earlier_file_is_read_or_refused_as_specified(earlier_tiers):
    found = {p.name: read_delivery(p.name, p.read_bytes(), KNOWN) for p in loading.files_of(earlier_tiers)}
    assert refusals(found["tier_result.csv"]) == [(1, "", "COUNTS_WITHOUT_LOCATIONS")]
    assert refusals(found["tier_definition.csv"]) == [(1, "", "UNKNOWN_LAYOUT")]
    assert refusals(found["d3_data_format_examples.json"])[0] == (1, "", "UNKNOWN_LAYOUT")
    matrix = found["cws_del_tier_matrix.csv"]
    assert refusals(matrix) == [(2, "scenario_id", "UNKNOWN_SCENARIO")]
    assert {n.code for n in matrix.notes} == {"LINE_BREAK_IN_HEADER"}
    assert all(d.problems for d in found.values())
