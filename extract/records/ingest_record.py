"""The receipt of a model run's way into the archive."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from extract.records import names


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(_Closed):
    """Where a run came from.

    Attributes:
        address: folder or S3 prefix, without credentials.
        zip_path: of the ZIP below the address.
        zip_version: what the source gave as its version; says that a file is the one that was fetched.
        trend_path: of the trend report below the address.
        trend_version: as `zip_version`.
        spreadsheet_file: the sheet that declared the run.
        spreadsheet_row_sha256: hash of the run's row in it.
        spreadsheet_url: where people edit that sheet.
    """

    address: str
    zip_path: str
    zip_version: str
    trend_path: str | None = None
    trend_version: str | None = None
    spreadsheet_file: str | None = None
    spreadsheet_row_sha256: str | None = None
    spreadsheet_url: str | None = None


class ConventionCheck(_Closed):
    """Whether the file names carry the scenario's id. It is recorded and refuses nothing."""

    short_code_in_zip_basename: bool
    short_code_in_dv_basename: bool
    short_code_in_sv_basename: bool | None


RunKind = Literal["model_run", "synthetic"]


class IdentityDoubt(_Closed):
    """Why a run may not be the scenario's.

    Attributes:
        code: reason code.
    """

    code: str
    message: str


class IdentityAcceptance(_Closed):
    """Somebody's decision that a doubtful run is the scenario's all the same.

    Attributes:
        zip_sha256: the run that it is about; for another one the decision is void.
        doubts: those that the person was told of; it is about no others.
        reason: why, in the person's words.
        operator: who.
    """

    schema_version: Literal[1] = 1
    scenario_id: str
    zip_sha256: str
    doubts: tuple[IdentityDoubt, ...]
    reason: str = Field(min_length=1)
    operator: str
    decided_at: AwareDatetime


class Ingestion(_Closed):
    """Who let the run in, when, and with what: the only part that the input does not determine."""

    path: str
    script: str
    script_version: str
    operator: str
    ingested_at_utc: AwareDatetime
    access_mode: Literal["id", "path"]


TrendStatus = Literal["verified", "unverified_no_trend", "unverified_pin_missing", "unverified_multi_trend"]


class IngestRecord(_Closed):
    """What was let into the archive for a scenario.

    Attributes:
        short_code: the scenario id.
        zip_key: archive key of the ZIP.
        expected_dv_filename: base name of the DV output; from the sheet where there is one, else as found.
        expected_dv_path_in_zip: where it is in the ZIP. The extraction reads this very member.
        dv_sha256: hash of the uncompressed DSS file.
        trend_key: archive key of the trend report.
        verification_status: whether there is one trend report to check the run with, or why not.
        kind: whether it is a model run or synthetic; null in receipts from before the mark was looked for.
        generator: what the mark of a synthetic run says of its making; empty if it cannot be read.
        identity_doubts: why it may not be the scenario's, as far as names and contents tell.
        identity_acceptance: who took it for the scenario's all the same.
        declared_first_month: first month of the run as the sheet has it, `YYYY-MM`.
        declared_last_month: its last month.
        decided_by: whether the sheet, an option of the command line or the classification told DV and SV.
    """

    schema_version: Literal[1] = 1
    short_code: str
    zip_key: str
    zip_basename: str
    zip_sha256: str
    zip_filesize_bytes: int
    decided_by: Literal["sheet", "option", "classification"]
    classification: tuple[str, ...]
    expected_dv_filename: str
    expected_dv_path_in_zip: str
    dv_sha256: str
    dv_filesize_bytes: int
    expected_sv_filename: str | None
    expected_sv_path_in_zip: str | None
    sv_sha256: str | None
    sv_filesize_bytes: int | None
    trend_key: str | None
    trend_csv_basename: str | None
    trend_csv_sha256: str | None
    trend_csv_filesize_bytes: int | None
    verification_status: TrendStatus
    convention_check: ConventionCheck
    kind: RunKind | None = None
    generator: dict[str, Any] | None = None
    identity_doubts: tuple[IdentityDoubt, ...] = ()
    identity_acceptance: IdentityAcceptance | None = None
    declared_first_month: str | None = None
    declared_last_month: str | None = None
    source: Origin
    ingestion: Ingestion

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes another promote one of the same run: names and contents, not where and when they came from."""
        return (
            self.zip_basename,
            self.zip_sha256,
            self.trend_csv_basename,
            self.trend_csv_sha256,
            self.expected_dv_path_in_zip,
            self.expected_sv_path_in_zip,
            self.verification_status,
            self.kind,
            self.declared_first_month,
            self.declared_last_month,
        )

    @property
    def receipt_id(self) -> str:
        """The identity that a load of this run has."""
        by_content = self.decided_by == "classification"
        declared = () if by_content else (self.expected_dv_path_in_zip, self.expected_sv_path_in_zip)
        return names.receipt_id(self.short_code, self.zip_sha256, declared)

    def text(self) -> str:
        """The receipt as it is stored."""
        return self.model_dump_json(indent=2) + "\n"
