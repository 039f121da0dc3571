"""The gate of the archive: a model run goes in whole, if it keeps its contract, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from extract import __version__
from extract.archive import Archive, Given, History
from extract.archive.history import PROMOTED, Visibility
from extract.errors import BadZipError, CoeqwalError, DataRefusedError, NotDssError, UsageError
from extract.intake import identity
from extract.intake.contract import Expected, declared_members
from extract.intake.overrides import stated
from extract.intake.zip_file import ModelRunZip
from extract.records import names
from extract.records.ingest_record import ConventionCheck, Ingestion, IngestRecord, Origin, TrendStatus
from extract.records.operator import operator
from extract.records.receipts import Refusal
from extract.storage.folder import translated
from extract.storage.hashing import file_sha256

DSS_MARK = b"ZDSS"


@dataclass(frozen=True)
class Candidate:
    """A model run proposed for the archive.

    Attributes:
        scenario_id: whose run it is.
        zip_path: the ZIP, local.
        trend_path: the trend report's reference, local.
        origin: where both came from.
        expected: which DSS files a sheet or a person declares.
        verification_status: why there is no trend report, or that there is one.
        declared: hashes that the files must have, by base name; those of the download.
        move: the files are ours and not needed any more.
    """

    scenario_id: str
    zip_path: Path
    trend_path: Path | None
    origin: Origin
    verification_status: TrendStatus
    expected: Expected = field(default_factory=Expected)
    declared: dict[str, str] = field(default_factory=dict)
    move: bool = False


class HashDiffersError(DataRefusedError):
    """A file is not the one that was declared."""

    code = "HASH_DIFFERS"


class MissingTrendError(DataRefusedError):
    """The trend report that was named is not there."""

    code = "MISSING_TREND"


def given_by_hand(
    scenario_id: str, zip_path: Path, trend_path: Path | None, dv: str | None = None, sv: str | None = None
) -> Candidate:
    """The candidate of a person who names the files, perhaps also the DV output or the SV input in the ZIP.

    Raises:
        UsageError: one of them is not there. Nothing was received, so nothing is left of it, no receipt either.
    """
    for option, path in (("--zip", zip_path), ("--trend", trend_path)):
        if path is not None and not path.is_file():
            what = "this is a folder" if path.is_dir() else "there is no such file"
            raise UsageError(f"{path}: {what}", f"check the path given with {option}")
    version = _version(zip_path)
    origin = Origin(
        address=str(zip_path.absolute().parent),
        zip_path=zip_path.name,
        zip_version=version or "",
        trend_path=str(trend_path.absolute()) if trend_path else None,
        trend_version=_version(trend_path) if trend_path else None,
    )
    status: TrendStatus = "verified" if trend_path else "unverified_no_trend"
    return Candidate(scenario_id, zip_path, trend_path, origin, status, Expected(dv, sv, by="option"))


def promoted(archive: Archive, scenario_id: str) -> IngestRecord | None:
    """The receipt of the run that is in the archive, if there is one and it can be read."""
    text = archive.get_text(names.ingest_record_key(scenario_id))
    try:
        return IngestRecord.model_validate_json(text) if text else None
    except ValidationError:  # damaged, or of another version
        return None


def promote(
    candidate: Candidate,
    archive: Archive,
    visibility: Visibility | None = None,
    *,
    dry_run: bool = False,
    accept_identity: str | None = None,
) -> tuple[IngestRecord, bool]:
    """Let a model run into the archive, in place of the one that is there.

    Args:
        candidate: the run.
        archive: where to.
        visibility: whether the scenario is public from now on; without it that stays as it is.
        dry_run: check everything, write nothing.
        accept_identity: why the run is the scenario's although there are doubts; see `intake.identity`.

    Returns:
        The receipt, and whether anything changed. A run that is there already keeps its earlier receipt.

    Raises:
        DataRefusedError: it breaks its contract, or may be another scenario's; a receipt is left under `rejected/` and
            nothing else changes.
        UsageError: the reason is blank.
        RetryableError: disk, source or archive failed, or somebody else promoted at the same time.
    """
    zip_sha, reason = "", stated(accept_identity, identity.OPTION) if accept_identity is not None else None
    try:
        zip_sha = _zip_sha256(candidate)
        record = _record(candidate, archive, zip_sha)
        run = (record.zip_basename, zip_sha)
        acceptance = identity.decided(archive, candidate.scenario_id, run, record.identity_doubts, reason)
    except OSError as error:
        raise translated(error, str(error.filename or candidate.zip_path)) from error
    except CoeqwalError as error:
        if not error.retryable and not dry_run:
            leave_refusal(archive, candidate.scenario_id, candidate.zip_path.name, zip_sha, error)
        raise
    before = promoted(archive, candidate.scenario_id)
    same = before is not None and before.identity == record.identity
    if before is not None and same and candidate.move:  # the next scan knows the file by where it is and its version
        same = before.source == record.source
    if before is not None and same:
        record = before
    record = record.model_copy(update={"identity_acceptance": acceptance})
    if dry_run:
        return record, not same
    files: dict[str, Given | str] = {
        record.zip_key: Given(candidate.zip_path, record.zip_sha256, candidate.move),
        names.ingest_record_key(record.short_code): record.text(),
    }
    if candidate.trend_path and record.trend_key and record.trend_csv_sha256:
        files[record.trend_key] = Given(candidate.trend_path, record.trend_csv_sha256, candidate.move)
    if acceptance:
        files[names.identity_acceptance_key(record.short_code)] = acceptance.model_dump_json(indent=2) + "\n"
    history = History(archive, candidate.scenario_id)
    newest = history.newest()
    after = history.publish("promote", files, PROMOTED, visibility)
    return record, newest is None or after.snapshot != newest.snapshot


def leave_refusal(archive: Archive, scenario_id: str, name: str, zip_sha: str, error: CoeqwalError) -> None:
    """Write the receipt of a refused file."""
    name = name.encode("utf-8", "backslashreplace").decode()
    receipt = Refusal(
        scenario_id=scenario_id,
        reason_code=error.code,
        message=error.message,
        remedy=error.remedy,
        zip_name=name,
        zip_sha256=zip_sha,
    )
    archive.put_text(names.rejected_key(name, zip_sha), receipt.model_dump_json(indent=2) + "\n")


def _zip_sha256(candidate: Candidate) -> str:
    if not candidate.zip_path.is_file():
        raise BadZipError(f"{candidate.zip_path}: there is no such file", "check the path given with --zip")
    if candidate.trend_path and not candidate.trend_path.is_file():
        raise MissingTrendError(f"{candidate.trend_path}: there is no such file", "check the path given with --trend")
    return _as_declared(candidate, candidate.zip_path)


def _as_declared(candidate: Candidate, file: Path) -> str:
    digest, declared = file_sha256(file), candidate.declared.get(file.name)
    if declared not in (None, digest):
        raise HashDiffersError(
            f"{file}: its sha256 is {digest}, the download recorded {declared}",
            f"remove {file.parent} and download the run again",
        )
    return digest


def _record(candidate: Candidate, archive: Archive, zip_sha: str) -> IngestRecord:
    scenario_id, zip_path, trend = candidate.scenario_id, candidate.zip_path, candidate.trend_path
    zip_name = names.check_file_name(zip_path.name)
    zip_file = ModelRunZip(zip_path)
    members = declared_members(zip_file.members, zip_name, candidate.expected)
    dv_sha, dv_size = _digest(zip_file, members.dv)
    sv_sha, sv_size = _digest(zip_file, members.sv) if members.sv else (None, None)
    dv_name, sv_name = _base_name(members.dv), _base_name(members.sv) if members.sv else None
    trend_name = names.check_file_name(trend.name) if trend else None
    generator = identity.mark_of(zip_file)
    kind = identity.kind_of(generator)
    doubts = [
        *identity.doubts_of_names(scenario_id, zip_name, members, [member.path for member in zip_file.members]),
        *identity.doubts_of_content(archive, scenario_id, zip_sha, dv_sha),
        *identity.doubts_of_kind(scenario_id, kind),
    ]
    return IngestRecord(
        short_code=scenario_id,
        zip_key=names.run_key(scenario_id, zip_name),
        zip_basename=zip_name,
        zip_sha256=zip_sha,
        zip_filesize_bytes=zip_path.stat().st_size,
        decided_by=candidate.expected.decided_by,
        classification=members.reasons,
        expected_dv_filename=dv_name,
        expected_dv_path_in_zip=members.dv,
        dv_sha256=dv_sha,
        dv_filesize_bytes=dv_size,
        expected_sv_filename=sv_name,
        expected_sv_path_in_zip=members.sv,
        sv_sha256=sv_sha,
        sv_filesize_bytes=sv_size,
        trend_key=names.trend_key(scenario_id, trend_name) if trend_name else None,
        trend_csv_basename=trend_name,
        trend_csv_sha256=_as_declared(candidate, trend) if trend else None,
        trend_csv_filesize_bytes=trend.stat().st_size if trend else None,
        verification_status=candidate.verification_status,
        convention_check=ConventionCheck(
            short_code_in_zip_basename=scenario_id in zip_name.lower(),
            short_code_in_dv_basename=scenario_id in dv_name.lower(),
            short_code_in_sv_basename=scenario_id in sv_name.lower() if sv_name else None,
        ),
        kind=kind,
        generator=generator,
        identity_doubts=tuple(doubts),
        declared_first_month=candidate.expected.first_month,
        declared_last_month=candidate.expected.last_month,
        source=candidate.origin,
        ingestion=Ingestion(
            path=candidate.origin.address,
            script="coeqwal promote",
            script_version=__version__,
            operator=operator(),
            ingested_at_utc=datetime.now(UTC),
            access_mode="path",
        ),
    )


def _digest(zip_file: ModelRunZip, member: str) -> tuple[str, int]:
    """Hash and size of an unpacked DSS file."""
    digest, size, mark = sha256(), 0, b""
    for piece in zip_file.pieces(member):
        mark = mark or piece[: len(DSS_MARK)]
        size += len(piece)
        digest.update(piece)
    if mark != DSS_MARK:
        raise NotDssError(
            f"{zip_file.path}: {member} is not an HEC-DSS file", "put the DSS files of the model run into the ZIP"
        )
    return digest.hexdigest(), size


def _base_name(member: str) -> str:
    return PurePosixPath(member.replace("\\", "/")).name


def _version(file: Path) -> str | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    return f"{facts.st_size}-{facts.st_mtime_ns}"
