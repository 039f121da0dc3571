"""`coeqwal verify`: does every place hold what the place before it held?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from extract.archive import Archive
from extract.cli.report import Reporter
from extract.errors import CheckFailedError, DataRefusedError, UsageError
from extract.records import names
from extract.settings import settings
from extract.tiers import loading, verification
from extract.tiers.places import known
from extract.verification import keep, run
from extract.verification.results import CheckResult, plain_examples
from extract.verification.runner import MODULES, chosen
from extract.warehouse import load

DEFAULT = "scenarios"
STYLE = {"passed": "green", "failed": "bold red", "error": "bold red", "not_checked": "yellow"}
SHOWN_DIFFERENCES = 10


class ScenariosByDefault(TyperGroup):
    """`coeqwal verify s0105` means `coeqwal verify scenarios s0105`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name before arguments that name none."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ScenariosByDefault, help="Check each stage against the one before it.")


@app.command(DEFAULT)
def scenarios(
    scenario: Annotated[
        list[str] | None, typer.Argument(help="Scenario ids, as in s0105; default all that are loaded.")
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option(help=f"Only this question; may be repeated: {', '.join(MODULES)}.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per check instead of tables.")] = False,
    docs: Annotated[
        Path | None, typer.Option(help="Folder for Great Expectations' pages of what was found (Data Docs).")
    ] = None,
    api: Annotated[
        str | None, typer.Option(help="Address of a running API to verify; default: one started for this purpose.")
    ] = None,
) -> None:
    """Compare DSS, CSV, database, recomputed statistics, tier files and API. This is what a plain `verify` does."""
    config = settings()
    url = config.resolved_database_url()
    reporter = Reporter(as_json)
    asked = chosen(question or None)
    wrong = 0
    for scenario_id in [names.check_scenario_id(s) for s in scenario or ()] or _loaded(url):
        folder = docs / scenario_id if docs else None
        results: list[CheckResult] = []
        for place, code in enumerate(asked, start=1):
            with reporter.watch(f"{scenario_id} {code}, question {place} of {len(asked)}"):
                results += run(url, config, scenario_id, [code], docs=folder, api_address=api)
        keep(url, config, results)
        if as_json:
            for result in results:
                print(json.dumps({**asdict(result), "examples": plain_examples(result.examples)}), flush=True)
        else:
            _show(reporter.console, scenario_id, results)
        wrong += sum(result.status in ("failed", "error") for result in results)
    if wrong:
        raise CheckFailedError(
            f"{wrong} checks failed",
            "what is wrong stands above; the receipts are in the archive under scenario/<id>/verification/",
        )


def _loaded(url: str) -> list[str]:
    """The scenarios that have data."""
    with load.connection(url) as link:
        found = [row[0] for row in link.execute("select scenario_id from staging.scenario_version order by 1")]
    if not found:
        raise UsageError("nothing is loaded", "load a model run with `coeqwal run s0105 --zip PATH`")
    return found


def _show(console: Console, scenario_id: str, results: Sequence[CheckResult]) -> None:
    """A line per question and family, then what is wrong, the worst first."""
    table = Table(title=f"{scenario_id} ({', '.join(sorted({r.load_id for r in results}))})", title_justify="left")
    for name in ("question", "family", "status"):
        table.add_column(name)
    for name in ("checks", "compared", "wrong"):
        table.add_column(name, justify="right")
    cells: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        cells.setdefault((result.question, result.family), []).append(result)
    for (question, family), own in cells.items():
        status = next(s for s in ("error", "failed", "not_checked", "passed") if any(r.status == s for r in own))
        compared, failed = (f"{sum(count or 0 for count in counts):,}" for counts in _counts(own))
        table.add_row(question, family, f"[{STYLE[status]}]{status}[/]", str(len(own)), compared, failed)
    console.print(table)
    wrong = [result for result in results if result.status in ("failed", "error")]
    for result in wrong:
        console.print(f"{result.question} {result.family} {result.check_name}: {result.message}", soft_wrap=True)
    for question in dict.fromkeys(result.question for result in wrong):
        _show_worst(console, question, [r for r in wrong if r.question == question])
    reasons = dict.fromkeys(f"{r.question}: {r.message}" for r in results if r.status == "not_checked")
    for reason in reasons:
        console.print(f"not checked: {reason}", soft_wrap=True)


def _show_worst(console: Console, question: str, results: Sequence[CheckResult]) -> None:
    """The largest differences of a question, those that no number can say first."""
    found = [(r.check_name, example) for r in results for example in plain_examples(r.examples)]
    found.sort(key=lambda pair: -float(pair[1].get("apart", 0)))
    if found:
        console.print(f"{question}, the worst of what is wrong:")
    for check_name, example in found[:SHOWN_DIFFERENCES]:
        console.print(f"  {check_name}: " + ", ".join(f"{k} {v}" for k, v in example.items()), soft_wrap=True)


def _counts(results: Sequence[CheckResult]) -> tuple[list[int | None], list[int | None]]:
    return [r.checked_count for r in results], [r.failed_count for r in results]


@app.command()
def tiers(
    path: Annotated[
        Path | None, typer.Argument(help="Delivered file or folder to compare with; default the archived deliveries.")
    ] = None,
    counts: Annotated[
        Path | None, typer.Option(help="CSV with counts per scenario and tier, published without locations.")
    ] = None,
) -> None:
    """Compare tier results with the delivered files, cell by cell and in both directions."""
    config = settings()
    problems: list[str] = []
    with load.connection(config.resolved_database_url()) as link:
        if counts is not None:
            outcome = verification.compare_counts(link, counts.read_text(encoding="utf-8-sig"))
        elif path is not None:
            deliveries = loading.read_all(loading.files_of(path), known(), None, leave_out_unknown=True)
            refused = [d.name for d in deliveries if d.problems]
            if refused:
                raise DataRefusedError(
                    f"not readable as deliveries: {', '.join(refused)}", "`coeqwal tiers load --dry-run` says why"
                )
            expected = set().union(*map(verification.results_of, deliveries))
            outcome = verification.compare(link, expected, everything=False)
        else:
            expected, problems = verification.archived(link, Archive.of(config), known())
            outcome = verification.compare(link, expected, everything=True)
    differences = [*problems, *outcome.differences]
    for difference in differences:
        print(difference)
    if differences:
        raise CheckFailedError(
            f"{len(differences)} differences in {outcome.results} results of {len(outcome.scenarios)} scenarios",
            "load the delivery again if the database is wrong; ask the science team if the delivery is",
        )
    print(f"{outcome.results} results of {len(outcome.scenarios)} scenarios are as they were delivered")
