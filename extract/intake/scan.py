"""What a source has, compared with the archive: new, changed, unchanged, missing and refused model runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal

from extract.archive import Archive
from extract.errors import CoeqwalError, RetryableError, UsageError
from extract.intake.contract import Expected, declared_members
from extract.intake.layout import Offer, chosen_trend, chosen_zip, offers
from extract.intake.promote import promoted
from extract.intake.sheet import SheetRow
from extract.intake.zip_file import ModelRunZip
from extract.records import names
from extract.records.ingest_record import IngestRecord, Origin, TrendStatus
from extract.settings import Settings
from extract.storage import FileInfo, Source
from extract.storage.folder import Folder

Status = Literal["new", "changed", "unchanged", "missing", "refused"]


@dataclass(frozen=True)
class Finding:
    """One model run of a source, or one that should be there.

    Attributes:
        status: compared with the run that is in the archive.
        reason_code: why a run is missing or refused, for scripts; empty for the others.
        message: the same for people.
        trend_status: whether there is one trend report, or why not.
        expected: which DSS files the sheet declares.
    """

    scenario_id: str | None
    status: Status
    folder: str = ""
    reason_code: str = ""
    message: str = ""
    zip_file: FileInfo | None = None
    trend: FileInfo | None = None
    trend_status: TrendStatus = "unverified_no_trend"
    expected: Expected = field(default_factory=Expected)
    origin: Origin | None = None


def open_source(address: str, settings: Settings) -> Source:
    """The source that an address means: a folder, or `s3://bucket/prefix`.

    Raises:
        UsageError: there is no such folder, or the address names no bucket.
    """
    if address.startswith("s3://"):
        # here: boto3 takes a tenth of a second to import
        from extract.storage.s3 import S3Folder

        return S3Folder(address, settings.s3_endpoint, settings.aws_region)
    folder = Path(address)
    if not folder.is_dir():
        raise UsageError(f"{address}: there is no such folder", "give a folder, or s3://bucket/prefix")
    return Folder(folder.resolve())


def scan(source: Source, archive: Archive, sheet: Mapping[str, SheetRow], *, checksum: bool = False) -> list[Finding]:
    """Compare a source with the archive. Nothing is fetched but the tables of contents of new and changed ZIPs.

    Args:
        source: where to look.
        archive: what to compare with.
        sheet: what people declare of the runs, by scenario id.
        checksum: read files of equal size whose version differs, to tell touched ones from changed ones.

    Raises:
        RetryableError: the source or the archive cannot be reached.
    """
    found = [
        _look(source, archive, offer, sheet.get(offer.scenario_id or ""), checksum)
        for offer in offers(source.files(), sheet)
    ]
    there = {finding.scenario_id for finding in found}
    for scenario_id in sorted(set(names.scenarios_in(i.path for i in archive.store.files("snapshots/"))) - there):
        before = promoted(archive, scenario_id)
        if before and before.source.address == source.address:
            message = f"{before.source.zip_path} is gone from the source; it stays in the archive"
            found.append(Finding(scenario_id, "missing", "", "MISSING_ZIP", message))
    for scenario_id in sorted(set(sheet) - there - {finding.scenario_id for finding in found}):
        found.append(Finding(scenario_id, "missing", "", "MISSING_ZIP", "in the sheet, but not in the source"))
    return sorted(found, key=lambda finding: (finding.scenario_id or "~", finding.folder))


def _look(source: Source, archive: Archive, offer: Offer, row: SheetRow | None, checksum: bool) -> Finding:
    if offer.scenario_id is None:
        message = "nothing says which scenario it is of: let the folder's name begin with the id, as in s0105_name"
        return Finding(None, "refused", offer.folder, "NO_SCENARIO_ID", message)
    zip_file, code, message = chosen_zip(offer, row)
    if zip_file is None:
        return Finding(offer.scenario_id, "refused", offer.folder, code, message)
    trend, trend_status = chosen_trend(offer, row)
    finding = Finding(
        scenario_id=offer.scenario_id,
        status="new",
        folder=offer.folder,
        zip_file=zip_file,
        trend=trend,
        trend_status=trend_status,
        expected=row.expected if row else Expected(),
        origin=_origin(source, zip_file, trend, row),
    )
    before = promoted(archive, offer.scenario_id)
    if before and _unchanged(source, before, finding, checksum):
        return _with(finding, "unchanged")
    try:
        _inspect(source, zip_file, finding.expected)
    except RetryableError as error:
        return _with(finding, "refused", "NO_DRIVE_ACCESS", error.message)
    except CoeqwalError as error:
        return _with(finding, "refused", error.code, error.message)
    return _with(finding, "changed" if before else "new", message=_what_changed(before, finding) if before else "")


def _inspect(source: Source, zip_file: FileInfo, expected: Expected) -> None:
    """Refuse a ZIP by its table of contents."""
    name = names.check_file_name(PurePosixPath(zip_file.path).name)
    with source.open(zip_file.path) as file:
        declared_members(ModelRunZip(Path(name), file=file).members, name, expected)


def _unchanged(source: Source, before: IngestRecord, finding: Finding, checksum: bool) -> bool:
    now, then = finding.origin, before.source
    if now is None or (before.decided_by == "sheet") != bool(finding.expected.dv):
        return False
    declared = (finding.expected.first_month, finding.expected.last_month)
    if declared != (before.declared_first_month, before.declared_last_month):
        return False
    places = ("address", "zip_path", "trend_path")
    versions = ("zip_version", "trend_version")
    if any(getattr(now, name) != getattr(then, name) for name in places):
        return False
    if all(getattr(now, name) == getattr(then, name) for name in versions):
        return True
    files = ((finding.zip_file, before.zip_sha256), (finding.trend, before.trend_csv_sha256))
    return checksum and all(_sha256(source, file) == known for file, known in files if file)


def _what_changed(before: IngestRecord, finding: Finding) -> str:
    now, then = finding.origin, before.source
    if now is None or now.address != then.address:
        return f"the archive has one from {then.address}"
    if finding.zip_file and now.zip_path != then.zip_path:
        return f"was {then.zip_path}"
    if now.zip_version != then.zip_version:
        return "the ZIP was written again" if before.zip_filesize_bytes == _size(finding.zip_file) else "other ZIP"
    if (now.trend_path, now.trend_version) != (then.trend_path, then.trend_version):
        return "other trend report"
    return "the sheet declares something else"


def _sha256(source: Source, file: FileInfo) -> str:
    digest = sha256()
    with source.open(file.path) as content:
        while piece := content.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _size(file: FileInfo | None) -> int:
    return file.size_bytes if file else -1


def _origin(source: Source, zip_file: FileInfo, trend: FileInfo | None, row: SheetRow | None) -> Origin:
    return Origin(
        address=source.address,
        zip_path=zip_file.path,
        zip_version=zip_file.version,
        trend_path=trend.path if trend else None,
        trend_version=trend.version if trend else None,
        spreadsheet_file=row.file if row else None,
        spreadsheet_row_sha256=row.row_sha256 if row else None,
        spreadsheet_url=row.url if row else None,
    )


def _with(finding: Finding, status: Status, code: str = "", message: str = "") -> Finding:
    return replace(finding, status=status, reason_code=code, message=message)
