"""One fixture for each rule by which the files of a model run are told apart."""

import itertools

import pytest

from extract import names
from extract.classification import Member, choose_members, classify
from extract.errors import AmbiguousDssError, NoDssInZipError

FOUND = {
    "folders decide": (["r/DSS/output/a.dss", "r/DSS/input/b.dss"], "r/DSS/output/a.dss", "r/DSS/input/b.dss"),
    "folder at the top": (["DSS/output/a.dss", "DSS/input/b.dss"], "DSS/output/a.dss", "DSS/input/b.dss"),
    "a leading ./": (["./DSS/output/a.dss", "./DSS/input/b.dss"], "./DSS/output/a.dss", "./DSS/input/b.dss"),
    "mixed case": (["R/Dss/OUTPUT/A.DSS", "R/dSS/Input/B.Dss"], "R/Dss/OUTPUT/A.DSS", "R/dSS/Input/B.Dss"),
    "backslashes": (["R\\DSS\\output\\a.dss", "R\\DSS\\input\\b.dss"], "R\\DSS\\output\\a.dss", "R\\DSS\\input\\b.dss"),
    "spaces": (["my run/DSS/output/base DV.dss", "my run/DSS/input/base SV.dss"],
               "my run/DSS/output/base DV.dss", "my run/DSS/input/base SV.dss"),
    "input comes before output": (["DSS/output/DSS/input/a.dss", "DSS/output/b.dss"],
                                  "DSS/output/b.dss", "DSS/output/DSS/input/a.dss"),
    "the folder outweighs the name": (["DSS/output/x_SV.dss", "DSS/input/y_DV.dss"],
                                      "DSS/output/x_SV.dss", "DSS/input/y_DV.dss"),
    "_dv and _sv in a folder": (["DSS/output/a_DV.dss", "DSS/output/b.dss", "DSS/input/c.dss", "DSS/input/c_SV.dss"],
                                "DSS/output/a_DV.dss", "DSS/input/c_SV.dss"),
    "a weak word in a folder": (["DSS/output/a_results.dss", "DSS/output/b.dss", "DSS/input/INIT.dss",
                                 "DSS/input/statevar.dss"], "DSS/output/a_results.dss", "DSS/input/statevar.dss"),
    "_dv beats out": (["a_out.dss", "b_dv.dss"], "b_dv.dss", None),
    "names without folders": (["a_DV.dss", "a_SV.dss", "readme.txt"], "a_DV.dss", "a_SV.dss"),
    "weak names": (["results.dss", "statevar.dss"], "results.dss", "statevar.dss"),
    "output and input as names": (["x_output.dss", "x_input.dss"], "x_output.dss", "x_input.dss"),
    "one in its folder, one not": (["DSS/output/a.dss", "elsewhere/a_SV.dss"], "DSS/output/a.dss", "elsewhere/a_SV.dss"),
    "groundwater budget": (["DSS/output/a_DV.dss", "DSS/output/CVGroundwaterBudget.dss"], "DSS/output/a_DV.dss", None),
    "groundwater out": (["results.dss", "CVGroundwaterOut.DSS"], "results.dss", None),
    "archive folders": (["DSS/output/a_DV.dss", *(f"{folder}/DSS/output/b_DV.dss" for folder in
                         ("_archive", "Archive", "discard", "OLD", "backup", "__MACOSX"))], "DSS/output/a_DV.dss", None),
    "a single output in its folder": (["DSS/output/base.dss"], "DSS/output/base.dss", None),
    "a single file that says nothing": (["20250710 run.dss"], "20250710 run.dss", None),
}  # fmt: skip


@pytest.mark.parametrize("rule", FOUND)
def test_the_files_are_told_apart_in_any_order(rule):
    paths, dv, sv = FOUND[rule]
    for order in itertools.islice(itertools.permutations(paths), 24):
        found = choose_members([Member(path, 1) for path in order], "run.zip")
        assert (found.dv, found.sv) == (dv, sv)


@pytest.mark.parametrize("kind", ["dv", "sv"])
def test_two_files_that_fit_equally_well_are_named_with_their_points(kind):
    place = {"dv": "output", "sv": "input"}[kind]
    twins = [Member(f"DSS/{place}/{letter}_{kind}.dss", size) for letter, size in (("b", 2_000), ("a", 1_000))]
    members = [*twins, Member("DSS/output/x_DV_results.dss", 1)] if kind == "sv" else twins
    found = classify(members)
    choice = found.dv if kind == "dv" else found.sv
    assert choice.chosen is None
    assert choice.ambiguous == (f"DSS/{place}/a_{kind}.dss", f"DSS/{place}/b_{kind}.dss")
    assert choice.score == 6
    with pytest.raises(AmbiguousDssError, match=rf"{kind.upper()} file: .*a_{kind}\.dss \(1,000 bytes; fol"):
        choose_members(members, "run.zip")


def test_scores_and_reasons_are_told():
    found = classify([Member("DSS/output/a_DV.dss", 7), Member("DSS/output/b.dss", 9), Member("old/c_DV.dss", 1)])
    assert [(c.path, c.size_bytes, c.score) for c in found.dv.candidates] == [
        ("DSS/output/a_DV.dss", 7, 6),
        ("DSS/output/b.dss", 9, 4),
    ]
    assert found.reasons == (
        "dv: DSS/output/a_DV.dss, 6 points: folder dss/output +4, name has _dv +2",
        "sv: no file fits",
        "left out: old/c_DV.dss (folder old)",
    )


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["readme.txt"], "no model-run .dss file in it"),
        (["DSS/output/CVGroundwaterOut.dss"], r"CVGroundwaterOut\.dss is left out \(groundwater results\)"),
        (["DSS/input/a_SV.dss"], r"none of DSS/input/a_SV\.dss looks like the DV output"),
        (["a.dss", "b.dss"], r"none of a\.dss, b\.dss looks like the DV output"),
        (["a_dv_sv.dss", "b.dss"], "looks like the DV output"),
        ([], "no model-run"),
    ],
)
def test_a_run_without_output_is_refused(paths, message):
    with pytest.raises(NoDssInZipError, match=message):
        choose_members([Member(path, 1) for path in paths], "run.zip")


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("s0105_run.zip", "s0105"),
        ("S0105.zip", "s0105"),
        ("20250710_run.zip", None),
        ("s20250710_run.zip", None),
        ("run_s0105.zip", None),
    ],
)
def test_a_date_is_no_scenario_id(name, scenario):
    assert names.scenario_id_in(name) == scenario
