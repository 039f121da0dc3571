"""`coeqwal status` and `coeqwal plan`: where the scenarios stand, and what is to be done."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from extract.archive import Archive
from extract.cli.report import Reporter, counted
from extract.errors import UsageError
from extract.intake.promote import promoted
from extract.pipeline import plan
from extract.pipeline.pipeline import Pipeline
from extract.pipeline.status import ScenarioStatus, facts_of, judge, known_scenarios
from extract.records import names
from extract.settings import settings
from extract.warehouse import load

MARKS = {"current": "ok", "stale": "STALE", "missing": "-", "blocked": "BLOCKED", "waiting": "."}


def _all_statuses(scenario: str | None) -> list[ScenarioStatus]:
    config = settings()
    archive, url = Archive.of(config), config.resolved_database_url()
    load.prepare(url)
    known = known_scenarios(archive, url)
    if scenario is not None:
        scenario_id = names.check_scenario_id(scenario)
        if scenario_id not in known:
            raise UsageError(
                f"neither the archive {archive.store.address} nor the database knows {scenario_id}",
                f"begin with `coeqwal run {scenario_id} --zip PATH`",
            )
        known = [scenario_id]
    return [judge(facts) for facts in facts_of(archive, url, known, config.data_dir)]


def in_archive() -> list[str]:
    """Every scenario whose model run is in the archive, in the order of their ids.

    Raises:
        UsageError: there is none.
    """
    archive = Archive.of(settings())
    known = sorted(names.scenarios_in(info.path for info in archive.store.files("snapshots/")))
    if found := [scenario_id for scenario_id in known if promoted(archive, scenario_id)]:
        return found
    raise UsageError(
        f"no model run is in the archive {archive.store.address}", "`coeqwal download` and `coeqwal promote` bring some"
    )


def status(
    scenario: Annotated[str | None, typer.Argument(help="Scenario id; without it, all.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per scenario.")] = False,
) -> None:
    """Say what is where, what is stale and why, and the next command."""
    found = _all_statuses(scenario)
    if as_json:
        for one in found:
            print(json.dumps(one.as_json()))
    elif scenario is not None:
        print(_in_full(found[0]))
    else:
        print(_table(found))


def _in_full(one: ScenarioStatus) -> str:
    lines = [one.scenario_id]
    for stage in one.stages:
        lines += _told(f"  {stage.stage:10} {stage.condition:8} ", stage.detail)
    if one.running:
        lines += _told("  now        RUNNING  ", one.running.words(datetime.now(UTC)))
    if one.failure:
        when = one.failure.finished_at.isoformat(timespec="seconds")
        lines += _told("  last run   FAILED   ", f"{one.failure.stage}, {one.failure.reason_code}, {when}")
        for line in one.failure.message.splitlines():
            lines += _told("      ", line)
    lines.append(f"next: {one.next_command}" if one.next_command else "nothing to do")
    return "\n".join(lines)


def _told(begin: str, text: str) -> list[str]:
    """Lines of a text that fit the terminal, those after the first as far in as it; 80 columns where there is none."""
    width = shutil.get_terminal_size().columns
    made = textwrap.wrap(
        text,
        width,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return made or [begin.rstrip()]


def _table(found: list[ScenarioStatus]) -> str:
    """A line per scenario, then what to do, since a command has no room beside the stages."""
    if not found:
        return "no scenario yet\nnext: coeqwal run s0105 --zip PATH"
    lines = ["scenario " + " ".join(f"{stage.stage:9}" for stage in found[0].stages).rstrip()]
    for one in found:
        marks = " ".join(f"{MARKS[stage.condition]:9}" for stage in one.stages)
        lines.append(f"{one.scenario_id:8} {marks}".rstrip())
    lines.append("")
    for one in found:
        if one.running:
            lines += _told(f"{one.scenario_id:8} ", f"running: {one.running.words(datetime.now(UTC))}")
        elif one.next_command:
            lines.append(f"{one.scenario_id:8} next: {one.next_command}")
    if all(one.next_command is None for one in found):
        lines.append("nothing to do")
    lines.append("")
    lines.append("ok current, STALE older than what it is made from, - not there,")
    lines.append(". waits for the stage before, BLOCKED needs a person: `coeqwal status SCENARIO`")
    return "\n".join(lines)


def write_plan(
    scenario: Annotated[str | None, typer.Argument(help="Scenario id; without it, all.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; without it, the plan is shown.")] = None,
) -> None:
    """List the stages that need work, as a CSV file for `coeqwal run --plan FILE`."""
    found = _all_statuses(scenario)
    planned = [pair for one in found for pair in plan.pairs(one)]
    for one in found:
        if one.condition("validated") == "blocked" or one.condition("received") == "missing":
            print(f"not in the plan: {one.scenario_id}; first: {one.next_command}", file=sys.stderr)
    if out is None:
        print(plan.as_csv(planned), end="")
        return
    out.write_text(plan.as_csv(planned), encoding="utf-8")
    print(
        f"{out}: {counted(len(planned), 'stage')} of {counted(len({pair.scenario_id for pair in planned}), 'scenario')}"
    )
    if planned:
        print(f"read and edit it, then: coeqwal run --plan {out}")


def run_plan(path: Path, report: Reporter, as_json: bool) -> int:
    """Carry out a plan; each failure is told at once, and the other scenarios go on. Gives the exit code."""
    planned = plan.read(path)
    config = settings()
    left: list[plan.Result] = []

    def work(pair: plan.Pair) -> None:
        if not as_json:
            print(f"{pair.scenario_id} {pair.stage}: {pair.reason or 'as planned'}", flush=True)
        plan.carry_out_pair(Pipeline(config, pair.scenario_id, report, report.watch), pair.stage)

    def say(result: plan.Result) -> None:
        left.append(result)
        where = f"{result.pair.scenario_id} {result.pair.stage}"
        if result.error:
            print(f"error {result.error.code}: {where}: {result.error}", file=sys.stderr, flush=True)
        elif result.after:
            print(f"not done: {where}, because {result.after.stage} failed", file=sys.stderr, flush=True)

    code = plan.carry_out(planned, work, say)
    if not as_json:
        print(f"{len(planned) - len(left)} of {len(planned)} stages done")
    return code
