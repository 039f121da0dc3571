"""Removes objects that a change left behind when it was killed between storing them and naming them in a manifest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from extract.archive.history import History
from extract.archive.keys import Archive
from extract.records import names
from extract.storage import FileInfo

SETTLED = timedelta(hours=24)
"""A younger object may be of a change that is going on, here or on another machine."""


@dataclass(frozen=True)
class Orphans:
    """Objects that no manifest names.

    Attributes:
        removable: those that no receipt mentions either, and that are old enough.
        young: those that may still be named by a change that is going on.
        mentioned: those whose hash stands in a receipt.
    """

    removable: tuple[FileInfo, ...]
    young: tuple[FileInfo, ...]
    mentioned: tuple[FileInfo, ...]

    @property
    def size_bytes(self) -> int:
        """What removing them frees."""
        return sum(info.size_bytes for info in self.removable)


def orphans(archive: Archive, older_than: timedelta = SETTLED) -> Orphans:
    """The objects that no manifest names; nothing is changed.

    Objects are listed before the manifests are read: whatever a change names meanwhile is found in its manifest.

    Args:
        archive: the archive.
        older_than: age below which an object is left alone.

    Raises:
        CheckFailedError: a manifest is damaged, so that it is not known what it names.
        RetryableError: the archive cannot be read now.
    """
    there = list(archive.store.files("objects/"))
    named = _named(archive)
    unnamed = [info for info in there if info.path not in named]
    limit = datetime.now(UTC) - older_than
    young = [info for info in unnamed if info.modified > limit]
    old = [info for info in unnamed if info.modified <= limit]
    receipts = _receipts(archive) if old else ""
    mentioned = [info for info in old if info.path.rpartition("/")[2] in receipts]
    return Orphans(tuple(info for info in old if info not in mentioned), tuple(young), tuple(mentioned))


def remove(archive: Archive, found: Collection[FileInfo]) -> list[FileInfo]:
    """Remove objects, but for those that were named or written again since they were found.

    Returns:
        What was removed.

    Raises:
        CheckFailedError, RetryableError: as `orphans`.
    """
    removed = []
    named = _named(archive)
    for info in found:
        if info.path not in named and archive.store.stat(info.path) == info:
            archive.store.remove(info.path)
            removed.append(info)
    return removed


def _named(archive: Archive) -> set[str]:
    """The keys of all objects that manifests name."""
    scenarios = names.scenarios_in(info.path for info in archive.store.files("snapshots/"))
    return {
        names.object_key(entry.sha256)
        for scenario_id in sorted(scenarios)
        for manifest in History(archive, scenario_id).all()
        for entry in manifest.files
    }


def _receipts(archive: Archive) -> str:
    """The text of every receipt that is shown, of model runs, refusals and tiers."""
    keys = [
        info.path
        for prefix in ("scenario/", "rejected/", "tiers/")
        for info in archive.store.files(prefix)
        if info.path.endswith(".json")
    ]
    return "\n".join(archive.get_text(key) or "" for key in keys)
