"""How the commands tell of the stages they have run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from extract.pipeline.stages import StageReport
from extract.warehouse.dbt import Tell, untold


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it has to be."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class _Share(ProgressColumn):
    """A bar and two numbers, once a stage has told of how many steps it is."""

    def render(self, task: Task) -> RenderableType:
        """The column of a stage."""
        if task.total is None:
            return ""
        bar = ProgressBar(total=task.total, completed=task.completed, width=30)
        return Columns([bar, Text(f"{task.completed:,.0f} of {task.total:,.0f}")])


class Reporter:
    """Prints a line, or a JSON object, for each stage as it ends."""

    def __init__(self, as_json: bool) -> None:
        self.console = Console(highlight=False)
        self.as_json = as_json

    @contextmanager
    def watch(self, stage: str) -> Iterator[Tell]:
        """Show a person at a terminal that a stage is under way, for how long, and how much of it is done."""
        if self.as_json or not self.console.is_terminal:
            yield untold
            return
        columns = (TextColumn("[bold]{task.description:8}[/]"), SpinnerColumn(), TimeElapsedColumn(), _Share())
        with Progress(*columns, console=self.console, transient=True) as shown:
            task = shown.add_task(stage, total=None)
            yield lambda done, total: shown.update(task, completed=done, total=total)

    def __call__(self, report: StageReport) -> None:
        """Print it."""
        if self.as_json:
            print(json.dumps(report.__dict__), flush=True)
        else:
            self.console.print(
                f"[bold]{report.stage:8}[/] {report.status:9} {report.seconds:6.1f} s  {report.detail}", soft_wrap=True
            )
