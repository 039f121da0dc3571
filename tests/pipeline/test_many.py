"""Several scenarios in one command: side by side, each for itself, to be stopped and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest

from extract.errors import CheckFailedError
from extract.pipeline import many
from extract.pipeline.many import Failure, StepResult
from extract.pipeline.stages import Goal
from tests.support.model_runs import make_model_run

SCENARIOS = ("s0105", "s0020")


class Pool:
    """A pool whose work is done at once, unless it is held back."""

    def __init__(self, failing: Sequence[str] = ()) -> None:
        self.failing = failing
        self.given: list[tuple[Goal, list[str]]] = []
        self.held: list[tuple[Future[list[StepResult]], list[StepResult]]] = []
        self.holds = False

    def submit(self, _: Callable[..., Any], ids: list[str], step: Goal) -> Future[list[StepResult]]:
        """Take note of it."""
        self.given.append((step, ids))
        failure = Failure("CHECK_FAILED", 1, "red")
        results = [StepResult(one, step, 1.0, failure=failure if one in self.failing else None) for one in ids]
        future: Future[list[StepResult]] = Future()
        if self.holds:
            self.held.append((future, results))
        else:
            future.set_result(results)
        return future


def all_of(scheduler: many._Scheduler, pool: Pool) -> None:
    while scheduler.start(pool):  # type: ignore[arg-type]
        scheduler.ended()


def test_builds_are_shared_and_the_rest_is_not() -> None:
    ids, pool = [f"s000{i}" for i in range(1, 7)], Pool()
    scheduler = many._Scheduler(ids, many.steps_to("active"), workers=2)
    all_of(scheduler, pool)
    assert sorted(scheduler.progress.finished) == ids
    assert scheduler.progress.exit_code == 0
    assert scheduler.progress.seconds_left == 0
    assert [len(given) for step, given in pool.given if step == "build"] == [4, 2]
    assert {len(given) for step, given in pool.given if step != "build"} == {1}


def test_one_that_fails_goes_no_further_and_stops_no_other() -> None:
    pool = Pool(failing=["s0002"])
    scheduler = many._Scheduler(["s0001", "s0002", "s0003"], many.steps_to("verify"), workers=2)
    all_of(scheduler, pool)
    assert sorted(scheduler.progress.finished) == ["s0001", "s0003"]
    assert set(scheduler.progress.failed) == {"s0002"}
    assert scheduler.progress.exit_code == 1
    assert [step for step, ids in pool.given if "s0002" in ids] == ["load"]


def test_one_build_and_one_question_to_the_api_at_a_time() -> None:
    pool = Pool()
    scheduler = many._Scheduler(["s0001", "s0002"], ("active",), workers=2)
    pool.holds = True
    assert scheduler.start(pool)  # type: ignore[arg-type]
    assert pool.given == [("active", ["s0001"])]
    assert list(scheduler.progress.waiting) == ["s0002"]
    future, results = pool.held.pop()
    future.set_result(results)
    scheduler.ended()
    assert scheduler.start(pool)  # type: ignore[arg-type]
    assert pool.given[1:] == [("active", ["s0002"])]


@pytest.mark.parametrize(
    ("goal", "steps"), [("extract", ("extract",)), ("load", ("load",)), ("verify", ("load", "build", "verify"))]
)
def test_the_steps_of_a_goal(goal: Goal, steps: tuple[Goal, ...]) -> None:
    assert many.steps_to(goal) == steps


def test_a_shared_build_that_fails_is_done_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is not built takes part, and whatever is wrong is said of the scenario that it is wrong with."""
    calls: list[tuple[str, ...]] = []

    def red(arguments: list[str], *_: object) -> str:
        calls.append(tuple(arguments[2:]))
        raise CheckFailedError("of one of them")

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x")
    monkeypatch.setattr("extract.warehouse.dbt.dbt", red)
    monkeypatch.setattr(many, "is_built", lambda work: work.scenario_id == "s0003")
    monkeypatch.setattr(many, "_one", lambda scenario_id, step: StepResult(scenario_id, step, 0.0))
    results = many._build(["s0001", "s0002", "s0003"], "build")
    assert calls == [("scenario:s0001", "scenario:s0002")]
    assert [result.scenario_id for result in results] == ["s0001", "s0002", "s0003"]

    calls.clear()
    many._build(["s0001", "s0003"], "build")
    assert calls == [], "one alone needs no command of its own before"


def command(url: str, data_dir: Path, parsed: dict[str, str], *arguments: str) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, **parsed, "DATABASE_URL": url, "COEQWAL_DATA_DIR": str(data_dir)}
    return [sys.executable, "-m", "extract", *arguments], environment


@pytest.fixture(scope="module")
def coeqwal(
    new_database: Callable[..., str],
    deployed_template: str,
    parsed_for: Callable[[str], dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., CompletedProcess[str]]:
    """The command on a warehouse whose archive has two scenarios, extracted and not loaded."""
    url, folder = new_database(deployed_template), tmp_path_factory.mktemp("many")

    def call(*arguments: str) -> CompletedProcess[str]:
        words, environment = command(url, folder, parsed_for(url), *arguments)
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=600)

    for seed, scenario_id in enumerate(SCENARIOS):
        made = make_model_run(folder / f"{scenario_id}_small.zip", scenario_id, series=300, seed=seed, reference=True)
        run = call(
            "run", scenario_id, "--zip", str(made.zip_path), "--trend", str(made.reference_path), "--to", "extract"
        )
        assert run.returncode == 0, run.stderr
    call.url, call.folder, call.parsed = url, folder, parsed_for(url)  # type: ignore[attr-defined]
    return call


@pytest.mark.parametrize(
    "arguments",
    [
        ["s0105", "s0105"],
        ["s0105", "s0020", "--zip", "somewhere.zip"],
        ["s0105", "--all"],
        ["s0105", "s9"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    coeqwal: Callable[..., CompletedProcess[str]], arguments: list[str]
) -> None:
    result = coeqwal("run", *arguments)
    assert result.returncode == 2
    assert "remedy" in result.stderr


def test_stopped_it_leaves_nothing_running_and_goes_on_later(coeqwal: Any) -> None:
    """Ctrl-C in the middle of the shared build; then the same command, with a scenario that has no model run."""
    words, environment = command(coeqwal.url, coeqwal.folder, coeqwal.parsed, "run", "--all", "--to", "build")
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    with psycopg.connect(coeqwal.url, autocommit=True) as link:
        dbt = "select count(*) from pg_stat_activity where application_name = 'dbt' and datname = current_database()"
        for _ in range(1200):
            row = link.execute(dbt).fetchone()
            if row and row[0]:
                break
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode not in (0, None)
        for _ in range(100):
            row = link.execute(dbt).fetchone()
            if row and not row[0]:
                break
            time.sleep(0.1)
        assert row == (0,)

        result = coeqwal("run", *SCENARIOS, "s0021", "--to", "build", "--workers", "2")
        assert result.returncode == 2, "the only failure is one of usage"
        assert "error USAGE: s0021: there is no model run of s0021 in the archive" in result.stderr
        assert "2 of 3 scenarios built, 1 failed: s0021" in result.stdout
        states = link.execute(
            "select scenario_id, state from ops.ingest_run where stage = 'build' order by 1"
        ).fetchall()
        assert states == [(scenario_id, "BUILT") for scenario_id in sorted(SCENARIOS)]
        commands = link.execute(
            "select count(distinct invocation_id) from ops.scenario_build where model = 'fct_reservoir_storage_monthly'"
            " and scenario_id <> '*'"
        ).fetchone()
        assert commands == (1,), "one dbt command built both"


def test_a_plan_is_carried_out_scenario_by_scenario_side_by_side(coeqwal: Any, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("scenario_id,stage,reason\ns0105,load,\ns0021,load,\ns0020,load,\n")
    result = coeqwal("run", "--plan", str(plan), "--workers", "2")
    assert result.returncode == 2, "the only failure is one of usage"
    assert sorted(line.split()[:3] for line in result.stdout.splitlines()) == [
        ["s0020", "plan", "done"],
        ["s0021", "plan", "FAILED"],
        ["s0105", "plan", "done"],
    ]
    assert "s0021" in result.stderr


def test_a_fault_of_the_program_ends_one_scenario_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(many, "Pipeline", broken)
    result = many._one("s0001", "load")
    assert result.failure is not None
    assert (result.failure.code, result.failure.exit_code) == ("ERROR", 1)
    assert "ZeroDivisionError: a fault" in result.failure.text
