"""Receipts: what happened to a file, as JSON beside the products.

The body of a receipt depends on the input only, so the same input leaves the same bytes; when and by whom it was
made stands in the database (`ops.ingest_run`). Every key that readers of the earlier `manifest.json` and
`extract_record.json` know is there.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from extract.records.ingest_record import IdentityDoubt, RunKind

TrendStatus = Literal["PASSED", "FAILED", "INCONCLUSIVE"]
SAMPLE_B_PARTS = 10


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DssFile(_Closed):
    """One DSS file of a model run, and what its reader reported.

    Attributes:
        missing_values: months of the calendar without a value, over all series; infinite ones count as missing.
        unit_conflicts: blocks with values whose unit or type differs from that of the series' first such block.
        time_offsets: blocks whose values are stamped off the end of the month.
        flagged_series: number of series by flag code, see `extract.dss.flags`.
    """

    path_in_zip: str
    sha256: str
    size_bytes: int
    dss_version: int
    read_by: str
    series: int
    missing_values: int
    infinite_values: int
    finite_outside_window: int
    other_time_steps: dict[str, int]
    unit_conflicts: int
    time_offsets: int
    flagged_series: dict[str, int] = {}
    unreadable: list[str]


class TrendSummary(_Closed):
    """What a comparison with the trend report's reference found.

    Attributes:
        status: `INCONCLUSIVE` if nothing or too little could be compared.
        columns_compared: columns in common with values in both files in 120 months, or half of a shorter period.
        columns_repeated: series ("B|C") that one of the files has more than once; they are not compared.
        rows_ref: rows of the reference below its header, those that are wholly empty left out.
        rows_unread: those of them whose date cannot be read.
        first_unread: the first such date as it is written.
        read_as: what had to be decided to read the reference: encoding, separator, kind of dates.
        months_compared: months in common in which both files have a value.
        cells_compared: months times columns in common.
        values_compared: those of them with a value in both files.
        ref_path: archive key of the reference.
        file_path: archive key of the CSV that was compared with it.
    """

    status: TrendStatus
    columns_ref: int
    columns_file: int
    columns_common: int
    columns_compared: int
    columns_only_in_ref: int
    columns_only_in_file: int
    columns_repeated: list[str]
    rows_ref: int
    rows_unread: int
    first_unread: str | None
    read_as: list[str]
    dates_ref_start: str | None
    dates_ref_end: str | None
    dates_file_start: str | None
    dates_file_end: str | None
    overlap_start: str | None
    overlap_end: str | None
    rows_in_overlap: int
    months_compared: int
    cells_compared: int
    values_compared: int
    mismatch_columns: int
    mismatch_cells: int
    mismatch_units: int
    sample_mismatch_units: list[str]
    abs_tol: float
    rel_tol: float
    note: str
    ref_path: str | None = None
    file_path: str | None = None
    sample_only_in_ref: list[str]
    sample_only_in_file: list[str]


class DetailedReports(_Closed):
    """Archive keys of the reports of a validation."""

    summary_json_key: str | None = None
    mismatches_csv_key: str | None = None


class Validation(_Closed):
    """The verdict on the wide CSV.

    Attributes:
        status: `NOT_CHECKED` is a status of its own: there was no reference.
        result: the same in the words of the earlier receipts.
        target: which CSV was compared.
        reference_sha256: hash of the reference.
    """

    status: Literal["NOT_CHECKED"] | TrendStatus = "NOT_CHECKED"
    result: Literal["skipped", "passed", "failed", "inconclusive"] = "skipped"
    target: Literal["calsim_output", "none"] = "none"
    reference_csv_key: str | None = None
    reference_sha256: str | None = None
    summary: TrendSummary | None = None
    mismatch_columns: int = 0
    mismatch_cells: int = 0
    mismatches_csv_key: str | None = None
    detailed_reports: DetailedReports = DetailedReports()

    @property
    def note(self) -> str:
        """The verdict in a few words."""
        return self.summary.note if self.summary else "no trend-report reference was given"


class CsvOutput(_Closed):
    """One CSV file made from the run."""

    key: str
    sha256: str
    size_bytes: int
    rows: int


class CsvKeys(_Closed):
    """Archive keys of the public CSV files, under the names of both earlier receipts."""

    dv_csv_key: str
    sv_csv_key: str | None
    calsim_output_csv_key: str
    sv_input_csv_key: str | None


class DetectedFiles(_Closed):
    """Paths in the ZIP, under the names of both earlier receipts."""

    dv: str
    sv: str | None
    calsim_output: str
    sv_input: str | None


class StatusSummary(_Closed):
    """What was found and written, under the names of both earlier receipts."""

    dv_detected: bool
    sv_detected: bool
    calsim_detected: bool
    dv_csv_written: bool
    sv_csv_written: bool
    calsim_csv_written: bool


class SampleBParts(_Closed):
    """The first ten B parts of each file, with commas between."""

    calsim_output: str
    sv_input: str


class UnitVerification(_Closed):
    """Units of the DV output against those of the trend report, a sentence for each of the first ten that differ."""

    dv_unit_mismatches: list[str]


class ExtractRecord(_Closed):
    """The receipt of an extraction.

    Attributes:
        processed_at: always null: see `ops.ingest_run`.
        job_id: always null: see `ops.ingest_run`.
        decided_by: whether a sheet, an option of the command line or the classification told DV and SV.
        duplicate_b_parts: "B|C" of which the DV file has several series; none of them is dropped.
        kind: whether it is a model run or synthetic; null in receipts from before the mark was looked for.
        identity_doubts: why its series may not be the scenario's; somebody has accepted them.
        quarantined: the trend report disproves the run; it is kept, and not loaded without an override.
    """

    schema_version: Literal[2] = 2
    scenario_id: str
    receipt_id: str
    extract_version: str
    processed_at: None = None
    job_id: None = None
    status: Literal["SUCCEEDED", "SUCCEEDED_PARTIAL"]
    quarantined: bool
    extract_targets: list[Literal["dv", "sv"]]
    original_upload_key: str
    zip_key: str
    zip_name: str
    zip_sha256: str
    zip_size_bytes: int
    name_matches_scenario: bool
    kind: RunKind | None = None
    identity_doubts: tuple[IdentityDoubt, ...] = ()
    decided_by: Literal["sheet", "option", "classification"]
    classification: list[str]
    dss_files_detected: DetectedFiles
    status_summary: StatusSummary
    dv: DssFile
    sv: DssFile | None
    first_month: str
    last_month: str
    known_variables: int
    variable_sample_b_parts: SampleBParts
    duplicate_b_parts: list[str]
    unit_verification: UnitVerification
    csv_outputs: CsvKeys
    files: dict[Literal["dv_csv", "sv_csv", "load_csv"], CsvOutput]
    validation: Validation


class Refusal(_Closed):
    """The receipt of a file that was refused: nothing of it was loaded."""

    schema_version: Literal[1] = 1
    scenario_id: str | None
    status: Literal["FAILED"] = "FAILED"
    reason_code: str
    message: str
    remedy: str
    zip_name: str
    zip_sha256: str


class ValidationOverride(_Closed):
    """Somebody's decision to load a model run that the trend report disproves.

    Attributes:
        receipt_id: the extraction that it is about.
        reference_sha256: the reference that it is about; with another one the decision is void.
        reason: why, in the person's words.
        operator: who.
    """

    schema_version: Literal[1] = 1
    scenario_id: str
    receipt_id: str
    reference_sha256: str | None
    note: str
    reason: str = Field(min_length=1)
    operator: str
    decided_at: AwareDatetime


class VerifiedCheck(_Closed):
    """What one check of a question found.

    Attributes:
        checked_count: how many things were compared.
        failed_count: how many of them were wrong.
    """

    family: str
    check_name: str
    status: Literal["passed", "failed", "error", "not_checked"]
    checked_count: int | None
    failed_count: int | None
    message: str | None
    examples: list[dict[str, Any]]


class VerificationReceipt(_Closed):
    """What was found about one question of a load.

    Attributes:
        code_version: digest of everything that the statistics are built from.
    """

    schema_version: Literal[1] = 1
    scenario_id: str
    load_id: str
    question: str
    verifier: str
    code_version: str
    checks: list[VerifiedCheck]


class TierRemark(_Closed):
    """A problem or note at a place of a delivered tier file; the header is row 1, 0 is the file as a whole."""

    row: int
    column: str
    code: str
    message: str


class TierReceipt(_Closed):
    """The receipt of a delivered tier file. Of a refused file nothing was loaded."""

    schema_version: Literal[1] = 1
    status: Literal["ACCEPTED", "REFUSED"]
    file_key: str
    file_sha256: str
    tier_code: str | None
    layout: str | None
    scenarios: list[str]
    results: int
    problems: list[TierRemark]
    notes: list[TierRemark]


class FrozenTable(_Closed):
    """One relation of a frozen copy: its rows of one scenario, as gzip-compressed CSV; an empty cell is NULL.

    Attributes:
        name: `schema.table`.
        family: folder of the model that makes it.
        key_columns: columns that tell the rows apart.
        sha256: hash of the compressed file.
    """

    name: str
    family: str
    key_columns: list[str]
    columns: list[str]
    rows: int
    file: str
    sha256: str


class CheckVerdict(_Closed):
    """What a check found of the load that was frozen."""

    question: str
    family: str
    check_name: str
    status: Literal["passed", "failed", "error", "not_checked"]
    checked_count: int | None
    failed_count: int | None
    message: str | None
    verifier: str
    code_version: str


class ReleasedOverride(_Closed):
    """The decisions by which statistics were released although the trend report disproves their model run.

    Attributes:
        reason: why the run was loaded.
        operator: who decided that.
        confirmation: why it was shown.
        confirmed_by: who decided that.
    """

    reason: str
    operator: str
    confirmation: str
    confirmed_by: str


class ReleaseRecord(_Closed):
    """The record of a frozen copy of a scenario's statistics. The same statistics leave the same bytes.

    Attributes:
        kind: whether it is a model run or synthetic; null where that is not known.
        zip_name: the model run; null where staging held another load when the statistics were frozen.
        code_version: digest of models, seeds and macros of the last recorded build.
        invocations: the runs of dbt that made the rows.
        checks: the newest result of every check of this load.
        override: set if the trend report disproves the model run.
    """

    schema_version: Literal[1] = 1
    scenario_id: str
    load_id: str
    kind: RunKind | None = None
    zip_name: str | None
    zip_sha256: str | None
    code_version: str | None
    invocations: list[str]
    tables: list[FrozenTable]
    checks: list[CheckVerdict]
    override: ReleasedOverride | None = None
