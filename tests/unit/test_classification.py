"""One fixture for each rule by which the files of a model run are told apart."""

import itertools

import pytest

from extract.errors import AmbiguousDssError, DataRefusedError, NoDssInZipError
from extract.intake.classification import Member, choose_members, classify
from extract.intake.contract import Expected, declared_members
from extract.records import names

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
    "one in its folder, one not": (["DSS/output/a.dss", "else/a_SV.dss"], "DSS/output/a.dss", "else/a_SV.dss"),
    "groundwater budget": (["DSS/output/a_DV.dss", "DSS/output/CVGroundwaterBudget.dss"], "DSS/output/a_DV.dss", None),
    "groundwater out": (["results.dss", "CVGroundwaterOut.DSS"], "results.dss", None),
    "archive folders": (["DSS/output/a_DV.dss", *(f"{folder}/DSS/output/b_DV.dss" for folder in
                         ("_archive", "Archive", "discard", "OLD", "backup", "__MACOSX"))],
                        "DSS/output/a_DV.dss", None),
    "an AppleDouble file": (["s/DSS/output/s_DV.dss", "s/DSS/output/._s_DV.dss", "s/DSS/input/s_SV.dss",
                             "s/DSS/input/._s_SV.dss"], "s/DSS/output/s_DV.dss", "s/DSS/input/s_SV.dss"),
    "an AppleDouble file with backslashes": (["s\\output\\dv.dss", "s\\output\\._dv.dss"], "s\\output\\dv.dss", None),
    "the start file is no input": (["R/DSS/output/R_DV.dss", "R/DSS/input/CS3_L2020_INIT_v5.dss"],
                                   "R/DSS/output/R_DV.dss", None),
    "the start file of an earlier output": (["R/DSS/output/R_DV.dss", "R/DSS/input/R_DV_INIT.dss"],
                                            "R/DSS/output/R_DV.dss", None),
    "the start file beside the input": (["R/DSS/output/R_DV.dss", "R/DSS/input/init.dss", "R/DSS/input/b.dss",
                                         ], "R/DSS/output/R_DV.dss", "R/DSS/input/b.dss"),
    "start files of CalLite and CalSim": (["c/a_DV.DSS", "c/CL_INIT_2012.dss", "c/CL_INIT_PA_legacy.dss",
                                           "c/CalSim30_06Init.dss", "c/00AUG2020_L2020ADV_INIT.dss",
                                           "c/InitialConditions.dss"], "c/a_DV.DSS", None),
    "initial is a word of outputs, too": (["initial_run_DV.dss", "initial_run_SV.dss"],
                                          "initial_run_DV.dss", "initial_run_SV.dss"),
    "Trinity and infinite are no start files": (["DSS/output/Trinity.dss", "DSS/input/infinite.dss"],
                                                "DSS/output/Trinity.dss", "DSS/input/infinite.dss"),
    "dv and sv as whole names": (["calsim3/output/dv.dss", "calsim3/input/sv.dss", "calsim3/input/init.dss"],
                                 "calsim3/output/dv.dss", "calsim3/input/sv.dss"),
    "letters at the end of a name": (["NAA/common/DSS/2020D09EINIT.DSS", "NAA/common/DSS/2020D09ESV.DSS",
                                      "NAA/CONV/DSS/2020D09EDV.DSS"],
                                     "NAA/CONV/DSS/2020D09EDV.DSS", "NAA/common/DSS/2020D09ESV.DSS"),
    "a csv is no SV": (["x_DV.dss", "x_csv.dss"], "x_DV.dss", None),
    "other separators": (["x-DV.dss", "x SV.dss"], "x-DV.dss", "x SV.dss"),
    "plain folders": (["r/output/a.dss", "r/input/b.dss"], "r/output/a.dss", "r/input/b.dss"),
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
        (["input/a.dss"], "looks like the DV output"),
        (["R/CS3_INIT_v5.dss"], r"CS3_INIT_v5\.dss is left out \(start file, INIT\)"),
        (["R/._R_DV.dss"], r"\._R_DV\.dss is left out \(AppleDouble file of macOS\)"),
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


TWINS = [Member(path, 1) for path in ("r/DSS/output/X_DV.dss", "r/DSS/output/X_DV_dp.dss", "r/DSS/input/X_SV.dss")]


def test_several_that_fit_are_told_apart_by_name():
    with pytest.raises(AmbiguousDssError) as caught:
        choose_members(TWINS, "run.zip")
    assert "--dv PATH_IN_ZIP" in caught.value.remedy
    assert "DV_Path" in caught.value.remedy
    for named, path in (("X_DV_dp.dss", TWINS[1].path), ("r\\dss\\OUTPUT\\x_dv.dss", TWINS[0].path)):
        found = declared_members(TWINS, "run.zip", Expected(dv=named, by="option"))
        assert (found.dv, found.sv) == (path, TWINS[2].path)
        assert found.reasons[0] == f"dv: {path} is named with --dv"


def test_a_named_input_leaves_the_output_to_the_rules_and_may_be_any_file():
    members = [Member(path, 1) for path in ("DSS/output/a_DV.dss", "DSS/input/a_SV.dss", "old/INIT.dss")]
    found = declared_members(members, "run.zip", Expected(sv="old/INIT.dss", by="option"))
    assert (found.dv, found.sv) == ("DSS/output/a_DV.dss", "old/INIT.dss")


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (Expected(dv="other/X_DV.dss", by="option"), "EXPECTED_DV_NOT_IN_ZIP"),
        (Expected(sv="V.dss", by="option"), "EXPECTED_SV_NOT_IN_ZIP"),
        (Expected(dv="X_DV.dss", sv="X_DV.dss", by="option"), "SAME_MEMBER_DECLARED"),
        (Expected(dv="X_DV.dss", sv="X_DV.dss"), "SAME_MEMBER_DECLARED"),
        (Expected(dv="twin.dss", by="option"), "MULTI_MATCH_DV"),
    ],
)
def test_names_that_fit_no_file_or_two(expected, code):
    twins = [Member("a/twin.dss", 1), Member("b/twin.dss", 1)]
    with pytest.raises(DataRefusedError) as caught:
        declared_members([*TWINS, *twins], "run.zip", expected)
    assert caught.value.code == code
