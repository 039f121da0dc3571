"""`coeqwal archive`: what is in the archive, how it was before, and whether it is whole."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from extract.archive import Archive, History, Manifest, repair
from extract.archive.verify import verify as compare_all
from extract.cli.intake import as_visibility
from extract.cli.report import counted
from extract.errors import CheckFailedError, UsageError
from extract.pipeline.locks import one_at_a_time
from extract.records import names
from extract.settings import settings
from extract.warehouse import downloads

app = typer.Typer(help="The archive: what is in it, how it was before, and whether it is whole.", no_args_is_help=True)
LONGEST_URL_SECONDS = 12 * 3600
HEADING = "{:8}  since (UTC)          made by     visibility  files         MB"

ScenarioArgument = Annotated[str, typer.Argument(help="Scenario id, as in s0105.", show_default=False)]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="As it was then: 2026-11-20 (the end of that day, UTC) or 2026-11-20T12:00Z."),
]
SnapshotOption = Annotated[int | None, typer.Option("--snapshot", help="As it was in the snapshot of that number.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@app.command("list")
def list_(
    scenario: Annotated[str | None, typer.Argument(help="A scenario id; default all, one line each.")] = None,
    as_of: AsOfOption = None,
    snapshot: SnapshotOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the scenarios of the archive, or the snapshots and files of one."""
    archive = Archive.of(settings())
    if scenario is None:
        _list_all(archive, as_json)
        return
    history = History(archive, names.check_scenario_id(scenario))
    chosen = _chosen(history, as_of, snapshot)
    if as_json:
        print(chosen.text(), end="")
        return
    print(HEADING.format("snapshot"))
    for manifest in history.all():
        mark = "*" if manifest.snapshot == chosen.snapshot else ""
        print(_line(f"{manifest.snapshot}{mark}", manifest))
    print(f"\nFiles of snapshot {chosen.snapshot} of {chosen.scenario_id}:")
    for entry in chosen.files:
        print(f"{entry.size_bytes:>15,}  {entry.sha256[:12]}  {_shown_time(entry.modified)}  {entry.path}")


@app.command()
def get(
    scenario: ScenarioArgument,
    path: Annotated[str, typer.Argument(help="A file as `archive list` shows it.", show_default=False)],
    as_of: AsOfOption = None,
    snapshot: SnapshotOption = None,
    out: Annotated[Path | None, typer.Option(help="Where to write it; default its name, here.")] = None,
    url: Annotated[bool, typer.Option("--url", help="Print an address to fetch it from instead (S3 only).")] = False,
    expires: Annotated[int, typer.Option(help="Seconds for which that address works.")] = 900,
) -> None:
    """Fetch a file of a scenario, as it is or as it was."""
    archive = Archive.of(settings())
    entry = _chosen(History(archive, names.check_scenario_id(scenario)), as_of, snapshot).entry(path)
    key, name = names.object_key(entry.sha256), path.rpartition("/")[2]
    if url:
        if not 0 < expires <= LONGEST_URL_SECONDS:
            raise UsageError(f"--expires {expires}", f"give it 1 to {LONGEST_URL_SECONDS} seconds")
        address = archive.store.url(key, expires, name)
        if address is None:
            raise UsageError("the archive is a folder, whose files have no address", f"it is {archive.uri(key)}")
        print(address)
        return
    target = out or Path(name)
    if target.is_dir():
        target = target / name
    shutil.copyfile(archive.local_copy(key), target)
    print(f"{target}: {entry.size_bytes:,} bytes, sha256 {entry.sha256}")


@app.command()
def diff(
    scenario: ScenarioArgument,
    before: Annotated[str | None, typer.Argument(help="Snapshot or time; default the last but one.")] = None,
    after: Annotated[str | None, typer.Argument(help="Snapshot or time; default the newest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell two snapshots apart: new, updated, deleted, renamed and unchanged files."""
    history = History(Archive.of(settings()), names.check_scenario_id(scenario))
    late = _named(history, after) if after else _chosen(history, None, None)
    if before is None and late.snapshot == 1:
        raise UsageError(f"{late.scenario_id} has one snapshot only", "there is nothing to compare it with")
    early = _named(history, before) if before else history.snapshot(late.snapshot - 1)
    changes = differences(early, late)
    if as_json:
        print(json.dumps([{"change": change, "path": path} for change, path in changes]))
        return
    for change, path in changes:
        print(f"{change:9}  {path}")
    print(f"snapshot {early.snapshot} ({early.visibility}) to {late.snapshot} ({late.visibility})")


@app.command()
def verify(
    sizes_only: Annotated[
        bool, typer.Option("--sizes-only", help="Do not read the files, only compare sizes.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the whole archive and compare it with its manifests; exit status 1 if anything is wrong."""
    archive = Archive.of(settings())
    audit = compare_all(archive, read=not sizes_only)
    for fault in audit.faults:
        if as_json:
            print(json.dumps(fault.__dict__))
        else:
            print(f"{fault.kind:9}  {archive.uri(fault.key)}: {fault.message}")
    if audit.faults:
        raise CheckFailedError(f"{len(audit.faults)} faults in the archive {archive.store.address}", "see above")
    if not as_json:
        how = "sizes compared" if sizes_only else "every byte read"
        print(
            f"whole, {how}: scenarios {audit.scenarios}, snapshots {audit.snapshots}, objects {audit.objects}; "
            f"{archive.store.address}"
        )


@app.command("repair")
def repair_(
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    older_than_hours: Annotated[
        float, typer.Option(min=0, help="Leave younger objects alone: they may be of a change that is going on.")
    ] = repair.SETTLED.total_seconds() / 3600,
) -> None:
    """Remove objects that no manifest and no receipt names, left by a killed change; says first what it does."""
    archive, config = Archive.of(settings()), settings()
    found = repair.orphans(archive, timedelta(hours=older_than_hours))
    for info in found.young:
        print(f"left alone, younger than {older_than_hours:g} hours: {archive.uri(info.path)}")
    for info in found.mentioned:
        print(f"left alone, a receipt names it: {archive.uri(info.path)}")
    print(f"no manifest or receipt names {counted(len(found.removable), 'object')}, {found.size_bytes:,} bytes:")
    for info in found.removable:
        when = _shown_time(info.modified)
        print(f"  {'would remove' if dry_run else 'to be removed'}: {archive.uri(info.path)} ({when} UTC)", flush=True)
    if dry_run or not found.removable:
        return
    with ExitStack() as locks:
        for scenario_id in sorted(names.scenarios_in(info.path for info in archive.store.files("snapshots/"))):
            locks.enter_context(one_at_a_time(config, scenario_id))
        removed = repair.remove(archive, found.removable)
    print(f"removed {counted(len(removed), 'object')}, {sum(info.size_bytes for info in removed):,} bytes")


@app.command()
def visibility(
    scenario: ScenarioArgument,
    chosen: Annotated[str, typer.Argument(metavar="private|public", show_default=False)],
) -> None:
    """Decide whether a scenario's files may be served to the public. Without a decision they are private."""
    word = as_visibility(chosen)
    if word is not None:
        made = downloads.set_visibility(settings(), names.check_scenario_id(scenario), word)
        print(f"{made.scenario_id} is {made.visibility}: snapshot {made.snapshot}, {_shown_time(made.created_at)} UTC")


def differences(before: Manifest, after: Manifest) -> list[tuple[str, str]]:
    """What became of each file: (new, updated, deleted, renamed or unchanged; path), sorted by path."""
    old, new = before.by_path, after.by_path
    gone = {path: entry.sha256 for path, entry in old.items() if path not in new}
    changes = []
    for path, entry in new.items():
        if path in old:
            changes.append(("unchanged" if old[path].sha256 == entry.sha256 else "updated", path))
        elif entry.sha256 in gone.values():
            was = next(other for other, digest in gone.items() if digest == entry.sha256)
            del gone[was]
            changes.append(("renamed", f"{was} -> {path}"))
        else:
            changes.append(("new", path))
    return sorted([*changes, *(("deleted", path) for path in gone)], key=lambda change: change[1])


def _list_all(archive: Archive, as_json: bool) -> None:
    newest = [
        History(archive, scenario_id).newest()
        for scenario_id in sorted(names.scenarios_in(info.path for info in archive.store.files("snapshots/")))
    ]
    if as_json:
        for manifest in filter(None, newest):
            print(json.dumps(manifest.model_dump(mode="json", exclude={"files"})))
        return
    print(HEADING.format("scenario") if newest else "the archive is empty")
    for manifest in filter(None, newest):
        print(_line(manifest.scenario_id, manifest))
    print(archive.store.address)


def _chosen(history: History, as_of: str | None, snapshot: int | None) -> Manifest:
    if as_of and snapshot:
        raise UsageError("--as-of and --snapshot exclude each other", "give one of them")
    if snapshot:
        return history.snapshot(snapshot)
    if as_of:
        return history.as_of(_moment(as_of))
    newest = history.newest()
    if newest is None:
        raise UsageError(f"{history.scenario_id} is not in the archive", "see `coeqwal archive list`")
    return newest


def _named(history: History, text: str) -> Manifest:
    return history.snapshot(int(text)) if text.isdigit() else history.as_of(_moment(text))


def _moment(text: str) -> datetime:
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no time", "give it as 2026-11-20 or 2026-11-20T12:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _line(name: str, manifest: Manifest) -> str:
    facts = f"{manifest.stage:10}  {manifest.visibility:10}  {manifest.totals.files:>5}"
    return f"{name:8}  {_shown_time(manifest.created_at)}  {facts}  {manifest.totals.size_bytes / 1e6:>9,.1f}"


def _shown_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
