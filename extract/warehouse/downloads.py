"""Which files of a scenario the API may hand out: kept in the database, so that no request looks into the archive.

The archive decides: a scenario's files are private until somebody makes them public. Files are recorded with the load
that they belong to, so that what is downloaded is what the published numbers were made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extract.archive import Archive, History, Manifest
from extract.archive.history import Visibility
from extract.errors import UsageError
from extract.records.names import scenario_prefix
from extract.records.receipts import ExtractRecord
from extract.settings import Settings
from extract.warehouse import load

FileKind = Literal["zip", "output_csv", "sv_csv"]


@dataclass(frozen=True)
class LoadedFile:
    """A file of a load, one row of `staging.scenario_file`.

    Attributes:
        receipt_id: the load.
        archive_key: its well-known name; its content is in the archive under its hash.
        modified_at: when that name got this content.
    """

    scenario_id: str
    receipt_id: str
    file_kind: FileKind
    archive_key: str
    size_bytes: int
    sha256: str
    modified_at: datetime


def files_of(record: ExtractRecord, manifest: Manifest) -> list[LoadedFile]:
    """The files of an extraction that people may want: the model run, and its output and input as CSV.

    Args:
        record: the receipt of the extraction.
        manifest: the snapshot of the scenario that holds its files.
    """
    found: dict[FileKind, tuple[str, int, str]] = {
        "zip": (record.zip_key, record.zip_size_bytes, record.zip_sha256),
    }
    kinds: dict[Literal["dv_csv", "sv_csv"], FileKind] = {"dv_csv": "output_csv", "sv_csv": "sv_csv"}
    for name, kind in kinds.items():
        if (output := record.files.get(name)) is not None:
            found[kind] = (output.key, output.size_bytes, output.sha256)
    prefix = scenario_prefix(record.scenario_id)
    return [
        LoadedFile(
            record.scenario_id, record.receipt_id, kind, key, size, sha256,
            manifest.entry(key.removeprefix(prefix)).modified,
        )
        for kind, (key, size, sha256) in found.items()
    ]  # fmt: skip


def register(url: str, archive: Archive, record: ExtractRecord) -> None:
    """Record the files of an extraction, and whether the public may have them.

    Raises:
        DatabaseAwayError, CheckFailedError: as `load.connection`.
        UsageError: the archive lacks a file of the receipt.
    """
    manifest = History(archive, record.scenario_id).newest()
    if manifest is None:
        raise UsageError(f"{record.scenario_id} is not in the archive", "promote a model run of it first")
    files = files_of(record, manifest)
    with load.connection(url) as link:
        link.cursor().executemany(_UPSERT_FILE, [file.__dict__ for file in files])
    record_visibility(url, manifest)


def record_visibility(url: str, manifest: Manifest) -> None:
    """Let the database know whether a scenario's files are public."""
    with load.connection(url) as link:
        link.execute(_UPSERT_VISIBILITY, [manifest.scenario_id, manifest.visibility == "public"])


def set_visibility(settings: Settings, scenario_id: str, visibility: Visibility) -> Manifest:
    """Make a scenario's files public or private, in the archive and for the API.

    Raises:
        UsageError: the scenario is not in the archive.
        DatabaseAwayError: the API does not know it yet; the same command again tells it.
    """
    manifest = History(Archive.of(settings), scenario_id).set_visibility(visibility)
    try:
        url = settings.resolved_database_url()
    except UsageError:  # an archive without a warehouse
        return manifest
    load.prepare(url)
    record_visibility(url, manifest)
    return manifest


_UPSERT_FILE = """
insert into staging.scenario_file
    (scenario_id, receipt_id, file_kind, archive_key, size_bytes, sha256, modified_at)
values (%(scenario_id)s, %(receipt_id)s, %(file_kind)s, %(archive_key)s, %(size_bytes)s, %(sha256)s, %(modified_at)s)
on conflict (scenario_id, receipt_id, file_kind) do update set
    archive_key = excluded.archive_key,
    size_bytes = excluded.size_bytes,
    sha256 = excluded.sha256,
    modified_at = excluded.modified_at
"""

_UPSERT_VISIBILITY = """
insert into staging.scenario_visibility (scenario_id, is_public) values (%s, %s)
on conflict (scenario_id) do update set is_public = excluded.is_public, changed_at = now()
where scenario_visibility.is_public <> excluded.is_public
"""
