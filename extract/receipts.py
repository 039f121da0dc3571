"""Receipts: what happened to a file, as JSON beside the products.

The body of a receipt depends on the input only, so the same input leaves the same bytes; when and where it was
made stands in the database (`ops.ingest_run`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DssFile(_Closed):
    """One DSS file of a model run, and what its reader reported.

    Attributes:
        missing_values: months of the calendar without a value, over all series; infinite ones count as missing.
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
    unreadable: list[str]


class Validation(_Closed):
    """Comparison of the wide CSV with the trend report's reference.

    `NOT_CHECKED` is a status of its own: there was no reference.
    """

    status: Literal["NOT_CHECKED", "PASSED", "FAILED", "INCONCLUSIVE"]
    reference_key: str | None = None
    reference_sha256: str | None = None
    columns_reference: int = 0
    columns_common: int = 0
    columns_only_in_reference: list[str] = []
    months_compared: int = 0
    cells_compared: int = 0
    mismatch_columns: int = 0
    mismatch_cells: int = 0
    unit_mismatches: list[str] = []
    mismatches_key: str | None = None
    note: str = ""


class CsvOutput(_Closed):
    """One CSV file made from the run."""

    key: str
    sha256: str
    size_bytes: int
    rows: int


class ExtractRecord(_Closed):
    """The receipt of an extraction."""

    schema_version: Literal[1] = 1
    scenario_id: str
    receipt_id: str
    status: Literal["SUCCEEDED", "SUCCEEDED_PARTIAL"]
    zip_key: str
    zip_name: str
    zip_sha256: str
    zip_size_bytes: int
    name_matches_scenario: bool
    classification: list[str]
    dv: DssFile
    sv: DssFile | None
    first_month: str
    last_month: str
    known_variables: int
    csv_outputs: dict[str, CsvOutput]
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
