"""A build that loses its database or a race ends with exit code 3, a killed run takes dbt along; profiles."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from extract.database import SESSION
from extract.errors import DatabaseAwayError
from extract.settings import PROJECT, Settings
from extract.warehouse import dbt
from tests.plugin.scenario_dbt import ScenarioProject

CALL = """
import sys
from pathlib import Path
from extract.cli import main
from extract.warehouse import dbt
dbt.PROJECT, url, target, select = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
def run(): dbt.dbt(["run", "--select", select, "--threads", "1"], url, target)
main.app = run
main.main()
"""


@pytest.fixture
def project(tmp_path, new_database, prepared_template, monkeypatch):
    """A small project whose dbt is called as the real one's is."""
    project = ScenarioProject(tmp_path, new_database(prepared_template))
    project.deploy()
    (project.folder / "profiles.yml.example").write_text((PROJECT / "profiles.yml.example").read_text())
    (project.folder / "profiles.yml").unlink()
    monkeypatch.setattr(dbt, "PROJECT", project.folder)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    return project


def start(project, tmp_path, select="fct_total"):
    """A process that builds `fct_total`, and goes on when nobody holds its rows any more."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", CALL, str(project.folder), project.url, str(tmp_path / "dbt" / "own"), select]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def waiting_dbt(link, run, name="dbt"):
    """Process of the server that waits for somebody else's lock, in the name of dbt."""
    for _ in range(1800):
        row = link.execute(
            "select pid from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'"
            " and datname = current_database()",
            [name],
        ).fetchone()
        if row:
            return row[0]
        assert run.poll() is None, run.communicate()
        time.sleep(0.1)
    raise AssertionError(f"{name} does not come")


def is_gone(link, pid):
    for _ in range(200):
        if link.execute("select 1 from pg_stat_activity where pid = %s", [pid]).fetchone() is None:
            return True
        time.sleep(0.1)
    return False


def children(pid):
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_alive(pid):
    state = subprocess.run(["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_a_connection_that_is_cut_during_a_build_is_exit_3(project, tmp_path):
    with psycopg.connect(project.url, autocommit=True) as watch, psycopg.connect(project.url) as holder:
        holder.execute("lock table marts.fct_total in access exclusive mode")
        run = start(project, tmp_path)
        watch.execute("select pg_terminate_backend(%s)", [waiting_dbt(watch, run)])
        _, errors = run.communicate(timeout=120)
    assert run.returncode == 3, errors
    assert "DATABASE_AWAY" in errors


def test_a_lost_race_during_a_build_is_exit_3(project, tmp_path):
    """Somebody holds the table for longer than dbt may wait; the same command succeeds once they are gone."""
    with psycopg.connect(project.url, autocommit=True) as watch, psycopg.connect(project.url) as holder:
        name = watch.execute("select current_database()").fetchone()[0]
        watch.execute(f"alter database {name} set lock_timeout = '1s'")
        holder.execute("lock table marts.fct_total in access exclusive mode")
        run = start(project, tmp_path)
        _, errors = run.communicate(timeout=120)
    assert run.returncode == 3, errors
    assert "LOST_RACE" in errors

    again = start(project, tmp_path)
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors


def test_a_deadlock_during_a_build_is_exit_3_and_changes_nothing(project, tmp_path):
    """Another session takes what a build takes, rows of the table and their line in the build log, the other way round.

    A gate keeps the build from its second lock until the other session waits for its first, however slow either is;
    the server looks for deadlocks when dbt has waited for a second, and in the other session not before the test ends.
    """
    project.load("s0105", "r2", S_A=30, S_B=30)
    rows, builds = project.rows("marts.fct_total"), project.rows("ops.scenario_build")
    with (
        psycopg.connect(project.url, autocommit=True) as watch,
        psycopg.connect(project.url) as gate,
        psycopg.connect(project.url, application_name="other") as other,
        ThreadPoolExecutor() as aside,
    ):
        other.execute("set deadlock_timeout = '1h'")
        logged = other.execute("select from ops.scenario_build where model = 'fct_total' for update").rowcount
        gate.execute("lock table staging.value in access exclusive mode")
        run = start(project, tmp_path, "scenario:s0105,fct_total")
        victim = waiting_dbt(watch, run)
        lock = "select pg_advisory_xact_lock(hashtextextended('marts.fct_total/s0105', 0))"
        second = aside.submit(other.execute, lock)
        assert waiting_dbt(watch, run, "other") != victim
        gate.rollback()
        second.result(timeout=120)  # the server has ended the transaction of the build
        other.rollback()
        _, errors = run.communicate(timeout=120)
    assert logged == 3
    assert run.returncode == 3, errors
    assert errors.startswith("error LOST_RACE: the database refused a change of dbt because of another one")
    assert "run the same command again" in errors
    assert "SQLSTATE 40P01, RACE" in (tmp_path / "dbt" / "own" / "logs" / "dbt.log").read_text()
    assert (project.rows("marts.fct_total"), project.rows("ops.scenario_build")) == (rows, builds)
    again = start(project, tmp_path, "scenario:s0105,fct_total")
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    after = project.sql("select total from marts.fct_total where scenario_id = 's0105'")
    assert len(after) == 2
    assert set(after).isdisjoint(project.sql("select total from marts.fct_total where scenario_id <> 's0105'"))


def test_a_fault_of_a_model_is_still_exit_1(project, tmp_path):
    project.edit("models/marts/fct_total.sql", "from", "from nowhere_at_all, ")
    run = start(project, tmp_path)
    _, errors = run.communicate(timeout=120)
    assert run.returncode == 1, errors


def test_a_server_that_is_away_is_exit_3(project, tmp_path):
    with pytest.raises(DatabaseAwayError):
        dbt.dbt(["run"], "postgresql://a:b@127.0.0.1:1/x", tmp_path / "dbt" / "own")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_killed_takes_dbt_along(project, tmp_path, number):
    with psycopg.connect(project.url, autocommit=True) as watch, psycopg.connect(project.url) as holder:
        holder.execute("lock table marts.fct_total in access exclusive mode")
        run = start(project, tmp_path)
        pid = waiting_dbt(watch, run)
        (dbt,) = children(run.pid)
        run.send_signal(number)
        run.communicate(timeout=60)
        assert run.returncode != 0
        assert is_gone(watch, pid), "a statement of the killed dbt goes on"
        for _ in range(100):
            if not is_alive(dbt):
                break
            time.sleep(0.1)
        assert not is_alive(dbt)


def test_a_session_of_dbt_says_itself_what_times_and_texts_mean(project):
    """Case of a server whose dates are not ISO."""
    with psycopg.connect(project.url, autocommit=True) as link:
        for name, value in {"datestyle": "SQL, DMY", "timezone": "Asia/Kathmandu", "extra_float_digits": "-10"}.items():
            link.execute(f"alter database {link.info.dbname} set {name} = '{value}'")
    (project.folder / "macros" / "shown.sql").write_text(
        "{% macro shown(name) %}{% do log(name ~ '=' ~ run_query('show ' ~ name).columns[0][0], info=true) %}"
        "{% endmacro %}"
    )
    (project.folder / "profiles.yml").write_text((PROJECT / "profiles.yml.example").read_text())
    for name in ("datestyle", "timezone", "extra_float_digits"):
        assert f"{name}={SESSION[name]}" in project.dbt("run-operation", "shown", "--args", f"{{name: {name}}}")


def test_each_data_folder_has_a_profile_of_its_own(tmp_path, monkeypatch):
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr(dbt, "PROJECT", root)
    (root / "profiles.yml.example").write_text((PROJECT / "profiles.yml.example").read_text())
    first, second = "postgresql://coeqwal:a%40b@127.0.0.1:1/coeqwal", "postgresql://coeqwal:c@127.0.0.1:2/coeqwal"
    own = dbt.write_project_profile(Settings(data_dir=root / "data"), first)
    assert "works on this database" in own
    before = (root / "profiles.yml").read_text()
    assert first in before
    said = dbt.write_project_profile(Settings(data_dir=root / "data2"), second)
    assert "DBT_PROFILES_DIR" in said
    assert (root / "profiles.yml").read_text() == before
    assert (root / "profiles.yml").stat().st_mode & 0o777 == 0o600
    (root / "profiles.yml").write_text("mine: {}\n")
    assert "their own" in dbt.write_project_profile(Settings(data_dir=root / "data"), second)
    assert (root / "profiles.yml").read_text() == "mine: {}\n"
