"""The history of a scenario: numbered snapshots, of which the newest is what readers see.

A change is one step: its new contents are stored as objects, then a manifest takes the next free number, which
only one of several writers gets. From then on the change has happened. What is left, to show the files under
their well-known keys and to let `latest.json` follow, is the same for everybody and is done again by whoever
comes next if the writer was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from extract.archive.keys import Archive
from extract.errors import CheckFailedError, RetryableError, UsageError
from extract.records import names
from extract.storage.hashing import file_sha256

Visibility = Literal["private", "public"]
PROMOTED = ("run/", "verify/", "identity_acceptance.json", "ingest_record.json")
EXTRACTED = ("csv/", "validation/", "extract_record.json")
RECEIPT = "_record.json"
FRESH = timedelta(hours=12)
"""An object of this age is not removed by a repair, which leaves alone what is younger than a day."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Closed):
    """One file of a snapshot.

    Attributes:
        path: below `scenario/<id>/`.
        modified: when this path got this content.
    """

    path: str
    size_bytes: int
    sha256: str
    modified: AwareDatetime


class Totals(_Closed):
    """Number of files of a snapshot, and the sum of their sizes."""

    files: int
    size_bytes: int


class Manifest(_Closed):
    """A snapshot: every file of a scenario at one time.

    Attributes:
        snapshot: its number, from 1.
        stage: what made it.
        visibility: whether the scenario's files may be served to the public.
    """

    schema_version: Literal[1] = 1
    scenario_id: str
    snapshot: int
    created_at: AwareDatetime
    stage: str
    visibility: Visibility
    files: tuple[Entry, ...]
    totals: Totals

    @property
    def by_path(self) -> dict[str, Entry]:
        """The files by their paths."""
        return {entry.path: entry for entry in self.files}

    def entry(self, path: str) -> Entry:
        """One file.

        Raises:
            UsageError: the snapshot has no such file.
        """
        found = self.by_path.get(path)
        if found is None:
            raise UsageError(
                f"snapshot {self.snapshot} of {self.scenario_id} has no file {path}",
                f"it has: {', '.join(self.by_path) or 'none'}",
            )
        return found

    def text(self) -> str:
        """The manifest as it is stored."""
        return self.model_dump_json(indent=2) + "\n"


@dataclass(frozen=True)
class Given:
    """A local file that goes into the archive.

    Attributes:
        file: where it is.
        sha256: its hash.
        move: nobody writes to it any more, so that it may be linked instead of copied.
    """

    file: Path
    sha256: str
    move: bool = False


class ConcurrentChangeError(RetryableError):
    """Somebody else changed the scenario's files at the same time and was first."""

    code = "CONCURRENT_CHANGE"


class History:
    """The snapshots of one scenario.

    Args:
        archive: where they are.
        scenario_id: the scenario.
    """

    def __init__(self, archive: Archive, scenario_id: str) -> None:
        self.archive = archive
        self.scenario_id = scenario_id

    def numbers(self) -> list[int]:
        """The numbers of all snapshots, ascending."""
        prefix = names.snapshots_prefix(self.scenario_id)
        stems = (info.path.removeprefix(prefix).removesuffix(".json") for info in self.archive.store.files(prefix))
        return sorted(int(stem) for stem in stems if stem.isdigit())

    def snapshot(self, number: int) -> Manifest:
        """One snapshot.

        Raises:
            UsageError: there is none of that number.
            CheckFailedError: its manifest is damaged.
        """
        key = names.snapshot_key(self.scenario_id, number)
        text = self.archive.get_text(key)
        if text is None:
            raise UsageError(
                f"{self.scenario_id} has no snapshot {number}", f"see `coeqwal archive list {self.scenario_id}`"
            )
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as error:
            raise CheckFailedError(
                f"{self.archive.uri(key)} is damaged", "restore it from a backup of the archive"
            ) from error

    def all(self) -> Iterator[Manifest]:
        """Every snapshot, oldest first."""
        for number in self.numbers():
            yield self.snapshot(number)

    def newest(self) -> Manifest | None:
        """The newest snapshot, if there is one."""
        numbers = self.numbers()
        return self.snapshot(numbers[-1]) if numbers else None

    def as_of(self, moment: datetime) -> Manifest:
        """What the scenario looked like at a moment.

        Raises:
            UsageError: there was nothing yet.
        """
        found = None
        for manifest in self.all():
            if manifest.created_at <= moment:
                found = manifest
        if found is None:
            raise UsageError(
                f"{self.scenario_id} was not in the archive on {moment.isoformat()}",
                f"see `coeqwal archive list {self.scenario_id}`",
            )
        return found

    def publish(
        self,
        stage: str,
        files: Mapping[str, Given | str],
        replaces: Iterable[str],
        visibility: Visibility | None = None,
    ) -> Manifest:
        """Take the next step of the history, unless it would change nothing.

        Args:
            stage: what makes the step.
            files: the new files by archive key below `scenario/<id>/`: local files, or short texts.
            replaces: paths, or beginnings of paths ending in `/`, whose other files the step removes. Earlier
                snapshots keep them.
            visibility: a new one; without it the present one stays, which is private in the beginning.

        Returns:
            The newest snapshot: the new one, or the present one if it has these very files already.

        Raises:
            ConcurrentChangeError: somebody else took the step first.
            RetryableError: the archive cannot take the files now.
        """
        before = self.newest()
        with TemporaryDirectory(prefix="coeqwal-") as folder:
            given = {self._path(key): _as_file(what, Path(folder)) for key, what in files.items()}
            after = self._next(before, stage, given, tuple(replaces), visibility)
            named = {entry.sha256 for entry in before.files} if before else set()
            for new in given.values():
                self._store_object(new, new.sha256 in named)
            if before is None or (after.visibility, _contents(after)) != (before.visibility, _contents(before)):
                key = names.snapshot_key(self.scenario_id, after.snapshot)
                if not self.archive.store.create(key, after.text().encode()):
                    raise ConcurrentChangeError(
                        f"somebody else has just changed the files of {self.scenario_id}; nothing of this was kept",
                        f"look with `coeqwal archive list {self.scenario_id}`, then run it again",
                    )
                before = after
        self.settle()
        return before

    def set_visibility(self, visibility: Visibility) -> Manifest:
        """Make the scenario public or private.

        Raises:
            UsageError: it is not in the archive.
        """
        if not self.numbers():
            raise UsageError(f"{self.scenario_id} is not in the archive", "promote a model run of it first")
        return self.publish("visibility", {}, (), visibility)

    def settle(self) -> None:
        """Let the well-known keys and `latest.json` show the newest snapshot; where they do, nothing is written.

        Of several writers the last one finds the newest number after its own last step, so that all agree in the end.
        """
        shown = None
        while (newest := self.newest()) is not None and newest != shown:
            self._show(newest)
            shown = newest

    def _show(self, manifest: Manifest) -> None:
        store, latest_key = self.archive.store, names.latest_snapshot_key(self.scenario_id)
        prefix = names.scenario_prefix(self.scenario_id)
        shown = self._shown_number()
        old = {
            entry.path
            for number in self.numbers()
            if shown <= number < manifest.snapshot
            for entry in self.snapshot(number).files
        }
        wrong = [e for e in manifest.files if not store.is_copy(names.object_key(e.sha256), prefix + e.path)]
        gone = sorted(old.difference(manifest.by_path))
        # A receipt is there only while all it names is there, and nothing that it does not name.
        for path in [p for p in (*gone, *(e.path for e in wrong)) if p.endswith(RECEIPT)]:
            store.remove(prefix + path)
        for path in gone:
            store.remove(prefix + path)
        for entry in sorted(wrong, key=lambda entry: entry.path.endswith(RECEIPT)):
            store.copy(names.object_key(entry.sha256), prefix + entry.path)
        if self.archive.get_text(latest_key) != manifest.text():
            store.write(latest_key, manifest.text().encode())

    def _shown_number(self) -> int:
        text = self.archive.get_text(names.latest_snapshot_key(self.scenario_id))
        try:
            return Manifest.model_validate_json(text or "").snapshot
        except ValidationError:
            return 0

    def _next(
        self,
        before: Manifest | None,
        stage: str,
        given: Mapping[str, Given],
        replaces: tuple[str, ...],
        visibility: Visibility | None,
    ) -> Manifest:
        now = datetime.now(UTC)
        if before is not None:  # a clock that was set back must not change the order
            now = max(now, before.created_at + timedelta(microseconds=1))
        known = before.by_path if before else {}
        kept = {path: entry for path, entry in known.items() if not _is_one_of(path, replaces)}
        for path, new in given.items():
            same = known.get(path)
            size = new.file.stat().st_size
            kept[path] = (
                same
                if same and same.sha256 == new.sha256
                else Entry(path=path, size_bytes=size, sha256=new.sha256, modified=now)
            )
        entries = tuple(kept[path] for path in sorted(kept))
        return Manifest(
            scenario_id=self.scenario_id,
            snapshot=before.snapshot + 1 if before else 1,
            created_at=now,
            stage=stage,
            visibility=visibility or (before.visibility if before else "private"),
            files=entries,
            totals=Totals(files=len(entries), size_bytes=sum(entry.size_bytes for entry in entries)),
        )

    def _store_object(self, new: Given, is_named: bool) -> None:
        """Store a content unless it is there; an old one that we do not name again, as a repair may take it."""
        key = names.object_key(new.sha256)
        there = self.archive.store.stat(key)
        is_old = there is not None and not is_named and there.modified < datetime.now(UTC) - FRESH
        if there is None or is_old or there.size_bytes != new.file.stat().st_size:
            self.archive.store.put(key, new.file, new.sha256, move=new.move)

    def _path(self, key: str) -> str:
        prefix = names.scenario_prefix(self.scenario_id)
        if not key.startswith(prefix):
            raise ValueError(f"{key} is not a key of {self.scenario_id}")
        return key.removeprefix(prefix)


def _is_one_of(path: str, replaces: tuple[str, ...]) -> bool:
    return any(path.startswith(part) if part.endswith("/") else path == part for part in replaces)


def _as_file(what: Given | str, folder: Path) -> Given:
    if isinstance(what, Given):
        return what
    file = folder / str(len(list(folder.iterdir())))
    file.write_text(what, encoding="utf-8")
    return Given(file, file_sha256(file), move=True)


def _contents(manifest: Manifest) -> dict[str, str]:
    return {entry.path: entry.sha256 for entry in manifest.files}
