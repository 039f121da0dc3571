"""How the commands tell of the stages they have run."""

from __future__ import annotations

import json

from rich.console import Console

from extract.pipeline import StageReport


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it has to be."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Reporter:
    """Prints a line, or a JSON object, for each stage as it ends."""

    def __init__(self, as_json: bool) -> None:
        self.console = Console(highlight=False)
        self.as_json = as_json

    def __call__(self, report: StageReport) -> None:
        """Print it."""
        if self.as_json:
            print(json.dumps(report.__dict__), flush=True)
        else:
            self.console.print(
                f"[bold]{report.stage:8}[/] {report.status:9} {report.seconds:6.1f} s  {report.detail}", soft_wrap=True
            )
