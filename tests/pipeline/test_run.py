"""`coeqwal run` as a person calls it: the whole way, twice, and with everything that can be wrong."""

import errno
import fcntl
import io
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from api.main import create_app
from api.settings import ApiSettings
from extract import __version__, verification
from extract.archive import Archive
from extract.cli.report import Reporter
from extract.convert.extraction import Request, extract
from extract.errors import DiskFullError
from extract.pipeline import stages
from extract.pipeline.pipeline import Pipeline
from extract.records import names
from extract.settings import Settings
from extract.storage import folder
from extract.warehouse import activation, dbt, load
from extract.warehouse.activation import Cell
from tests.conftest import ROWS_ONLY
from tests.support import verified
from tests.support.model_runs import make_model_run

FACTS = {
    "marts.fct_reservoir_storage_monthly": "reservoir_code, water_month",
    "marts.fct_reservoir_spill_monthly": "reservoir_code, water_month",
    "marts.fct_reservoir_period_summary": "reservoir_code",
}


class Cli:
    """The command with a database and a data folder of its own."""

    def __init__(self, url, data_dir, parsed=None):
        self.url = url
        self.parsed = parsed or {}
        self.data_dir = data_dir
        self.archive = data_dir / "archive"

    def environment(self, **more):
        own = {"DATABASE_URL": self.url, "COEQWAL_DATA_DIR": str(self.data_dir)}
        return {**os.environ, **self.parsed, **own, **more}

    def __call__(self, *arguments, **more):
        return subprocess.run(
            [sys.executable, "-m", "extract.cli.main", *map(str, arguments)],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def query(self, statement):
        with psycopg.connect(self.url) as link:
            return link.execute(statement).fetchall()

    def state(self):
        """Every row that a failed run must leave as it was."""
        facts = [self.query(f"select * from {table} order by scenario_id, {key}") for table, key in FACTS.items()]
        return facts, self.query("select * from staging.scenario_load order by 1"), self.receipt()

    def receipt(self, scenario_id="s0105"):
        path = self.archive / names.extract_record_key(scenario_id)
        return path.read_bytes() if path.exists() else None

    def refusals(self):
        return [json.loads(path.read_text()) for path in (self.archive / "rejected").glob("*.json")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A small synthetic model run with its trend report."""
    folder = tmp_path_factory.mktemp("runs")
    make_model_run(folder / "s0105_small.zip", "s0105", series=300, seed=7, reference=True)
    return folder


@pytest.fixture(scope="module")
def loaded(new_database, deployed_template, tmp_path_factory, runs, parsed_for):
    """A warehouse in which s0105 was built."""
    url = new_database(deployed_template)
    cli = Cli(url, tmp_path_factory.mktemp("data"), parsed_for(url))
    cli.command = ("run", "s0105", "--zip", runs / "s0105_small.zip", "--trend", runs / "s0105_small.csv")
    result = cli(*cli.command, "--to", "build")
    assert result.returncode == 0, result.stdout + result.stderr
    cli.first_output = result.stdout
    return cli


def test_a_run_goes_to_the_statistics(loaded):
    assert "trend report: PASSED" in loaded.first_output
    assert loaded.first_output.endswith("Next: `coeqwal run s0105`\n")
    receipt = json.loads(loaded.receipt())
    assert receipt["receipt_id"] == loaded.query("select receipt_id from staging.scenario_load")[0][0]
    for table in FACTS:
        ids = loaded.query(f"select distinct scenario_id, load_id from {table}")
        assert ids == [("s0105", receipt["receipt_id"])]


def test_the_same_run_again_changes_nothing_and_says_so(loaded):
    verified.answer(loaded.url, "s0105")
    first = loaded(*loaded.command)
    assert first.returncode == 0, first.stdout + first.stderr
    last_line = first.stdout.splitlines()[-1]
    assert last_line.endswith(". Next: `coeqwal serve`")
    counts = counted_by_the_api(loaded.url, "s0105")
    begin = f"s0105 is in the warehouse: {counts['passed']} of {counts['total']} questions passed"
    assert last_line.startswith(begin)
    others = re.findall(r"(\d+) (failed|error|not_checked|unknown) ", last_line.removeprefix(begin))
    assert {status: int(n) for n, status in others} == {
        status: counts[status] for status in ("failed", "error", "not_checked", "unknown") if counts[status]
    }
    for table in ("api.api_scenario", "api.api_provenance_load", "ops.release"):
        assert loaded.query(f"select distinct kind from {table} where scenario_id = 's0105'") == [("model_run",)]
    before = loaded.state()
    files = {path: path.stat().st_mtime_ns for path in loaded.archive.rglob("*") if path.is_file()}
    result = loaded(*loaded.command, "--json")
    assert result.returncode == 0, result.stderr
    stages = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [(stage["stage"], stage["status"]) for stage in stages] == [
        ("promote", "unchanged"),
        ("classify", "unchanged"),
        ("extract", "unchanged"),
        ("validate", "unchanged"),
        ("load", "unchanged"),
        ("build", "unchanged"),
        ("verify", "unchanged"),
        ("activate", "unchanged"),
        ("answers", "unchanged"),
    ]
    assert {path: path.stat().st_mtime_ns for path in loaded.archive.rglob("*") if path.is_file()} == files
    assert loaded.state() == before


def counted_by_the_api(url, scenario_id):
    """How the questions stand as the route says."""
    with TestClient(create_app(ApiSettings(database_url=url))) as client:
        return client.get(f"/api/verification/status/{scenario_id}").json()["summary"]


def test_rows_that_somebody_else_rebuilt_are_built_again(loaded, run_dbt):
    run_dbt(loaded.url, "run", "--select", "scenario:s0105,fct_reservoir_spill_monthly", check=True)
    result = loaded(*loaded.command, "--to", "build", "--json")
    assert json.loads(result.stdout.splitlines()[-1])["status"] == "done", result.stderr


def test_what_plain_dbt_built_and_tested_is_not_built_again(loaded, run_dbt):
    build = ("build", "--select", "scenario:s0105")
    run_dbt(loaded.url, *build, check=True)
    result = loaded(*loaded.command, "--to", "build", "--json")
    last = json.loads(result.stdout.splitlines()[-1])
    assert (last["stage"], last["status"]) == ("build", "unchanged"), result.stderr
    assert "  built      current  " in loaded("status", "s0105").stdout


def test_a_wrong_answer_of_the_api_is_told_and_the_load_stays_shown(monkeypatch, tmp_path):
    config = Settings(database_url="postgresql://nobody@127.0.0.1:1/none", data_dir=tmp_path)
    pipeline = Pipeline(config, "s0105", lambda report: None)
    command = "coeqwal verify SCENARIO --question api_views"
    open_, wrong = (
        Cell("s0105", "api_views", "reservoir", status, "blocks_release", command, None, examples)
        for status, examples in (("unknown", None), ("failed", ["api_views.values: SHSTA"]))
    )
    known = [open_]
    asked = []

    def run_verifiers(url, settings, scenario_id, wanted):
        asked.extend(wanted)
        known[:] = [wrong]
        return []

    monkeypatch.setattr(pipeline.work, "cells", lambda: known)
    monkeypatch.setattr(load, "loaded_receipt", lambda url, scenario_id: "s0105-1")
    monkeypatch.setattr(activation, "active_scenarios", lambda url: {"s0105"})
    monkeypatch.setattr(verification, "run", run_verifiers)
    monkeypatch.setattr(verification, "keep", lambda *given: "a run")
    with pytest.raises(activation.WrongAnswersError) as caught:
        stages.answers(pipeline.work)
    assert asked == ["api_views"]
    assert (caught.value.exit_code, caught.value.code) == (1, "WRONG_ANSWERS")
    for part in (
        "api_views of reservoir: failed (api_views.values: SHSTA)",
        "coeqwal verify s0105",
        "deactivate s0105",
    ):
        assert part in str(caught.value)
    assert pipeline.summary() == "0 of 1 questions passed, 1 failed (api_views)"
    monkeypatch.setattr(activation, "active_scenarios", lambda url: set())
    assert stages.answers(pipeline.work).unchanged


def test_every_stage_run_has_its_row(loaded):
    stages = loaded.query("select stage, state from ops.ingest_run where scenario_id = 's0105' order by run_id")
    assert stages[:6] == [
        ("promote", "RECEIVED"),
        ("classify", "CLASSIFIED"),
        ("extract", "EXTRACTED"),
        ("validate", "VALIDATED"),
        ("load", "LOADED"),
        ("build", "BUILT"),
    ]


def test_status_and_plan_of_what_is_current(loaded):
    verified.answer(loaded.url, "s0105")
    assert loaded("status", "s0105").stdout.endswith("nothing to do\n")
    assert loaded("plan", "s0105").stdout == "scenario_id,stage,reason\n"
    assert "neither the archive" in loaded("status", "s0777").stderr


def test_a_plan_is_carried_out_and_a_failure_in_it_is_loud(loaded, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("scenario_id,stage,reason\ns0777,extract,\ns0777,load,\ns0105,load,once more\n")
    result = loaded("run", "--plan", path)
    assert result.returncode == 2
    assert "error USAGE: s0777 extract: there is no model run of s0777" in result.stderr
    assert "not done: s0777 load, because extract failed" in result.stderr
    assert "s0105 load: once more" in result.stdout
    assert "1 of 3 stages done" in result.stdout
    assert loaded("run", "s0105", "--plan", path).returncode == 2


def test_the_wide_csv_lies_where_the_website_finds_it(loaded):
    lines = (loaded.archive / "scenario/s0105/csv/s0105_coeqwal_calsim_output.csv").read_text().splitlines()
    assert [line.split(",", 1)[0] for line in lines[:9]] == [
        "a", "b", "c", "e", "f", "type", "units", "1921-10-31", "1921-11-30",
    ]  # fmt: skip
    assert len(lines) == 7 + 1200


def test_rebuilding_one_scenario_leaves_the_other_byte_for_byte(loaded, tmp_path, run_dbt):
    make_model_run(tmp_path / "s0020_other.zip", "s0020", series=300, seed=8)
    other_run = ("run", "s0020", "--zip", tmp_path / "s0020_other.zip", "--to", "build")
    assert loaded(*other_run, **ROWS_ONLY).returncode == 0
    rows = "select xmin::text, ctid::text, f from {} as f where scenario_id = '{}' order by ctid"
    other = [loaded.query(rows.format(table, "s0020")) for table in FACTS]
    own = [loaded.query(rows.format(table, "s0105")) for table in FACTS]
    assert all(other)
    run_dbt(loaded.url, "build", "--select", "scenario:s0105", check=True, **ROWS_ONLY)
    assert [loaded.query(rows.format(table, "s0020")) for table in FACTS] == other
    rebuilt = [loaded.query(rows.format(table, "s0105")) for table in FACTS]
    assert [sorted(row[2] for row in table) for table in rebuilt] == [sorted(row[2] for row in table) for table in own]
    assert {row[0] for table in rebuilt for row in table}.isdisjoint(row[0] for table in own for row in table)


# ---------------------------------------------------------------- what can be wrong with the input


def zip_with(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, content in members.items():
            archive_file.writestr(name.replace("__", "/") + ".dss", content)
    return path


def dv_bytes(runs):
    with zipfile.ZipFile(runs / "s0105_small.zip") as archive_file:
        (name,) = [n for n in archive_file.namelist() if n.endswith("_DV.dss")]
        return archive_file.read(name)


def damaged(content, count, seed):
    raw = bytearray(content)
    rng = random.Random(seed)
    for position in rng.sample(range(len(raw)), count):
        raw[position] ^= rng.randrange(1, 256)
    return bytes(raw)


def write_bad(kind, folder, runs):
    good = dv_bytes(runs)
    path = folder / "s0105_bad.zip"
    if kind == "not a zip":
        path.write_bytes(b"this is not a ZIP archive\n" * 100)
    elif kind == "no dss inside":
        with zipfile.ZipFile(path, "w") as archive_file:
            archive_file.writestr("readme.txt", "nothing here")
    elif kind == "no known variable":
        make_model_run(path, "s0105", series=20, variables=[("dv", f"X_{i}", "NOTHING", "TAF") for i in range(20)])
    else:
        content = {
            "zero length": b"",
            "a text file": b"Shasta 4552\n" * 1000,
            "cut at 10 %": good[: len(good) // 10],
            "cut at 50 %": good[: len(good) // 2],
            "cut at 90 %": good[: len(good) * 9 // 10],
            "20,000 bytes changed": damaged(good, 20_000, 3),
        }[kind]
        zip_with(path, run__DSS__output__s0105_DV=content)
    return path


BAD = {
    "not a zip": "BAD_ZIP",
    "no dss inside": "NO_DSS_IN_ZIP",
    "zero length": "NOT_DSS",
    "a text file": "NOT_DSS",
    "cut at 10 %": "CORRUPT_DSS",
    "cut at 50 %": "CORRUPT_DSS",
    "cut at 90 %": "CORRUPT_DSS",
    "20,000 bytes changed": "CORRUPT_DSS",
    "no known variable": "NO_KNOWN_VARIABLE",
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_and_changes_nothing(loaded, runs, tmp_path, kind):
    before = loaded.state()
    path = write_bad(kind, tmp_path, runs)
    result = loaded("run", "s0105", "--zip", path)
    assert result.returncode == 4, result.stdout + result.stderr
    assert f"error {BAD[kind]}" in result.stderr
    assert "s0105_bad.zip" in result.stderr
    assert "remedy:" in result.stderr
    assert "Traceback" not in result.stderr
    assert loaded.state() == before
    refusal = [r for r in loaded.refusals() if r["reason_code"] == BAD[kind] and r["zip_name"] == path.name]
    assert refusal
    assert not list((loaded.data_dir / "work").iterdir())
    last = loaded.query("select state, reason_code from ops.ingest_run order by run_id desc limit 1")
    assert last == [("FAILED", BAD[kind])]


@pytest.mark.parametrize("seed", range(5))
def test_200_changed_bytes_are_refused_or_harmless(loaded, runs, tmp_path, seed):
    """The format has no checksums: a flip inside a value cannot be seen, but nothing else may slip through."""
    path = zip_with(tmp_path / "s0199_bad.zip", run__DSS__output__s0199_DV=damaged(dv_bytes(runs), 200, seed))
    before = loaded.receipt()
    result = loaded("extract", "s0199", "--zip", path)
    assert result.returncode in (0, 4), result.stderr
    assert "Traceback" not in result.stderr
    if result.returncode == 0:
        assert json.loads(loaded.receipt("s0199"))["dv"]["series"] == json.loads(before)["dv"]["series"]
        shutil.rmtree(loaded.archive / "scenario" / "s0199")
    else:
        assert loaded.receipt("s0199") is None


def test_a_disproved_trend_report_stops_before_the_load(loaded, runs, tmp_path):
    before = loaded.query("select * from staging.scenario_load")
    make_model_run(tmp_path / "s0188_x.zip", "s0188", series=100, seed=9, reference=True)
    lines = (tmp_path / "s0188_x.csv").read_text().splitlines()
    cells = lines[20].split(",")
    cells[1] = str(float(cells[1]) + 1.0)
    lines[20] = ",".join(cells)
    (tmp_path / "wrong.csv").write_text("\n".join(lines))
    result = loaded("run", "s0188", "--zip", tmp_path / "s0188_x.zip", "--trend", tmp_path / "wrong.csv")
    assert result.returncode == 1
    assert "1 cells in 1 columns and 0 units differ" in result.stderr
    assert loaded.query("select * from staging.scenario_load") == before
    again = loaded("load", "s0188")
    assert again.returncode == 1
    assert "error VALIDATION_FAILED" in again.stderr
    assert "blocked" in loaded("status", "s0188").stdout
    assert loaded("plan", "s0188").stdout == "scenario_id,stage,reason\n"
    assert loaded("load", "s0188", "--override-validation", " ").returncode == 2
    overridden = loaded("load", "s0188", "--override-validation", "a typing error in the report")
    assert overridden.returncode == 0, overridden.stderr
    assert loaded.query("select count(*) from staging.scenario_load where scenario_id = 's0188'") == [(1,)]
    assert loaded.query(
        "select stage, override_reason, operator is null from ops.ingest_run where state = 'OVERRIDDEN'"
    ) == [("validate", "a typing error in the report", False)]
    receipt = json.loads((loaded.archive / names.override_key("s0188")).read_text())
    assert (receipt["reason"], receipt["note"]) == (
        "a typing error in the report",
        "1 cells in 1 columns and 0 units differ",
    )
    assert loaded("load", "s0188").returncode == 0


# ---------------------------------------------------------------- wrong calls and a failing environment


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--zip", "run_without_id.zip"], "no scenario id"),
        (["run", "scenario5", "--zip", "x.zip"], "not a scenario id"),
        (["run", "s0177"], "--zip PATH"),
        (["load", "s0177"], "not extracted yet"),
    ],
)
def test_wrong_calls(loaded, arguments, message):
    result = loaded(*arguments)
    assert result.returncode == 2
    assert message in (result.stderr + result.stdout)


@pytest.mark.parametrize("command", ["run", "extract"])
@pytest.mark.parametrize("data_dir", ["the one in use", "a new one"])
def test_a_missing_file_is_a_wrong_call_and_leaves_no_trace(loaded, runs, tmp_path, command, data_dir):
    cli = loaded if data_dir == "the one in use" else Cli(loaded.url, tmp_path / "new")

    def traces():
        return cli.query("select max(run_id) from ops.ingest_run"), sorted(map(str, cli.data_dir.rglob("*")))

    before = traces()
    for arguments, message in [
        (["--zip", "absent.zip"], "absent.zip: there is no such file"),
        (["--zip", runs], f"{runs}: this is a folder"),
        (["--zip", runs / "s0105_small.zip", "--trend", "absent.csv"], "absent.csv: there is no such file"),
    ]:
        result = cli(command, "s0105", *arguments)
        assert result.returncode == 2
        assert message in result.stderr
    assert traces() == before
    assert cli.data_dir.exists() == (cli is loaded)


def test_a_database_that_is_away(tmp_path, runs):
    cli = Cli("postgresql://coeqwal:secret@127.0.0.1:1/coeqwal", tmp_path)
    result = cli("run", "s0105", "--zip", runs / "s0105_small.zip")
    assert result.returncode == 3
    assert "127.0.0.1:1/coeqwal cannot be reached" in result.stderr
    assert "coeqwal db start" in result.stderr
    assert "secret" not in result.stdout + result.stderr


def test_without_any_database(tmp_path, runs):
    cli = Cli("", tmp_path)
    result = cli("run", "s0105", "--zip", runs / "s0105_small.zip")
    assert result.returncode == 2
    assert "coeqwal db start" in result.stderr


def test_a_full_disk_leaves_no_half_file(tmp_path, runs, monkeypatch):
    store = Archive(str(tmp_path / "archive"))
    request = Request("s0105", runs / "s0105_small.zip")
    real, calls = folder.os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(DiskFullError, match="no space left") as caught:
        extract(request, store, tmp_path / "work")
    assert caught.value.exit_code == 3
    assert store.get_text(names.extract_record_key("s0105")) is None
    assert not list((tmp_path / "archive" / ".incoming").iterdir())
    assert not (tmp_path / "work").exists()
    monkeypatch.undo()
    assert extract(request, store, tmp_path / "work").status == "SUCCEEDED"


def test_a_run_that_was_killed_is_done_again(tmp_path, loaded, runs):
    cli = Cli(loaded.url, tmp_path)
    # the ZIP is another scenario's by its name and content
    command = ("extract", "s0166", "--zip", str(runs / "s0105_small.zip"), "--accept-identity", "a test")
    code = (
        "import time\nfrom extract.cli import main\nfrom extract.convert import extraction\n"
        "real = extraction.write_load\n"
        "def slow(*arguments):\n    real(*arguments)\n    print('writing', flush=True)\n    time.sleep(60)\n"
        "extraction.write_load = slow\nmain.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command],
        env=cli.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().startswith("promote")
    assert process.stdout.readline().startswith("classify")
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert cli.receipt("s0166") is None
    result = cli(*command)
    assert result.returncode == 0, result.stderr
    assert not list((tmp_path / "work").iterdir())
    undisturbed = Cli(loaded.url, tmp_path / "other")
    undisturbed(*command)
    assert cli.receipt("s0166") == undisturbed.receipt("s0166")


def test_two_runs_of_one_scenario_at_once(loaded, runs):
    lock = loaded.data_dir / "locks" / "s0155.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = loaded("extract", "s0155", "--zip", runs / "s0105_small.zip")
    assert result.returncode == 3
    assert "another run of s0155" in result.stderr


@pytest.mark.parametrize("has_aws_s3", [True, False])
def test_an_archive_on_s3(new_database, deployed_template, with_aws_s3, bucket, runs, tmp_path, parsed_for, has_aws_s3):
    url = new_database(deployed_template)
    cli = Cli(with_aws_s3(url) if has_aws_s3 else url, tmp_path, parsed_for(url))
    arguments = ("run", "s0105", "--zip", runs / "s0105_small.zip", "--to", "build", "--json")
    result = cli(*arguments, COEQWAL_ARCHIVE=f"s3://{bucket}/coeqwal", **ROWS_ONLY)
    assert result.returncode == 0, result.stderr
    stages = {stage["stage"]: stage for stage in map(json.loads, result.stdout.splitlines())}
    assert f"series by {'aws_s3' if has_aws_s3 else 'COPY FROM STDIN'}" in stages["load"]["detail"]
    assert cli.query("select count(*) from staging.dss_series")[0][0] == int(stages["load"]["detail"].split()[0]) >= 300
    again = cli(*arguments, COEQWAL_ARCHIVE=f"s3://{bucket}/coeqwal", **ROWS_ONLY)
    # rows whose tests were left out are not taken for built and tested
    assert [json.loads(line)["status"] for line in again.stdout.splitlines()] == ["unchanged"] * 5 + ["done"]
    assert not (tmp_path / "archive").exists()


def test_serve_and_help_know_their_words():
    result = subprocess.run(
        [sys.executable, "-m", "extract.cli.main", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("run", "extract", "load", "build", "activate", "deactivate", "serve", "synthesize", "demo", "db"):
        assert command in result.stdout


def test_serve_says_what_to_do_when_its_port_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "extract.cli.main", "serve", "--port", str(port)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 3
    assert f"error PORT_TAKEN: port {port} of 127.0.0.1 is taken" in result.stderr
    assert "coeqwal serve --port" in result.stderr
    for wrong in (["--port", "70000"], ["--host", "256.0.0.1"]):
        refused = subprocess.run([*command[:4], *wrong], capture_output=True, text=True, check=False, timeout=60)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


def test_the_version():
    result = subprocess.run([sys.executable, "-m", "extract.cli.main", "--version"], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, f"coeqwal {__version__}\n")


def test_on_a_terminal_a_stage_is_seen_while_it_runs_and_with_json_never():
    def shown(as_json, **options):
        report = Reporter(as_json)
        report.console = Console(file=io.StringIO(), width=80, **options)
        with report.watch("build") as tell:
            tell(3, 1616)
        return report.console.file.getvalue()

    at_a_terminal = shown(False, force_terminal=True)
    assert "build" in at_a_terminal
    assert "3 of 1,616" in at_a_terminal
    assert shown(True, force_terminal=True) == shown(False, force_terminal=False) == ""


def test_of_dbts_events_errors_are_printed_and_nodes_counted(capsys):
    def event(name, level, msg, **data):
        return json.dumps({"info": {"name": name, "level": level, "msg": msg}, "data": data}) + "\n"

    told = []
    warned = {"resource_type": "test", "node_name": "a_test", "node_status": "warn"}
    lines = [
        event("LogStartLine", "info", "1 of 2 START", index=1, total=2),
        event("LogModelResult", "info", "1 of 2 OK", index=1, total=2, node_info={"resource_type": "model"}),
        event("LogTestResult", "error", "2 of 2 FAIL 3 a_test", index=2, total=2, node_info=warned),
        event("LogHookEndLine", "info", "1 of 1 OK hook", index=1, total=1),
        event("PrintEvent", "info", "said by a macro"),
        "Traceback of something else\n",
    ]
    done = dbt._pass_on(lines, lambda done, total: told.append((done, total)))
    assert done == "1 models, 1 tests, warning: a_test"
    assert told == [(1, 2), (2, 2)]
    assert capsys.readouterr().out == "2 of 2 FAIL 3 a_test\nsaid by a macro\nTraceback of something else\n"


def test_the_command_is_installed():
    program = Path(sys.executable).parent / "coeqwal"
    assert subprocess.run([program, "db", "--help"], capture_output=True, check=True).stdout
