"""A run that is killed goes on with the same command, and ends where an undisturbed one ends."""

import json
import os
import signal
import subprocess
import sys

import psycopg
import pytest

from extract.convert.csv_files import LOAD_COLUMNS
from extract.intake.promote import given_by_hand
from extract.pipeline.pipeline import Pipeline
from extract.settings import Settings
from tests.conftest import ROWS_ONLY
from tests.support.model_runs import make_model_run

VARIABLES = [("dv", f"S_{name}", "STORAGE", "TAF") for name in ("SHSTA", "OROVL", "FOLSM")]
STAGES = ("promote", "classify", "extract", "validate", "load")
KILLED = """
import os, signal, sys
from extract.cli import main
from extract.pipeline import pipeline
stage, moment = sys.argv.pop(1), sys.argv.pop(1)
timed, record_stage = pipeline.Pipeline._timed, pipeline.record_stage
def die(): os.kill(os.getpid(), signal.SIGKILL)
def dying(self, one):
    timed(self, one)
    if (one.name, moment) == (stage, "recorded"): die()
def recording(url, run):
    if (run.stage, moment) == (stage, "worked"): die()
    record_stage(url, run)
pipeline.Pipeline._timed, pipeline.record_stage = dying, recording
main.main()
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return make_model_run(folder / "s0105_x.zip", "s0105", series=10, variables=VARIABLES, reference=True)


def run(url, data_dir, made, goal="load"):
    settings = Settings(database_url=url, data_dir=data_dir, archive=str(data_dir / "archive"))
    candidate = given_by_hand("s0105", made.zip_path, made.reference_path)
    Pipeline(settings, "s0105", lambda report: None).run(candidate, goal)


def kill(stage, moment, url, data_dir, made, goal="load"):
    command = ["run", "s0105", "--zip", str(made.zip_path), "--trend", str(made.reference_path), "--to", goal]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, stage, moment, *command],
        env={**os.environ, "DATABASE_URL": url, "COEQWAL_DATA_DIR": str(data_dir), "COEQWAL_ARCHIVE": ""},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def archived(folder):
    """Every file of the archive by path. Only times and who did it may differ: they are taken out of two receipts."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        content = path.read_bytes()
        if content.startswith(b"{") and (b'"ingestion"' in content or name.startswith("snapshots/")):
            facts = json.loads(content)
            if "ingestion" in facts:
                del facts["ingestion"]["ingested_at_utc"]
                name = "objects/ingest_record" if name.startswith("objects/") else name
            else:
                del facts["created_at"], facts["totals"]
                facts["files"] = [
                    (file["path"], None if file["path"] == "ingest_record.json" else file["sha256"])
                    for file in facts["files"]
                ]
            content = json.dumps(facts)
        found[name] = content
    return found


def rows(url):
    columns = ", ".join(LOAD_COLUMNS)
    with psycopg.connect(url) as link:
        series = link.execute(f"select {columns} from staging.dss_series order by dss_kind, source_row").fetchall()
        load = "select scenario_id, receipt_id, zip_name, zip_sha256, dv_series, sv_series from staging.scenario_load"
        states = (
            "select stage, state, receipt_id from ops.ingest_run where state <> 'UNCHANGED' and stage <> 'deploy'"
            " order by run_id"
        )
        return series, link.execute(load).fetchall(), link.execute(states).fetchall()


def statistics(url):
    """Every row of every table that dbt filled, by table."""
    with psycopg.connect(url) as link:
        tables = link.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('marts', 'verification')"
        ).fetchall()
        return {
            table: link.execute(f"select to_jsonb(t)::text from {table} as t order by 1").fetchall()
            for (table,) in tables
        }


@pytest.fixture(scope="module")
def undisturbed(new_database, deployed_template, tmp_path_factory, small):
    url, data_dir = new_database(deployed_template), tmp_path_factory.mktemp("undisturbed")
    run(url, data_dir, small)
    return archived(data_dir / "archive"), rows(url)


@pytest.mark.parametrize(
    ("stage", "moment"),
    [*((stage, "recorded") for stage in STAGES), *((stage, "worked") for stage in ("promote", "extract", "load"))],
)
def test_the_same_command_goes_on(new_database, deployed_template, tmp_path, small, undisturbed, stage, moment):
    url = new_database(deployed_template)
    kill(stage, moment, url, tmp_path, small)
    assert list((tmp_path / "work").iterdir()), "the killed run left its work folder"
    run(url, tmp_path, small)
    assert archived(tmp_path / "archive") == undisturbed[0]
    assert rows(url) == undisturbed[1]
    assert not list((tmp_path / "work").iterdir())


def test_a_build_that_was_killed_before_it_was_recorded_is_done_again(
    warehouse_url, parsed_for, tmp_path, small, monkeypatch
):
    for name, value in {**ROWS_ONLY, **parsed_for(warehouse_url)}.items():
        monkeypatch.setenv(name, value)
    kill("build", "worked", warehouse_url, tmp_path, small, "build")
    before, (series, load, states) = statistics(warehouse_url), rows(warehouse_url)
    assert len(before["marts.fct_reservoir_storage_monthly"]) == 3 * 12, "dbt had come to its end"
    run(warehouse_url, tmp_path, small, "build")
    assert statistics(warehouse_url) == before
    assert rows(warehouse_url) == (series, load, [*states, ("build", "BUILT", load[0][1])])


def test_what_a_killed_run_left_is_removed_by_the_next_run_of_another_scenario(
    new_database, deployed_template, tmp_path, small
):
    url = new_database(deployed_template)
    kill("promote", "recorded", url, tmp_path, small)
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["s0105"]
    settings = Settings(database_url=url, data_dir=tmp_path, archive=str(tmp_path / "archive"))
    with Pipeline(settings, "s0106", lambda report: None)._locked():
        assert [path.name for path in (tmp_path / "work").iterdir()] == ["s0106"]
    assert not list((tmp_path / "work").iterdir())
