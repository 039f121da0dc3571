"""`coeqwal run` of several scenarios: what a person or a script sees of it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from extract.cli.report import counted
from extract.errors import UsageError
from extract.pipeline import many, plan
from extract.pipeline.locks import running
from extract.pipeline.many import Progress, StepResult
from extract.pipeline.stages import Goal
from extract.records import names
from extract.settings import Settings, settings

DONE = {"extract": "extracted", "load": "loaded", "build": "built", "verify": "verified", "active": "active"}


def run(scenario_ids: list[str], goal: Goal, workers: int | None, as_json: bool) -> int:
    """Take model runs of the archive to a goal, several at a time.

    Returns:
        The exit code: 0 if all got there, the code of the failures if they share one, else 1.

    Raises:
        UsageError: an id is no scenario's, or is there twice.
    """
    wanted = [names.check_scenario_id(text) for text in scenario_ids]
    if twice := sorted({text for text in wanted if wanted.count(text) > 1}):
        raise UsageError(f"named twice: {', '.join(twice)}", "name each scenario once")
    view = _View(settings(), as_json)
    with view.shown():
        progress = many.run(settings(), wanted, goal, _workers(workers), view.say, view.look)
    if not as_json:
        failed = f", {len(progress.failed)} failed: {', '.join(sorted(progress.failed))}" if progress.failed else ""
        view.console.print(
            f"{len(progress.finished)} of {counted(len(wanted), 'scenario')} {DONE[goal]}{failed}", soft_wrap=True
        )
        if progress.failed:
            view.console.print("the same command goes on with those; `coeqwal status` says where each stands")
    return progress.exit_code


def run_plan(path: Path, workers: int, as_json: bool) -> int:
    """Carry out a plan, several scenarios at a time; gives the exit code."""
    planned = plan.read(path)
    return many.run_plan(planned, _workers(workers), _View(settings(), as_json).say)


def _workers(wanted: int | None) -> int:
    return wanted or os.cpu_count() or 1


class _View:
    """A line for each step of a scenario as it ends, and at a terminal a table of what is under way."""

    def __init__(self, config: Settings, as_json: bool) -> None:
        self.console = Console(highlight=False)
        self._config, self._as_json = config, as_json
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The table, for as long as work is under way."""
        if self._as_json or not self.console.is_terminal:
            yield
            return
        with Live(console=self.console, transient=True, refresh_per_second=4) as self._live:
            yield

    def say(self, result: StepResult) -> None:
        """Print what became of a step."""
        if self._as_json:
            for report in result.reports:
                print(json.dumps({"scenario_id": result.scenario_id, **report.__dict__}), flush=True)
        else:
            for line in result.output.splitlines():
                self.console.print(f"{result.scenario_id} {line}", soft_wrap=True, markup=False)
            status = "FAILED" if result.failure else "done"
            self.console.print(f"[bold]{result.scenario_id}[/] {result.step:8} {status:6} {result.seconds:6.1f} s")
        if result.failure:
            print(
                f"error {result.failure.code}: {result.scenario_id}: {result.failure.text}", file=sys.stderr, flush=True
            )

    def look(self, progress: Progress) -> None:
        """Bring the table up to date."""
        if self._live:
            self._live.update(self._table(progress))

    def _table(self, progress: Progress) -> Group:
        left = "" if progress.seconds_left is None else f", about {progress.seconds_left / 60:.0f} min left"
        counts = f"{len(progress.finished)} done, {len(progress.failed)} failed, {len(progress.waiting)} waiting{left}"
        table = Table(box=None)
        for heading in ("scenario", "stage", "for"):
            table.add_column(heading)
        for scenario_id, (step, since) in progress.under_way.items():
            now = running(self._config.data_dir, scenario_id)
            minutes, seconds = divmod(int(time.monotonic() - since), 60)
            table.add_row(scenario_id, now.stage if now and now.stage else step, f"{minutes}:{seconds:02}")
        return Group(table, counts)
