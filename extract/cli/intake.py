"""`coeqwal scan`, `download` and `promote`: model runs from where people put them into the archive."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from extract.archive import Archive
from extract.archive.history import Visibility
from extract.cli.report import Reporter
from extract.errors import CoeqwalError, DataRefusedError, RetryableError, UsageError
from extract.intake import download as fetching
from extract.intake.contract import Expected
from extract.intake.promote import promoted
from extract.intake.scan import Finding, open_source
from extract.intake.scan import scan as compare
from extract.intake.sheet import read_sheet
from extract.pipeline.pipeline import Pipeline
from extract.records import names
from extract.settings import settings
from extract.warehouse import downloads

SourceArgument = Annotated[
    str, typer.Argument(help="A folder, or s3://bucket/prefix, in which people put model runs.", show_default=False)
]
SheetOption = Annotated[
    Path | None,
    typer.Option("--sheet", help="The working spreadsheet as CSV: pinned ZIPs and trend reports, expected DSS files."),
]
ChecksumOption = Annotated[
    bool, typer.Option("--checksum", help="Read files that were only written again, to see whether they changed.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line instead of text.")]

DvOption = Annotated[
    str | None,
    typer.Option(
        "--dv",
        help="Which file in the ZIP is the DV output, where several fit: its path there, or the end of it.",
        metavar="PATH_IN_ZIP",
        show_default=False,
    ),
]
SvOption = Annotated[
    str | None,
    typer.Option("--sv", help="The same of the SV input.", metavar="PATH_IN_ZIP", show_default=False),
]

AcceptOption = Annotated[
    str | None,
    typer.Option(
        "--accept-identity",
        help="Take the run for the scenario's although names, contents or series say otherwise, or it is synthetic; "
        "the reason is recorded with your name.",
        metavar="REASON",
        show_default=False,
    ),
]

VISIBILITIES: dict[str, Visibility] = {"private": "private", "public": "public"}


def register(app: typer.Typer) -> None:
    """Make the three commands words of `coeqwal`."""
    for command in (scan, download, promote):
        app.command()(command)


def scan(
    source: SourceArgument, sheet: SheetOption = None, checksum: ChecksumOption = False, as_json: JsonOption = False
) -> None:
    """List the model runs of a source: new, changed, unchanged, missing, or refused with the reason.

    Nothing is downloaded and nothing is written.
    """
    found = _scan(source, sheet, checksum)
    if as_json:
        for finding in found:
            print(json.dumps(_as_json(finding)))
        return
    if found:
        print(f"{'scenario':8}  {'status':9}  {'MB':>9}  {'written (UTC)':16}  model run")
    for finding in found:
        print(_line(finding))
    counts = Counter(finding.status for finding in found)
    print(f"{len(found)} model runs" + "".join(f", {n} {status}" for status, n in counts.items()))
    if counts["new"] or counts["changed"]:
        print(f"Next: `coeqwal download {source}` fetches the new and changed ones")


def download(
    source: SourceArgument,
    scenario: Annotated[list[str] | None, typer.Argument(help="Only these; default all new and changed ones.")] = None,
    sheet: SheetOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch new and changed model runs into the data folder, from where `promote` takes them.

    A download that was interrupted goes on where it stopped.
    """
    config, place = settings(), open_source(source, settings())
    wanted = [names.check_scenario_id(text) for text in scenario or ()]
    runs, failures = _chosen(_scan(source, sheet, checksum=False), wanted), []
    for finding in runs:
        if dry_run:
            _tell(as_json, str(finding.scenario_id), "would fetch", finding.origin.zip_path if finding.origin else "")
            continue
        try:
            with _progress(as_json) as tell:
                record, fetched = fetching.download(finding, place, config.data_dir, tell)
        except CoeqwalError as error:
            failures.append(error)
            continue
        status = "downloaded" if fetched else "unchanged"
        _tell(as_json, record.scenario_id, status, f"{record.zip_file.name}, {record.zip_file.size_bytes:,} bytes")
    if failures:
        for other in failures[1:]:
            failures[0].add_note(f"{other.code}: {other.message}")
        raise failures[0]
    if not as_json and runs and not dry_run:
        words = " ".join(str(finding.scenario_id) for finding in runs)
        print(f"Next: `coeqwal promote {words}`")
    elif not as_json and not runs:
        print("nothing new and nothing changed")


def promote(
    scenario: Annotated[list[str], typer.Argument(help="Scenario ids, as in s0105.", show_default=False)],
    visibility: Annotated[
        str | None, typer.Option("--visibility", help="private or public; by default as it is, at first private.")
    ] = None,
    dv: DvOption = None,
    sv: SvOption = None,
    accept: AcceptOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let downloaded model runs into the archive, if they keep their contract.

    The ZIP must be readable and safe, hold one DV output and at most one SV input (those that the sheet or the options
    declare), and be byte for byte what was downloaded; and nothing may say that it is another scenario's. What is
    refused leaves a receipt with the reason under `rejected/`.
    """
    chosen = as_visibility(visibility)
    if (dv or sv) and len(scenario) > 1:
        raise UsageError("--dv and --sv are about one ZIP", "promote the scenarios one by one")
    for scenario_id in [names.check_scenario_id(text) for text in scenario]:
        waits = fetching.is_staged(settings().data_dir, scenario_id)
        if not waits and not dv and not sv and _is_there(scenario_id, chosen, dry_run, as_json):
            continue
        candidate = fetching.staged(settings().data_dir, scenario_id)
        if dv or sv:
            candidate = replace(candidate, expected=Expected(dv, sv, by="option"))
        pipeline = Pipeline(settings(), scenario_id, Reporter(as_json), accept_identity=accept)
        record = pipeline.promote(candidate, chosen, dry_run=dry_run)
        if dry_run:
            _tell(as_json, scenario_id, "would promote", record.zip_key)
            continue
        fetching.remove_staged(settings().data_dir, scenario_id)
        if not as_json:
            print(f"{scenario_id} is in the archive. Next: `coeqwal run {scenario_id}`")


def as_visibility(text: str | None) -> Visibility | None:
    """The word as one of the two.

    Raises:
        UsageError: it is neither.
    """
    if text is None:
        return None
    if text in VISIBILITIES:
        return VISIBILITIES[text]
    raise UsageError(f"'{text}' is no visibility", "it is `private` or `public`")


def _is_there(scenario_id: str, visibility: Visibility | None, dry_run: bool, as_json: bool) -> bool:
    """Say that a run is in the archive already, if one is, and nothing else waits."""
    archive = Archive.of(settings())
    record = promoted(archive, scenario_id)
    if record is None:
        return False
    if visibility and not dry_run:
        downloads.set_visibility(settings(), scenario_id, visibility)
    _tell(as_json, scenario_id, "unchanged", f"{record.zip_basename} is in the archive; no other download waits")
    return True


def _scan(source: str, sheet: Path | None, checksum: bool) -> list[Finding]:
    config = settings()
    return compare(open_source(source, config), Archive.of(config), read_sheet(sheet), checksum=checksum)


def _chosen(found: list[Finding], wanted: list[str]) -> list[Finding]:
    """The runs to fetch: all new and changed ones, or those that are wanted, which then must be fit."""
    if not wanted:
        return [finding for finding in found if finding.status in ("new", "changed")]
    by_id = {finding.scenario_id: finding for finding in found}
    for scenario_id in wanted:
        finding = by_id.get(scenario_id)
        if finding is None or finding.status == "missing":
            raise UsageError(f"the source has no model run of {scenario_id}", "see `coeqwal scan`")
        if finding.status == "refused":
            kind = RetryableError if finding.reason_code == "NO_DRIVE_ACCESS" else DataRefusedError
            error = kind(f"{scenario_id}: {finding.message}", "correct it in the source, then scan again")
            error.code = finding.reason_code
            raise error
    return [by_id[scenario_id] for scenario_id in wanted]


def _tell(as_json: bool, scenario_id: str, status: str, detail: str) -> None:
    if as_json:
        print(json.dumps({"scenario_id": scenario_id, "status": status, "detail": detail}))
    else:
        print(f"{scenario_id}  {status:13}  {detail}")


@contextmanager
def _progress(quiet: bool) -> Iterator[fetching.Progress]:
    """A bar for people at a terminal, on the error stream."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda name, here, size: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, here: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=size)
            bars.update(tasks[name], completed=here)

        yield tell


def _as_json(finding: Finding) -> dict[str, object]:
    files = {"zip": finding.zip_file, "trend": finding.trend}
    listed = {
        name: file and {"path": file.path, "size_bytes": file.size_bytes, "modified": file.modified.isoformat()}
        for name, file in files.items()
    }
    return {
        "scenario_id": finding.scenario_id,
        "status": finding.status,
        "reason_code": finding.reason_code or None,
        "message": finding.message or None,
        "folder": finding.folder,
        "trend_status": finding.trend_status if finding.zip_file else None,
        **listed,
    }


def _line(finding: Finding) -> str:
    file = finding.zip_file
    facts = f"{file.size_bytes / 1e6:9,.1f}  {file.modified:%Y-%m-%d %H:%M}" if file else " " * 27
    reason = ": ".join(part for part in (finding.reason_code, finding.message) if part)
    trend = {"verified": "with trend report", "unverified_no_trend": "without trend report"}
    parts = [finding.folder if finding.scenario_id is None else "", file.path if file else "", reason]
    if file and finding.status in ("new", "changed"):
        parts.append(trend.get(finding.trend_status, finding.trend_status))
    text = "; ".join(part for part in parts if part)
    return f"{finding.scenario_id or '?':8}  {finding.status:9}  {facts}  {text}"
