"""Does the archive hold what its manifests say, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from extract.archive.history import History, Manifest
from extract.archive.keys import Archive
from extract.errors import CheckFailedError
from extract.records import names

PIECE = 1 << 20


@dataclass(frozen=True)
class Fault:
    """Something that is not as the manifests say.

    Attributes:
        kind: `missing`, `changed`, `extra` or `damaged manifest`.
        key: where.
        message: what it means.
    """

    kind: str
    key: str
    message: str


@dataclass(frozen=True)
class Audit:
    """What was looked at, and what is wrong with it."""

    scenarios: int
    snapshots: int
    objects: int
    faults: tuple[Fault, ...]


def verify(archive: Archive, *, read: bool = True) -> Audit:
    """Compare every object and every well-known file with the manifests.

    Args:
        archive: the archive.
        read: read and hash everything; otherwise only presence and sizes are compared.

    Raises:
        RetryableError: the archive cannot be read now.
    """
    faults: list[Fault] = []
    wanted: dict[str, int] = {}
    shown: dict[str, tuple[str, int]] = {}
    snapshots = 0
    scenarios = sorted(names.scenarios_in(info.path for info in archive.store.files("snapshots/")))
    for scenario_id in scenarios:
        history = History(archive, scenario_id)
        for number in history.numbers():
            try:
                manifest = history.snapshot(number)
            except CheckFailedError as error:
                key = names.snapshot_key(scenario_id, number)
                faults.append(Fault("damaged manifest", key, error.message))
                continue
            snapshots += 1
            wanted.update((names.object_key(entry.sha256), entry.size_bytes) for entry in manifest.files)
        faults.extend(_latest_faults(archive, history))
        if (newest := _newest_readable(history)) is not None:
            shown.update(_shown(newest))
    faults.extend(_object_faults(archive, wanted, read))
    faults.extend(_shown_faults(archive, shown, read))
    return Audit(len(scenarios), snapshots, len(wanted), tuple(faults))


def _newest_readable(history: History) -> Manifest | None:
    try:
        return history.newest()
    except CheckFailedError:  # reported already
        return None


def _latest_faults(archive: Archive, history: History) -> Iterator[Fault]:
    newest = _newest_readable(history)
    key = names.latest_snapshot_key(history.scenario_id)
    if newest is not None and archive.get_text(key) != newest.text():
        yield Fault("changed", key, f"not snapshot {newest.snapshot}; the next run of the scenario repairs it")


def _shown(manifest: Manifest) -> Iterable[tuple[str, tuple[str, int]]]:
    prefix = names.scenario_prefix(manifest.scenario_id)
    return ((prefix + entry.path, (entry.sha256, entry.size_bytes)) for entry in manifest.files)


def _object_faults(archive: Archive, wanted: dict[str, int], read: bool) -> Iterator[Fault]:
    there = {info.path: info.size_bytes for info in archive.store.files("objects/")}
    for key in sorted(wanted.keys() - there.keys()):
        yield Fault("missing", key, "a snapshot needs it: promote its file again, or restore it from a backup")
    for key in sorted(there.keys() - wanted.keys()):
        yield Fault(
            "extra",
            key,
            "no snapshot needs it: left by a change that was interrupted; `coeqwal archive repair` removes it",
        )
    for key in sorted(wanted.keys() & there.keys()):
        if there[key] != wanted[key]:
            yield Fault("changed", key, f"{there[key]:,} bytes instead of {wanted[key]:,}")
        elif read and _sha256(archive, key) != key.rpartition("/")[2]:
            yield Fault(
                "changed", key, "its bytes do not have the hash that is its name: remove it, then as if missing"
            )


def _shown_faults(archive: Archive, shown: dict[str, tuple[str, int]], read: bool) -> Iterator[Fault]:
    there = {info.path: info.size_bytes for info in archive.store.files("scenario/")}
    repair = "the next run of the scenario repairs it"
    for key in sorted(shown.keys() - there.keys()):
        yield Fault("missing", key, repair)
    for key in sorted(there.keys() - shown.keys()):
        yield Fault("extra", key, "the newest snapshot does not have it: put there by hand")
    for key in sorted(shown.keys() & there.keys()):
        digest, size = shown[key]
        if there[key] != size:
            yield Fault("changed", key, f"{there[key]:,} bytes instead of {size:,}; {repair}")
        elif read and _sha256(archive, key) != digest:
            yield Fault("changed", key, f"other bytes than in the newest snapshot; {repair}")


def _sha256(archive: Archive, key: str) -> str:
    digest = sha256()
    with archive.store.open(key) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
