"""The plan: which (scenario, stage) pairs need work, as a CSV file that a person may read and edit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from extract.errors import EXIT_CHECK_FAILED, EXIT_OK, CoeqwalError, UsageError
from extract.pipeline.pipeline import Pipeline
from extract.pipeline.status import ScenarioStatus, Stage
from extract.records import names
from extract.records.operator import operator

PlannedStage = Literal["extract", "load", "build", "verify", "activate"]
COLUMNS = ("scenario_id", "stage", "reason")
STAGES: dict[Stage, PlannedStage] = {
    "extracted": "extract",
    "loaded": "load",
    "built": "build",
    "verified": "verify",
    "active": "activate",
}


@dataclass(frozen=True)
class Pair:
    """One stage of one scenario to be run, and why."""

    scenario_id: str
    stage: PlannedStage
    reason: str


def pairs(status: ScenarioStatus) -> list[Pair]:
    """The stages of a scenario that need work, in their order; none if a person has to decide first."""
    if any(s.condition in ("missing", "waiting") for s in status.stages if s.stage == "received"):
        return []
    found: list[Pair] = []
    for stage in status.stages:
        if stage.condition == "blocked":
            return found
        if stage.stage not in STAGES:
            continue
        if stage.condition in ("missing", "stale"):
            found.append(Pair(status.scenario_id, STAGES[stage.stage], stage.detail))
        elif found:
            found.append(Pair(status.scenario_id, STAGES[stage.stage], f"follows the {found[-1].stage}"))
    return found


def as_csv(planned: Sequence[Pair]) -> str:
    """The text of a plan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((pair.scenario_id, pair.stage, pair.reason) for pair in planned)
    return text.getvalue()


def read(path: Path) -> list[Pair]:
    """A plan as a person left it: rows may be removed, added and reordered, reasons changed.

    Raises:
        UsageError: it is not there, or a row is not a scenario and a stage; the message names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", "write a plan with `coeqwal plan --out FILE`") from error
    reader = csv.DictReader(io.StringIO(text), restkey="more")
    columns = list(reader.fieldnames or ())
    if not {"scenario_id", "stage"} <= set(columns) <= set(COLUMNS):
        raise UsageError(f"{path}: the columns are {columns}, not {list(COLUMNS)}", "begin with `coeqwal plan`")
    found: dict[tuple[str, str], Pair] = {}
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if "more" in row:
            raise UsageError(f"{where}: more cells than columns", "put a reason with a comma into quotes")
        try:
            scenario_id = names.check_scenario_id(row["scenario_id"] or "")
        except UsageError as error:
            raise UsageError(f"{where}: {error.message}", error.remedy) from error
        stage = (row["stage"] or "").strip()
        if stage not in get_args(PlannedStage):
            raise UsageError(f"{where}: '{stage}' is not a stage", f"choose from {', '.join(get_args(PlannedStage))}")
        if (scenario_id, stage) in found:
            raise UsageError(f"{where}: {scenario_id}, {stage} is there twice", "remove one of the two lines")
        found[scenario_id, stage] = Pair(scenario_id, cast("PlannedStage", stage), row.get("reason") or "")
    return list(found.values())


@dataclass(frozen=True)
class Result:
    """What became of a pair: `error` if it failed, `after` if an earlier pair of its scenario did."""

    pair: Pair
    error: CoeqwalError | None = None
    after: Pair | None = None


def carry_out(planned: Sequence[Pair], work: Callable[[Pair], None], say: Callable[[Result], None]) -> int:
    """Run the pairs in their order. After a failure the rest of that scenario is left, the others go on.

    Args:
        planned: the pairs.
        work: runs one of them.
        say: told about each pair that did not succeed, at once.

    Returns:
        The exit code: 0 if all succeeded, that of the failures if they share one, else 1.
    """
    failed: dict[str, Pair] = {}
    codes: set[int] = set()
    for pair in planned:
        if pair.scenario_id in failed:
            say(Result(pair, after=failed[pair.scenario_id]))
            continue
        try:
            work(pair)
        except CoeqwalError as error:
            failed[pair.scenario_id] = pair
            codes.add(error.exit_code)
            say(Result(pair, error))
    return exit_code(codes)


def exit_code(codes: set[int]) -> int:
    """The exit code of several failures: none, the one that they share, or that of a failed check."""
    if not codes:
        return EXIT_OK
    return codes.pop() if len(codes) == 1 else EXIT_CHECK_FAILED


def carry_out_pair(pipeline: Pipeline, stage: PlannedStage) -> None:
    """Run one stage of a scenario.

    Raises:
        CoeqwalError: as the stage.
    """
    match stage:
        case "extract":
            pipeline.extract(None)
        case "load":
            pipeline.load()
        case "build":
            pipeline.build()
        case "verify":
            pipeline.verify()
        case "activate":
            pipeline.activate(operator(), None)
