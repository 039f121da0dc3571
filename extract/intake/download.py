"""Fetching a model run from its source into a folder of its own, from where it can be promoted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from extract.errors import DataRefusedError, DiskFullError, RetryableError, UsageError
from extract.intake.contract import Expected
from extract.intake.promote import Candidate
from extract.intake.scan import Finding
from extract.records import names
from extract.records.ingest_record import Origin, TrendStatus
from extract.storage import FileInfo, Source
from extract.storage.folder import translated
from extract.storage.hashing import file_sha256

RECORD = "download.json"
PIECE = 1 << 20
Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that are here, and its size."""


class DownloadFailedError(RetryableError):
    """A file could not be fetched whole; what came of it is kept and the next attempt goes on from there."""

    code = "DOWNLOAD_FAILED"


class StagedFilesError(DataRefusedError):
    """The files that were fetched are not those that the download declared.

    Args:
        code: DECLARED_FILE_MISSING or EXTRA_FILE.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = code


class StagedFile(BaseModel):
    """A file as it was fetched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str
    size_bytes: int


class DownloadRecord(BaseModel):
    """What was fetched for a scenario; written last.

    Attributes:
        dv: the DV output that the sheet declares.
        sv: the same of the SV input.
        first_month: first month that the sheet declares.
        last_month: its last month.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario_id: str
    origin: Origin
    zip_file: StagedFile
    trend: StagedFile | None
    trend_status: TrendStatus
    dv: str | None
    sv: str | None
    first_month: str | None = None
    last_month: str | None = None

    @property
    def expected(self) -> Expected:
        """What the sheet declares."""
        return Expected(self.dv, self.sv, first_month=self.first_month, last_month=self.last_month)


def staging_folder(data_dir: Path, scenario_id: str) -> Path:
    """Where the fetched files of a scenario wait."""
    return data_dir / "staging" / "scenario_data" / scenario_id


def download(finding: Finding, source: Source, data_dir: Path, progress: Progress) -> tuple[DownloadRecord, bool]:
    """Fetch a run's ZIP and trend report.

    What an earlier attempt left of the very same version is not fetched again.

    Args:
        finding: a run that scan found new or changed.
        source: where it was found.
        data_dir: the project's data folder.
        progress: told how far it is.

    Returns:
        The record, and whether anything was fetched.

    Raises:
        DownloadFailedError: source or connection failed, or the file changed meanwhile.
        DiskFullError: it does not fit on this disk.
    """
    if finding.zip_file is None or finding.origin is None or finding.scenario_id is None:
        raise ValueError(f"{finding.folder}: there is nothing to fetch")
    folder = staging_folder(data_dir, finding.scenario_id)
    before = _read(folder)
    if before and (before.origin, before.expected) == (finding.origin, finding.expected):
        return before, False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        zip_file = _fetch(source, finding.zip_file, folder, progress)
        trend = _fetch(source, finding.trend, folder, progress) if finding.trend else None
        declared = {RECORD, zip_file.name, *([trend.name] if trend else [])}
        for other in [path for path in folder.iterdir() if path.name not in declared]:
            other.unlink()  # of an earlier version
        record = DownloadRecord(
            scenario_id=finding.scenario_id,
            origin=finding.origin,
            zip_file=zip_file,
            trend=trend,
            trend_status=finding.trend_status,
            dv=finding.expected.dv,
            sv=finding.expected.sv,
            first_month=finding.expected.first_month,
            last_month=finding.expected.last_month,
        )
        (folder / RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise translated(error, str(error.filename or folder)) from error
    return record, True


def is_staged(data_dir: Path, scenario_id: str) -> bool:
    """Whether a download of the scenario waits to be promoted."""
    return _read(staging_folder(data_dir, scenario_id)) is not None


def staged(data_dir: Path, scenario_id: str) -> Candidate:
    """What was fetched for a scenario, as the candidate for the archive.

    Raises:
        UsageError: nothing was.
        StagedFilesError: a declared file is not there, or there is another one.
    """
    folder = staging_folder(data_dir, scenario_id)
    record = _read(folder)
    if record is None:
        raise UsageError(
            f"nothing was downloaded for {scenario_id}", f"run `coeqwal download SOURCE {scenario_id}` first"
        )
    declared = {file.name: file.sha256 for file in (record.zip_file, record.trend) if file}
    there = {path.name for path in folder.iterdir()} - {RECORD}
    again = f"remove {folder} and download the run again"
    if missing := sorted(set(declared) - there):
        raise StagedFilesError("DECLARED_FILE_MISSING", f"{folder}: {missing[0]} is not there", again)
    if extra := sorted(there - set(declared)):
        raise StagedFilesError("EXTRA_FILE", f"{folder}: {extra[0]} is not of the download", again)
    return Candidate(
        scenario_id=scenario_id,
        zip_path=folder / record.zip_file.name,
        trend_path=folder / record.trend.name if record.trend else None,
        origin=record.origin,
        verification_status=record.trend_status,
        expected=record.expected,
        declared=declared,
        move=True,
    )


def remove_staged(data_dir: Path, scenario_id: str) -> None:
    """Remove the fetched files of a scenario."""
    shutil.rmtree(staging_folder(data_dir, scenario_id), ignore_errors=True)


def _read(folder: Path) -> DownloadRecord | None:
    try:
        return DownloadRecord.model_validate_json((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError, UnicodeDecodeError):
        return None


def _fetch(source: Source, info: FileInfo, folder: Path, progress: Progress) -> StagedFile:
    name = names.check_file_name(PurePosixPath(info.path).name)
    target, part, version = folder / name, folder / f"{name}.part", folder / f"{name}.version"
    of_this_version = version.exists() and version.read_text(encoding="utf-8") == info.version
    if not of_this_version:
        target.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
        version.write_text(info.version, encoding="utf-8")
    if not target.exists():
        here = part.stat().st_size if part.exists() else 0
        if shutil.disk_usage(folder).free < info.size_bytes - here:
            raise DiskFullError(f"{folder}: no room for the {info.size_bytes:,} bytes of {name}", "free some space")
        try:
            _append(source, info, part, here, progress)
        except RetryableError as error:
            message = f"{info.path} could not be fetched whole: {error.message}"
            raise DownloadFailedError(message, "download again: it goes on where it stopped") from error
        part.replace(target)
    return StagedFile(name=name, sha256=file_sha256(target), size_bytes=info.size_bytes)


def _append(source: Source, info: FileInfo, part: Path, here: int, progress: Progress) -> None:
    with source.open(info.path) as content, part.open("ab") as sink:
        content.seek(here)
        while here < info.size_bytes and (piece := content.read(PIECE)):
            sink.write(piece)
            here += len(piece)
            progress(info.path, here, info.size_bytes)
    now = source.stat(info.path)
    if here != info.size_bytes or now is None or now.version != info.version:
        part.unlink()
        raise RetryableError("it changed meanwhile", "scan again")
