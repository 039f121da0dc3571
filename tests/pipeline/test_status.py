"""What is stale and why, the plan that follows, and the history that nobody can change."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from extract.archive import Archive
from extract.cli import status
from extract.convert.extraction import Request, extract
from extract.errors import BadZipError, DatabaseAwayError, UsageError
from extract.intake.promote import given_by_hand, promote
from extract.pipeline import locks, plan
from extract.pipeline.plan import Pair
from extract.pipeline.status import Facts, judge
from extract.records.operator import operator
from extract.settings import PROJECT
from extract.warehouse import load, stage_history
from extract.warehouse.activation import Cell, State
from extract.warehouse.stage_history import Build, StageRun
from tests.support.model_runs import make_model_run

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def current(tmp_path_factory):
    """The facts of a scenario of which everything is current."""
    folder = tmp_path_factory.mktemp("status")
    made = make_model_run(
        folder / "s0105_x.zip", "s0105", series=3, variables=[("dv", "S_SHSTA", "STORAGE", "TAF")], reference=True
    )
    archive = Archive(str(folder / "archive"))
    ingest, _ = promote(given_by_hand("s0105", made.zip_path, made.reference_path), archive)
    record = extract(Request("s0105", made.zip_path, made.reference_path, ingest), archive, folder / "work")
    build = Build(frozenset({record.receipt_id}), frozenset({"code"}), frozenset(), False, NOW)
    shown = State(record.receipt_id, True, "ann", None, NOW)
    return Facts("s0105", ingest, record, True, None, record.receipt_id, build, [], shown, True, None, "code")


def disproved(facts):
    verdict = facts.extracted.validation
    summary = verdict.summary.model_copy(update={"status": "FAILED", "note": "1 cells differ"})
    validation = verdict.model_copy(update={"status": "FAILED", "summary": summary})
    return facts.extracted.model_copy(update={"validation": validation, "quarantined": True})


def other_zip(facts):
    return facts.ingest.model_copy(update={"zip_sha256": "f" * 64})


def open_question(status):
    return [Cell("s0105", "oracle", "reservoir", status, "blocks_activation", "x", None, ["fct_x: 1 value differs"])]


def dbt_tests(status):
    return (Cell("s0105", "dbt_tests", "reservoir", status, "blocks_activation", "x", None, None),)


RUN = "coeqwal run s0105"
HIDDEN = {"shown": None, "active": False}
NOTHING = {"loaded": None, "build": None, **HIDDEN}
TO_THE_END = ["build", "verify", "activate"]
CASES = {
    "all is current": (lambda f: {}, {}, None, []),
    "nothing was received": (
        lambda f: {**NOTHING, "ingest": None, "extracted": None, "complete": False},
        {"received": "no model run", "loaded": "no rows"}, f"{RUN} --zip PATH", []),
    "only received": (
        lambda f: {"extracted": None, "complete": False, **NOTHING},
        {"extracted": "no receipt", "active": "does not show"}, RUN, ["extract", "load", *TO_THE_END]),
    "the ZIP was changed": (
        lambda f: {"ingest": other_zip(f)},
        {"extracted": "the ZIP was changed", "loaded": "not what is in the archive", "active": "built before"},
        RUN, ["extract", "load", *TO_THE_END]),
    "the trend report was changed": (
        lambda f: {"ingest": f.ingest.model_copy(update={"trend_csv_sha256": "e" * 64})},
        {"extracted": "the trend report"}, RUN, ["extract", "load", *TO_THE_END]),
    "another file was declared": (
        lambda f: {"ingest": f.ingest.model_copy(update={"expected_dv_path_in_zip": "other_DV.dss"})},
        {"extracted": "other DSS files are declared"}, RUN, ["extract", "load", *TO_THE_END]),
    "another version of the extractor": (
        lambda f: {"extracted": f.extracted.model_copy(update={"extract_version": "0"}), "complete": False},
        {"extracted": "by version 0 of the extractor"}, RUN, ["extract", "load", *TO_THE_END]),
    "a product vanished": (
        lambda f: {"complete": False}, {"extracted": "are not in the archive"}, RUN, ["extract", "load", *TO_THE_END]),
    "disproved": (
        lambda f: {"extracted": disproved(f), **NOTHING},
        {"validated": "quarantined, FAILED: 1 cells differ"}, f"{RUN} --zip PATH --trend PATH", []),
    "disproved and overridden": (
        lambda f: {"extracted": disproved(f), "override": "ann: a typing error"},
        {"validated": "overridden: ann: a typing error"}, None, []),
    "not loaded": (
        lambda f: {**NOTHING}, {"loaded": "no rows"}, RUN, ["load", *TO_THE_END]),
    "another run is loaded": (
        lambda f: {"loaded": "s0105-000"},
        {"loaded": "loaded is s0105-000", "built": "newer than the build, which is of s0105-"},
        RUN, ["load", *TO_THE_END]),
    "never built": (lambda f: {"build": None, **HIDDEN}, {"built": "never built"}, RUN, TO_THE_END),
    "the code was changed": (
        lambda f: {"code": "other"}, {"built": "models, seeds or macros were changed"}, RUN, TO_THE_END),
    "some of its rows are of other code": (
        lambda f: {"build": replace(f.build, code_versions=frozenset({"code", None}))},
        {"built": "models, seeds or macros were changed"}, RUN, TO_THE_END),
    "a table was never built": (
        lambda f: {"build": replace(f.build, missing=frozenset({"fct_a", "fct_b"}))},
        {"built": "2 of its tables are not built, such as fct_a, fct_b"}, RUN, TO_THE_END),
    "made from old seeds": (
        lambda f: {"build": replace(f.build, is_outdated=True)}, {"built": "`coeqwal db init`"}, RUN, TO_THE_END),
    "nobody tested": (
        lambda f: {"untested": dbt_tests("unknown")},
        {"built": "dbt_tests of reservoir: unknown", "active": "built before"}, RUN, TO_THE_END),
    "nobody verified": (
        lambda f: {"blocking": open_question("unknown"), **HIDDEN},
        {"verified": "oracle of reservoir: unknown", "active": "does not show"}, RUN, ["verify", "activate"]),
    "a check failed": (
        lambda f: {"blocking": open_question("failed")},
        {"verified": "oracle of reservoir: failed (fct_x: 1 value differs)", "active": "built before"},
        "coeqwal verify s0105", []),
    "not activated": (lambda f: HIDDEN, {"active": "does not show"}, RUN, ["activate"]),
    "hidden by somebody": (
        lambda f: {"active": False, "shown": replace(f.shown, is_active=False, reason="wrong file")},
        {"active": "hidden by ann, 2026-11-20T00:00:00+00:00: wrong file"}, "coeqwal activate s0105", []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_stale_why_and_what_to_do(current, name):
    change, details, command, stages = CASES[name]
    status = judge(replace(current, **change(current)))
    told = {stage.stage: stage.detail for stage in status.stages}
    for stage, detail in details.items():
        assert detail in told[stage]
    if not details:
        assert {stage.condition for stage in status.stages} == {"current"}
    assert status.next_command == command
    assert [pair.stage for pair in plan.pairs(status)] == stages
    assert json.loads(json.dumps(status.as_json()))["next"] == command


def test_a_stage_that_runs_is_seen_and_the_table_fits_80_columns(current, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert locks.running(tmp_path, "s0105") is None
    with locks.try_lock(tmp_path, "s0105") as lock:
        lock.say("build")
        with locks.try_lock(tmp_path, "s0105") as other:
            assert other is None
        seen = locks.running(tmp_path, "s0105")
        assert (seen.stage, seen.process) == ("build", os.getpid())
    assert locks.running(tmp_path, "s0105") is None, "a note that was left says nothing"
    cases = [judge(replace(current, **change(current))) for change, *_ in CASES.values()]
    cases += [replace(judge(replace(current, running=seen)), scenario_id="s0020")]
    assert cases[-1].next_command == "coeqwal status s0105"
    assert json.loads(json.dumps(cases[-1].as_json()))["running"]["stage"] == "build"
    table = status._table(cases)
    assert f"s0020    running: build, for 0:00 min, process {os.getpid()}" in table
    pages = [table, *map(status._in_full, cases)]
    assert max(len(line) for page in pages for line in page.splitlines()) <= 80
    assert "now        RUNNING  build, for 0:00 min" in pages[-1]


# ---------------------------------------------------------------- the plan as a file


def test_a_plan_is_read_as_it_was_written(tmp_path):
    pairs = [Pair("s0105", "load", "no rows, yet"), Pair("s0020", "build", "")]
    path = tmp_path / "plan.csv"
    path.write_text(plan.as_csv(pairs))
    assert plan.read(path) == pairs
    path.write_text("stage,scenario_id\n build ,S0105\n")
    assert plan.read(path) == [Pair("s0105", "build", "")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenario_id,stage\ns0105,dance\n", "line 2: 'dance' is not a stage"),
        ("scenario_id,stage\ns0105,load\nscenario,load\n", "line 3: 'scenario' is not a scenario id"),
        ("scenario_id,stage\ns0105,load\ns0105,load\n", "line 3: s0105, load is there twice"),
        ("scenario_id,stage\ns0105\n", "line 2: '' is not a stage"),
        ("scenario_id,stage,reason\ns0105,load,a,b\n", "line 2: more cells than columns"),
        ("scenario,stage\ns0105,load\n", "the columns are"),
        ("", "the columns are"),
    ],
)
def test_a_plan_that_makes_no_sense_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "plan.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        plan.read(path)


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ({}, 0),
        ({"s0002": BadZipError("bad")}, 4),
        ({"s0002": BadZipError("bad"), "s0003": DatabaseAwayError("away")}, 1),
    ],
)
def test_a_failure_is_told_and_the_others_go_on(errors, code):
    pairs = [Pair(f"s000{i}", stage, "") for i in (1, 2, 3) for stage in ("extract", "load")]
    done, told = [], []

    def work(pair):
        if pair.scenario_id in errors:
            raise errors[pair.scenario_id]
        done.append((pair.scenario_id, pair.stage))

    assert plan.carry_out(pairs, work, told.append) == code
    assert done == [(p.scenario_id, p.stage) for p in pairs if p.scenario_id not in errors]
    assert [(r.pair.scenario_id, r.pair.stage, bool(r.error)) for r in told] == [
        (scenario, stage, stage == "extract") for scenario in errors for stage in ("extract", "load")
    ]


# ---------------------------------------------------------------- the history


@pytest.mark.parametrize(
    "statement",
    [
        "update ops.ingest_run set state = 'LOADED'",
        "delete from ops.ingest_run",
        "truncate ops.ingest_run",
        "insert into ops.ingest_run (stage, state, started_at) values ('load', 'DONE', now())",
        "insert into ops.ingest_run (stage, state, started_at) values ('load', 'FAILED', now())",
        "insert into ops.ingest_run (stage, state, started_at) values ('validate', 'OVERRIDDEN', now())",
    ],
)
def test_nobody_changes_the_history(new_database, prepared_template, statement):
    url = new_database(prepared_template)
    stage_history.record_stage(url, StageRun("s0105", "load", "LOADED", 1.0, "s0105-aaa"))
    with psycopg.connect(url) as link, pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.CheckViolation)):
        link.execute(statement)
    load.prepare(url)
    with psycopg.connect(url) as link:
        rows = link.execute("select scenario_id, stage, state, receipt_id, operator from ops.ingest_run").fetchall()
    assert rows == [("s0105", "load", "LOADED", "s0105-aaa", operator())]


def test_what_is_built_follows_from_what_dbt_wrote_with_the_rows(new_database, prepared_template):
    url = new_database(prepared_template)
    receipt, code = "s0105-0123456789ab", "c0de"
    tables = [
        path.stem
        for path in (PROJECT / "dbt_project/models").rglob("fct_*.sql")
        if not path.stem.startswith("fct_tier")
    ]

    def write(model, version=f"{receipt}+tiers-1", code_version=code, fingerprint="x"):
        with psycopg.connect(url) as link:
            link.execute(
                "insert into ops.scenario_build"
                " (model, scenario_id, fingerprint, invocation_id, data_version, code_version)"
                " values (%s, 's0105', %s, 'y', %s, %s) on conflict (model, scenario_id) do update set"
                " fingerprint = excluded.fingerprint, data_version = excluded.data_version,"
                " code_version = excluded.code_version",
                [model, fingerprint, version, code_version],
            )

    def why_stale():
        return stage_history.built(url, "s0105").why_stale(receipt, code)

    assert stage_history.built(url, "s0105") is None
    for table in tables[1:]:
        write(table)
    assert why_stale() == f"1 of its tables are not built, such as {tables[0]}"
    write(tables[0])
    assert why_stale() is None
    # a table of deliveries, and one that the project has no more
    write("fct_tier_result", "s0105-000000000000", "another")
    write("fct_that_was_removed", "s0105-000000000000", "another")
    assert why_stale() is None
    broken = {
        "newer than the build, which is of s0105-000000000000": {"version": "s0105-000000000000"},
        "models, seeds or macros were changed": {"code_version": "another"},
        "which is of a load that was not recorded": {"version": None, "code_version": None},
        "seeds or views are older": {"fingerprint": "built from something that was not up to date"},
    }
    for reason, change in broken.items():
        write(tables[0], **change)
        assert reason in why_stale()
        write(tables[0])
    assert why_stale() is None
