"""What comes in is what it says it is: names, contents, series and marks that speak of another scenario, or of none."""

import json
import random
import zipfile
from pathlib import Path

import pytest

from extract.archive import Archive
from extract.convert.extraction import Request, extract
from extract.demo.synthetic import make_model_run as make_synthetic_run
from extract.errors import DataRefusedError, UsageError
from extract.intake import identity
from extract.intake.contract import Expected
from extract.intake.promote import Candidate, given_by_hand, promote, promoted
from extract.records import names
from extract.settings import PROJECT
from extract.warehouse import load
from tests.support.model_runs import make_model_run

DV, SV = "run/DSS/output/a_DV.dss", "run/DSS/input/a_SV.dss"
SHASTA = ("dv", "S_SHSTA", "STORAGE", "TAF")


def packed(path, *members, content=b"ZDSS one", **others):
    """A ZIP whose DSS files only begin like some; for the gate, which does not read them."""
    with zipfile.ZipFile(path, "w") as archive:
        for member in members or (DV, SV):
            archive.writestr(zipfile.ZipInfo(member), content + member[-6:].encode())
        for name, text in others.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


@pytest.fixture
def archive(tmp_path):
    return Archive(str(tmp_path / "archive"))


@pytest.fixture(autouse=True)
def limits_as_delivered(monkeypatch):
    for name in ("COEQWAL_MIN_MAPPED_SHARE", "COEQWAL_MIN_MONTHS"):
        monkeypatch.delenv(name, raising=False)


def refusals(archive):
    folder = Path(archive.store.address) / "rejected"
    return [json.loads(path.read_text()) for path in folder.glob("*.json")]


def take(archive, scenario_id, path, reason=None, **declared):
    candidate = given_by_hand(scenario_id, path, None)
    if declared:
        candidate = Candidate(
            scenario_id, path, None, candidate.origin, "unverified_no_trend", Expected(by="option", **declared)
        )
    return promote(candidate, archive, accept_identity=reason)[0]


def refused(archive, scenario_id, path):
    with pytest.raises(DataRefusedError) as caught:
        take(archive, scenario_id, path)
    assert caught.value.exit_code == 4
    assert "--accept-identity" in caught.value.remedy
    assert promoted(archive, scenario_id) is None
    assert caught.value.code in {refusal["reason_code"] for refusal in refusals(archive)}
    return caught.value


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("s0105_DV.dss", {"s0105"}),
        ("Run-S0105v2/x", {"s0105"}),
        ("coeqwal_s9999_sv_v0.1.4.dss", {"s9999"}),
        ("Scenario 0105, scenario_0020", {"s0105", "s0020"}),
        ("ｓ０１０５_DV.dss", {"s0105"}),
        ("20250710_runs2020_s20250710_LUs0105x_S_1234", set()),
    ],
)
def test_which_ids_a_name_carries(text, ids):
    assert names.scenario_ids_in(text) == ids


@pytest.mark.parametrize(
    ("zip_name", "members"),
    [
        ("s0105_x.zip", (DV, SV)),
        ("x_s0105.zip", (DV, SV)),
        ("run.zip", ("s0105_run/DSS/output/dv.dss", SV)),
        ("run.zip", ("DSS/output/s0105_DV.dss", SV)),
        ("s0020_run.zip", (DV, "DSS\\input\\S0105_SV.dss")),
        ("s0020_from_s0105.zip", (DV, SV)),
        ("run.zip", (DV, SV, "s0105_README.txt")),
    ],
)
def test_another_scenario_s_name_is_refused(archive, tmp_path, zip_name, members):
    error = refused(archive, "s0020", packed(tmp_path / zip_name, *members))
    assert (error.code, "s0105" in error.message) == ("OTHER_SCENARIO_NAMED", True)


@pytest.mark.parametrize(
    ("zip_name", "members"),
    [
        ("run.zip", (DV, SV)),
        ("s0020.zip", (DV, SV, "docs/compared_with_s0105.txt", "archive/DSS/output/s0105_DV.dss")),
        ("20250710_s0020_x.zip", ("s0020/DSS/output/S0020_DV.dss", SV)),
    ],
)
def test_own_names_and_none_are_taken(archive, tmp_path, zip_name, members):
    record = take(archive, "s0020", packed(tmp_path / zip_name, *members))
    assert (record.kind, record.identity_doubts, record.identity_acceptance) == ("model_run", (), None)


# ---------------------------------------------------------------- contents


def test_the_same_content_under_a_second_id_is_refused(archive, tmp_path):
    first = packed(tmp_path / "run.zip")
    take(archive, "s0105", first)
    again = take(archive, "s0105", first)
    assert again.short_code == "s0105"
    error = refused(archive, "s0020", first)
    assert (error.code, "the ZIP is that of s0105" in error.message) == ("SAME_CONTENT", True)
    # the same DV file in other wrapping
    other = packed(tmp_path / "other.zip", DV, notes="another ZIP")
    error = refused(archive, "s0020", other)
    assert (error.code, "its DV file is that of s0105" in error.message) == ("SAME_CONTENT", True)
    # the one that has it may deliver it again, even where somebody took it on for another one
    take(archive, "s0021", first, "the same on purpose")
    assert take(archive, "s0105", other).identity_doubts == ()
    take(archive, "s0021", packed(tmp_path / "s0021.zip", content=b"ZDSS three"))
    # once s0105 has its own run, the content is free for the one it belongs to
    take(archive, "s0105", packed(tmp_path / "right.zip", content=b"ZDSS two"))
    assert take(archive, "s0020", first).short_code == "s0020"


def test_the_same_content_is_seen_where_the_other_receipt_cannot_be_read(archive, tmp_path):
    first = packed(tmp_path / "run.zip")
    take(archive, "s0105", first)
    archive.store.write(names.ingest_record_key("s0105"), b"{}")
    assert refused(archive, "s0020", first).code == "SAME_CONTENT"


# ---------------------------------------------------------------- the recorded way in


def test_a_doubt_can_be_taken_on_with_a_reason_that_is_kept(archive, tmp_path):
    path = packed(tmp_path / "s0105_x.zip")
    with pytest.raises(UsageError, match="--accept-identity without a reason"):
        take(archive, "s0020", path, " ")
    assert refusals(archive) == []
    record = take(archive, "s0020", path, " named by mistake ")
    acceptance = record.identity_acceptance
    assert (acceptance.reason, acceptance.zip_sha256) == ("named by mistake", record.zip_sha256)
    assert acceptance.operator
    assert acceptance.doubts == record.identity_doubts
    kept = json.loads(archive.get_text(names.identity_acceptance_key("s0020")))
    assert (kept["reason"], kept["doubts"][0]["code"]) == ("named by mistake", "OTHER_SCENARIO_NAMED")
    # it holds for this run, told again without the option, and for no other one
    assert take(archive, "s0020", path).identity_acceptance == acceptance
    with pytest.raises(DataRefusedError):
        take(archive, "s0020", packed(tmp_path / "s0105_x.zip", content=b"ZDSS two"))
    assert promoted(archive, "s0020").zip_sha256 == record.zip_sha256
    # and goes with it
    take(archive, "s0020", packed(tmp_path / "s0020.zip", content=b"ZDSS three"))
    assert archive.get_text(names.identity_acceptance_key("s0020")) is None


def test_a_dry_run_says_the_same_and_writes_nothing(archive, tmp_path):
    candidate = given_by_hand("s0020", packed(tmp_path / "s0105_x.zip"), None)
    with pytest.raises(DataRefusedError):
        promote(candidate, archive, dry_run=True)
    assert not list(Path(archive.store.address).rglob("*.json"))


# ---------------------------------------------------------------- synthetic is never real


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory):
    path = tmp_path_factory.mktemp("synthetic") / "run.zip"
    make_synthetic_run(path, "s0020", series=3, variables=[SHASTA])
    return path


def without_mark(path, target, scenario_id="none"):
    """The same DSS files in another ZIP, and their names without the id."""
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(target, "w") as rest:
        for name in whole.namelist():
            if name.endswith(".dss"):
                rest.writestr(name.replace(scenario_id, "run"), whole.read(name))
    return target


def test_the_generator_s_mark_is_read(archive, tmp_path, synthetic):
    error = refused(archive, "s0020", synthetic)
    assert (error.code, "is synthetic" in error.message) == ("SYNTHETIC_AS_REGISTERED", True)
    record = take(archive, "s0020", synthetic, "a rehearsal")
    assert (record.kind, record.generator["generator"], record.generator["seed"]) == (
        "synthetic",
        "coeqwal synthesize",
        1,
    )


def test_a_synthetic_run_of_an_unregistered_scenario_is_known_as_such(archive, tmp_path):
    path = tmp_path / "run.zip"
    make_synthetic_run(path, "s9020", series=3, variables=[SHASTA])
    ingest = take(archive, "s9020", path)
    record = extract(Request("s9020", path, None, ingest), archive, tmp_path / "work")
    assert (ingest.kind, record.kind, load.ScenarioLoad.of(record).kind) == ("synthetic",) * 3
    assert (ingest.identity_doubts, record.identity_doubts) == ((), ())


def test_the_mark_is_in_the_series_too(archive, tmp_path, synthetic):
    stripped = without_mark(synthetic, tmp_path / "s0020.zip")
    ingest = take(archive, "s0020", stripped)
    assert ingest.kind == "model_run"
    with pytest.raises(DataRefusedError) as caught:
        extract(Request("s0020", stripped, None, ingest), archive, tmp_path / "work")
    assert caught.value.code == "SYNTHETIC_AS_REGISTERED"
    assert archive.get_text(names.extract_record_key("s0020")) is None
    assert [refusal["reason_code"] for refusal in refusals(archive)] == ["SYNTHETIC_AS_REGISTERED"]
    record = extract(Request("s0020", stripped, None, ingest, "a rehearsal"), archive, tmp_path / "work")
    assert record.kind == "synthetic"
    kept = json.loads(archive.get_text(names.identity_acceptance_key("s0020")))
    assert kept["reason"] == "a rehearsal"
    assert {doubt["code"] for doubt in kept["doubts"]} >= {"SYNTHETIC_AS_REGISTERED", "TOO_FEW_VARIABLES"}


@pytest.mark.parametrize("text", [b"", b"\xff\x00", b"[1]", b"[" * 50_000, b'{"generator": 1', b"x" * 70_000])
def test_a_mark_that_cannot_be_read_is_one(archive, tmp_path, text):
    path = packed(tmp_path / "run.zip", DV, **{"deep/Synthetic.JSON": text})
    assert refused(archive, "s0020", path).code == "SYNTHETIC_AS_REGISTERED"
    record = take(archive, "s9020", path)
    assert (record.kind, record.generator) == ("synthetic", {})


def test_the_same_arguments_give_the_same_mark(tmp_path):
    for name in ("a.zip", "b.zip"):
        make_synthetic_run(tmp_path / name, "s9020", series=3, variables=[SHASTA])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


# ---------------------------------------------------------------- series


def read(archive, tmp_path, scenario_id, path, reason=None, **declared):
    candidate = given_by_hand(scenario_id, path, None)
    expected = Expected(**declared)
    ingest, _ = promote(Candidate(scenario_id, path, None, candidate.origin, "unverified_no_trend", expected), archive)
    return extract(Request(scenario_id, path, None, ingest, reason), archive, tmp_path / "work")


def refused_when_read(archive, tmp_path, scenario_id, path, **declared):
    with pytest.raises(DataRefusedError) as caught:
        read(archive, tmp_path, scenario_id, path, **declared)
    assert archive.get_text(names.extract_record_key(scenario_id)) is None
    assert caught.value.code in {refusal["reason_code"] for refusal in refusals(archive)}
    return caught.value


def test_part_f_of_another_scenario_is_refused(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.support.model_runs.PART_F", "S0105_ADJBL")
    make_model_run(tmp_path / "made.zip", "s9020", series=3, variables=[SHASTA])
    path = without_mark(tmp_path / "made.zip", tmp_path / "run.zip", "s9020")
    error = refused_when_read(archive, tmp_path, "s9020", path)
    assert error.code == "OTHER_SCENARIO_NAMED"
    assert "part A or F of its DV file has the id s0105" in error.message
    # what was refused under a wrong id is free for the right one, until somebody takes it on there
    assert take(archive, "s0105", path).short_code == "s0105"
    assert read(archive, tmp_path, "s9020", path, "both").identity_doubts[0].code == "OTHER_SCENARIO_NAMED"
    assert refused(archive, "s0021", path).code == "SAME_CONTENT"


def test_a_registered_scenario_s_run_is_a_whole_one(archive, tmp_path):
    few = tmp_path / "s0020.zip"
    make_model_run(few, "s0020", series=3, variables=[SHASTA], window=((1921, 10), (1990, 9)))
    error = refused_when_read(archive, tmp_path, "s0020", few)
    assert error.code == "PERIOD_TOO_SHORT"
    assert "828 months have values" in error.message
    assert "1 of the" in error.message
    record = read(archive, tmp_path, "s0020", few, "the part that is there already")
    assert {doubt.code for doubt in record.identity_doubts} == {"PERIOD_TOO_SHORT", "TOO_FEW_VARIABLES"}
    # an id that is not registered promises nothing of the kind
    make_model_run(tmp_path / "s9020.zip", "s9020", series=3, seed=2, variables=[SHASTA])
    assert read(archive, tmp_path, "s9020", tmp_path / "s9020.zip").identity_doubts == ()


def test_a_whole_run_of_a_registered_scenario_raises_no_doubt(archive, tmp_path):
    path = tmp_path / "s0020.zip"
    make_model_run(path, "s0020", series=0)
    record = read(archive, tmp_path, "s0020", path)
    assert (record.kind, record.identity_doubts) == ("model_run", ())


def test_an_input_with_hardly_a_variable_is_refused(archive, tmp_path, monkeypatch):
    path = tmp_path / "s0020.zip"
    monkeypatch.setenv("COEQWAL_MIN_MAPPED_SHARE", "0.0005")
    make_model_run(path, "s0020", series=0, variables=[SHASTA, ("sv", "I_NOTHING", "INFLOW", "TAF")])
    error = refused_when_read(archive, tmp_path, "s0020", path)
    assert (error.code, "its SV file has 0 of the" in error.message) == ("TOO_FEW_VARIABLES", True)


def test_a_declared_period_is_kept(archive, tmp_path):
    path = tmp_path / "s9020.zip"
    make_model_run(path, "s9020", series=3, variables=[SHASTA], window=((1921, 10), (1990, 9)))
    error = refused_when_read(archive, tmp_path, "s9020", path, first_month="1921-10", last_month="2021-09")
    assert error.code == "PERIOD_DIFFERS"
    assert "it covers 1921-10 to 1990-09, declared is 1921-10 to 2021-09" in error.message
    assert read(archive, tmp_path, "s9020", path, last_month="1990-09").identity_doubts == ()


# ---------------------------------------------------------------- hostile ones

KINDS = ("zip", "folder", "dv", "sv", "word", "wide", "other file", "mark", "twice", "rewrapped")


def hostile(kind, chance, folder):
    """A ZIP that is not s0020's, said to be s0020's, and the code that it is to be refused with."""
    other = f"s{chance.randrange(21, 9999):04d}"
    other = chance.choice((other, other.upper()))
    before, after = chance.choice(("", "x_", "Run-", "a b ")), chance.choice(("", "_v2", "-final", " (1)", ".adj"))
    named = f"{before}{other}{after}"
    zip_name, members, more, code = "run.zip", [DV, SV], {}, "OTHER_SCENARIO_NAMED"
    match kind:
        case "zip":
            zip_name = f"{named}.zip"
        case "folder":
            top, slash = chance.choice(("", "top/")), chance.choice("/\\")
            members[0] = f"{top}{named}{slash}DSS/output/dv.dss"
        case "dv":
            members[0] = f"DSS/output/{named}_DV.dss"
        case "sv":
            members[1] = f"DSS/input/{named}_SV.dss"
        case "word":
            members[0] = f"scenario{chance.choice(('', '_', ' ', '-'))}{other[1:]}/DSS/output/dv.dss"
        case "wide":
            wide = other.lower().translate({ord(c): ord(c) + 0xFEE0 for c in "s0123456789"})
            members[0] = f"{wide}/DSS/output/dv.dss"
        case "other file":
            more[f"{named}.txt"] = "x"
        case "mark":
            place = chance.choice(("", "a/", "archive/", "a\\b\\"))
            more[place + chance.choice(("synthetic.json", "SYNTHETIC.JSON"))] = chance.randbytes(20)
            code = "SYNTHETIC_AS_REGISTERED"
        case _:
            code = "SAME_CONTENT"
            more = {"note.txt": "x"} if kind == "rewrapped" else {}
    return packed(folder / zip_name, *members, content=b"ZDSS of s0105", **more), code


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_runs_are_refused_and_never_crash(archive, tmp_path, kind, seed):
    if kind in ("twice", "rewrapped"):
        (tmp_path / "first").mkdir()
        take(archive, "s0105", packed(tmp_path / "first" / "run.zip", content=b"ZDSS of s0105"))
    path, code = hostile(kind, random.Random(f"{kind}/{seed}"), tmp_path)
    assert refused(archive, "s0020", path).code == code
    record = take(archive, "s0020", path, "on purpose")
    assert [doubt.code for doubt in record.identity_doubts] == [code]


def test_the_registry_is_the_seed():
    assert "s0020" in identity.registered()
    assert (
        len(identity.registered())
        == len((PROJECT / "seeds/05_themes_scenarios/scenario.csv").read_text().splitlines()) - 1
    )
