"""`coeqwal tiers`: results of the science teams, from their CSV files into the warehouse."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from extract.archive import Archive
from extract.cli.report import counted
from extract.errors import DataRefusedError, UsageError
from extract.pipeline.locks import one_at_a_time
from extract.reference import geometry
from extract.settings import Settings, settings
from extract.tiers import loading
from extract.tiers.delivery import Delivery
from extract.tiers.layouts import layouts
from extract.tiers.places import known
from extract.tiers.table import Remark
from extract.warehouse import dbt, deployment, load
from extract.warehouse.stage_history import StageRun, State, record_stage

app = typer.Typer(help="Tier results of the science teams.", no_args_is_help=True)
SHOWN = 10
"""Problems or notes of a file that are printed; the receipt and --json have all."""


@app.command("load")
def load_files(
    path: Annotated[Path, typer.Argument(help="A delivered CSV file, or a folder with them.", show_default=False)],
    tier: Annotated[str | None, typer.Option(help="The tier, where the columns fit several.")] = None,
    leave_out_unknown_scenarios: Annotated[
        bool, typer.Option(help="Load a file without its scenarios that are not in the registry; each is named.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only check the files; needs no database, changes nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file instead of text.")] = False,
) -> None:
    """Check delivered files, archive them, load them and build their results. A file is loaded whole or not at all."""
    if tier is not None and tier not in layouts().tiers:
        raise UsageError(f"no tier {tier}", f"the tiers are {', '.join(layouts().tiers)}")
    files = loading.files_of(path)
    deliveries = loading.read_all(files, known(), tier, leave_out_unknown_scenarios)
    say = _json if as_json else _text(Console(highlight=False))
    config = settings()
    if dry_run:
        outcomes = [loading.Outcome(d, "refused" if d.problems else "checked") for d in deliveries]
        for outcome in outcomes:
            say(outcome)
    else:
        with one_at_a_time(config, "tiers"):
            outcomes = _load(config, files, deliveries, say)
            detail = _build(config)
            if not as_json:
                print(detail)
    refused = [outcome.delivery.name for outcome in outcomes if outcome.status == "refused"]
    if refused:
        raise DataRefusedError(
            f"{len(refused)} of {counted(len(outcomes), 'file')} refused: {', '.join(refused)}",
            "correct them and load them again; nothing of them was loaded",
        )


def _load(
    config: Settings, files: list[Path], deliveries: list[Delivery], say: Callable[[loading.Outcome], None]
) -> list[loading.Outcome]:
    url = config.resolved_database_url()
    archive = Archive.of(config)
    load.prepare(url)
    outcomes = []
    for file, delivery in zip(files, deliveries, strict=True):
        start = time.monotonic()
        loading.archive_delivery(archive, file, delivery)
        outcome = loading.Outcome(delivery, "refused") if delivery.problems else loading.load_delivery(url, delivery)
        states: dict[str, State] = {"refused": "FAILED", "unchanged": "UNCHANGED"}
        state = states.get(outcome.status, "LOADED")
        reason = delivery.problems[0].code if delivery.problems else None
        message = (
            f"{delivery.name}: {counted(len(delivery.values), 'result')}, {counted(len(delivery.problems), 'problem')}"
        )
        seconds = time.monotonic() - start
        run = StageRun(None, "tiers", state, seconds, delivery.delivery_id, reason, message)
        record_stage(url, run)
        outcomes.append(outcome)
        say(outcome)
    return outcomes


def _build(config: Settings) -> str:
    """Build the tier tables of the scenarios whose results are new, and leave views alone: no reader has to wait."""
    url = config.resolved_database_url()
    if not deployment.is_deployed(url):
        geometry.load_polygons(url)
        return f"built: {deployment.deploy(url, config.data_dir / 'dbt' / 'deploy')}"
    if not loading.stale_scenarios(url):
        return "built already from these deliveries"
    select = "tag:tier,config.materialized:incremental"
    return f"built: {dbt.dbt(['build', '--select', select], url, config.data_dir / 'dbt' / 'tiers')}"


def _json(outcome: loading.Outcome) -> None:
    print(json.dumps(outcome.as_json()), flush=True)


def _text(console: Console) -> Callable[[loading.Outcome], None]:
    def remarks(title: str, found: list[Remark]) -> None:
        for remark in found[:SHOWN]:
            console.print(f"  {title}: {escape(str(remark))}", soft_wrap=True)
        if len(found) > SHOWN:
            codes = ", ".join(f"{count} {code}" for code, count in Counter(r.code for r in found[SHOWN:]).items())
            console.print(f"  … and {len(found) - SHOWN} more: {codes}", soft_wrap=True)

    def say(outcome: loading.Outcome) -> None:
        d = outcome.delivery
        what = ""
        if d.problems:
            what = counted(len(d.problems), "problem")
        elif d.tier:
            results = f"{counted(len(d.values), 'result')} of {counted(len(d.by_scenario()), 'scenario')}"
            what = f"{d.tier} ({d.layout}), {results}"
            if outcome.status == "loaded":
                what += f", {counted(len(outcome.changed), 'scenario')} new or changed"
        console.print(f"[bold]{outcome.status:9}[/] {escape(d.name)}: {escape(what)}", soft_wrap=True)
        remarks("problem", d.problems)
        remarks("note", d.notes)

    return say


@app.command()
def template(tier: Annotated[str, typer.Argument(help="Code of the tier.", show_default=False)]) -> None:
    """Print an empty file of the preferred form, with every location that is expected; fill it and load it."""
    description = layouts().tiers.get(tier)
    if description is None:
        raise UsageError(f"no tier {tier}", f"the tiers are {', '.join(layouts().tiers)}")
    places = known().places[tier]
    layout = description.layouts[0]
    columns = [names[0] for names in (layout.scenario, layout.value, layout.level, layout.score) if names]
    if layout.shape == "wide":
        columns += places.listed
    columns += [names[0] for names in layout.inputs.values()]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerow(["s0011", *["NA"] * (len(columns) - 1)])
