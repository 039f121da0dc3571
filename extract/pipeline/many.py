"""Several scenarios in one go: loads and verifications side by side, builds of several in one dbt command.

A scenario goes through its steps in their order; a failure ends its own way and no other's. What is done already is
passed over, so the same command goes on where one was stopped.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from typing import Literal, get_args

from extract.archive import Archive
from extract.errors import CoeqwalError
from extract.pipeline.pipeline import Pipeline
from extract.pipeline.plan import Pair, carry_out_pair, exit_code
from extract.pipeline.stages import Goal, StageReport, Work, is_built
from extract.settings import Settings
from extract.warehouse import dbt

BATCH = 4
"""Scenarios of one dbt command: its start is shared, and one that fails makes all of them be built again, alone."""

Step = Goal | Literal["plan"]

ALONE: set[Goal] = {"build", "active"}
"""Steps of which one is under way at a time: dbt keeps all cores busy, and the API is asked about what it shows, which
nobody else may change meanwhile."""

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Failure:
    """Why a scenario did not get on: reason code, exit code, and the message with its remedy."""

    code: str
    exit_code: int
    text: str


@dataclass(frozen=True)
class StepResult:
    """What became of a step of a scenario.

    Attributes:
        step: a goal, or `plan`.
        reports: the stages that were run.
        output: what dbt said.
    """

    scenario_id: str
    step: Step
    seconds: float
    reports: tuple[StageReport, ...] = ()
    output: str = ""
    failure: Failure | None = None


@dataclass
class Progress:
    """Where a run of several scenarios is.

    Attributes:
        waiting: the scenarios whose next step has not begun, with that step.
        under_way: the scenarios that are being worked on, with the step and when it began (`time.monotonic`).
        finished: the scenarios that have reached the goal.
        failed: those that have not.
        seconds_left: an estimate; none before a step has ended.
    """

    waiting: dict[str, Goal]
    under_way: dict[str, tuple[Goal, float]] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    failed: dict[str, Failure] = field(default_factory=dict)
    seconds_left: float | None = None

    @property
    def exit_code(self) -> int:
        """As `plan.exit_code`."""
        return exit_code({failure.exit_code for failure in self.failed.values()})


def steps_to(goal: Goal) -> tuple[Goal, ...]:
    """The steps of a scenario up to a goal. Extraction and load are one, as nothing is shared between scenarios."""
    every: tuple[Goal, ...] = get_args(Goal)
    return ("extract",) if goal == "extract" else every[1 : every.index(goal) + 1]


def run(
    settings: Settings,
    scenario_ids: Sequence[str],
    goal: Goal,
    workers: int,
    say: Callable[[StepResult], None],
    look: Callable[[Progress], None],
) -> Progress:
    """Take model runs of the archive to a goal.

    Args:
        settings: where things are.
        scenario_ids: the scenarios, each once.
        goal: the last stage wanted.
        workers: how many processes work at a time.
        say: told about each step as it ends.
        look: called again and again while work is under way.

    Raises:
        CoeqwalError: the database could not be prepared. What fails later is in the result.
    """
    Pipeline(settings, scenario_ids[0], lambda _: None).prepare()
    scheduler = _Scheduler(scenario_ids, steps_to(goal), workers)
    with _pool(workers) as pool:
        while scheduler.start(pool):
            for result in scheduler.ended():
                say(result)
            look(scheduler.progress)
    return scheduler.progress


def run_plan(planned: Sequence[Pair], workers: int, say: Callable[[StepResult], None]) -> int:
    """Carry out a plan, scenarios side by side, the stages of one in the order of the plan.

    Args:
        planned: the pairs.
        workers: how many processes work at a time.
        say: told about each scenario as it ends.

    Returns:
        The exit code, as `plan.exit_code`.
    """
    groups: dict[str, list[Pair]] = {}
    for pair in planned:
        groups.setdefault(pair.scenario_id, []).append(pair)
    codes: set[int] = set()
    with _pool(workers) as pool:
        for future in as_completed([pool.submit(_planned, group) for group in groups.values()]):
            result = future.result()
            say(result)
            if result.failure:
                codes.add(result.failure.exit_code)
    return exit_code(codes)


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one; whatever ends it early ends them, too."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(os.getpid(),)) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()  # with what it began, see _begin
            raise


class _Scheduler:
    """Decides what to do next: rather finish a scenario than begin another."""

    def __init__(self, scenario_ids: Sequence[str], steps: Sequence[Goal], workers: int) -> None:
        self.progress = Progress(dict.fromkeys(scenario_ids, steps[0]))
        self._steps, self._workers = steps, workers
        self._futures: dict[Future[list[StepResult]], Goal] = {}
        self._began, self._ended, self._all = time.monotonic(), 0, len(scenario_ids) * len(steps)

    def start(self, pool: ProcessPoolExecutor) -> bool:
        """Give the free workers something to do; false once all is done."""
        while len(self._futures) < self._workers and (chosen := self._next()):
            step, ids = chosen
            for scenario_id in ids:
                del self.progress.waiting[scenario_id]
                self.progress.under_way[scenario_id] = (step, time.monotonic())
            self._futures[pool.submit(_build if step == "build" else _one_each, ids, step)] = step
        return bool(self._futures)

    def _next(self) -> tuple[Goal, list[str]] | None:
        for step in reversed(self._steps):
            ready = [scenario_id for scenario_id, its in self.progress.waiting.items() if its == step]
            if not ready or (step in ALONE and step in self._futures.values()):
                continue
            if step != "build":
                return step, ready[:1]
            more_to_come = any(its == self._steps[0] for its in self.progress.waiting.values())
            more_to_come |= self._steps[0] in self._futures.values()
            if len(ready) >= BATCH or not more_to_come:
                return step, ready[:BATCH]
        return None

    def ended(self) -> list[StepResult]:
        """The steps that have ended since the last call, or in a moment."""
        done, _ = wait(self._futures, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        results = []
        for future in done:
            del self._futures[future]
            for result in future.result():
                results.append(result)
                self._note(result)
        return results

    def _note(self, result: StepResult) -> None:
        step = next(step for step in self._steps if step == result.step)
        progress, at = self.progress, self._steps.index(step)
        del progress.under_way[result.scenario_id]
        if result.failure:
            progress.failed[result.scenario_id] = result.failure
        elif at + 1 < len(self._steps):
            progress.waiting[result.scenario_id] = self._steps[at + 1]
        else:
            progress.finished.append(result.scenario_id)
        self._ended += len(self._steps) - at if result.failure else 1
        progress.seconds_left = (time.monotonic() - self._began) * (self._all - self._ended) / self._ended


def _begin(parent: int) -> None:
    """A worker ends with its parent, and puts away what it began when it is told to end."""
    if end_with_parent := dbt.with_parent(parent):
        end_with_parent()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _one_each(scenario_ids: Sequence[str], step: Goal) -> list[StepResult]:
    """In a worker: a step of each of the scenarios."""
    return [_one(scenario_id, step) for scenario_id in scenario_ids]


def _one(scenario_id: str, step: Goal) -> StepResult:
    return _told(scenario_id, step, lambda pipeline: pipeline.run(None, step))


def _planned(pairs: Sequence[Pair]) -> StepResult:
    """In a worker: the stages of a scenario that a plan names."""

    def work(pipeline: Pipeline) -> None:
        for pair in pairs:
            carry_out_pair(pipeline, pair.stage)

    return _told(pairs[0].scenario_id, "plan", work)


def _told(scenario_id: str, step: Step, work: Callable[[Pipeline], None]) -> StepResult:
    """Do something with a scenario, and say what became of it instead of printing and raising."""
    reports: list[StageReport] = []
    began, failure = time.monotonic(), None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            work(Pipeline(Settings(), scenario_id, reports.append))
        except CoeqwalError as error:
            notes = "".join(f"\n  note: {note}" for note in getattr(error, "__notes__", []))
            failure = Failure(error.code, error.exit_code, f"{error}{notes}")
        except Exception:
            # a fault of ours: this scenario ends here, with all that is needed to mend it, and the others go on
            failure = Failure(CoeqwalError.code, CoeqwalError.exit_code, traceback.format_exc())
    return StepResult(scenario_id, step, time.monotonic() - began, tuple(reports), said.getvalue(), failure)


def _build(scenario_ids: Sequence[str], step: Goal) -> list[StepResult]:
    """In a worker: one dbt command for all; if it fails, each alone, so that one keeps no other up."""
    # what is wrong is said where it is met again, by the one that it is wrong with
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(CoeqwalError):
        settings = Settings()
        url = settings.resolved_database_url()
        works = [Work(settings, scenario_id, Archive.of(settings), url) for scenario_id in scenario_ids]
        needed = [f"scenario:{work.scenario_id}" for work in works if not is_built(work)]
        if len(needed) > 1:
            dbt.dbt(["build", "--select", *needed], url, works[0].dbt_folder("several"))
    return _one_each(scenario_ids, step)
