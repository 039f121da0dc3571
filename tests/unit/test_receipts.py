"""Receipts: their schemas are current, and readers of the earlier receipts find every key."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from extract.records.receipts import ExtractRecord, Refusal
from extract.reference.receipt_schemas import schema_texts

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = {
    "scenario_id", "processed_at", "job_id", "status", "original_upload_key", "dss_files_detected.sv_input",
    "dss_files_detected.calsim_output", "status_summary.sv_detected", "status_summary.calsim_detected",
    "status_summary.sv_csv_written", "status_summary.calsim_csv_written", "validation.reference_csv_key",
    "validation.target", "validation.result", "validation.summary", "validation.detailed_reports.summary_json_key",
    "validation.detailed_reports.mismatches_csv_key", "variable_sample_b_parts.sv_input",
    "variable_sample_b_parts.calsim_output", "csv_outputs.sv_input_csv_key", "csv_outputs.calsim_output_csv_key",
}  # fmt: skip
EARLIER_RECORD = {
    "extract_targets", "dss_files_detected.sv", "dss_files_detected.dv", "status_summary.dv_detected",
    "status_summary.dv_csv_written", "validation.mismatch_columns", "validation.mismatch_cells",
    "validation.mismatches_csv_key", "csv_outputs.sv_csv_key", "csv_outputs.dv_csv_key",
    "unit_verification.dv_unit_mismatches", "duplicate_b_parts",
}  # fmt: skip


def keys(schema, node=None, before=""):
    """Dotted names of all properties of a JSON schema."""
    node = node or schema
    for name, value in node.get("properties", {}).items():
        yield before + name
        reference = value.get("$ref")
        if reference:
            yield from keys(schema, schema["$defs"][reference.rpartition("/")[2]], f"{before}{name}.")


def test_the_committed_schemas_are_those_of_the_models():
    folder = ROOT / "extract" / "records" / "schemas"
    committed = {str(path.relative_to(ROOT)): path.read_text() for path in folder.glob("*.json")}
    assert committed == schema_texts(), "run `coeqwal reference pages`"


@pytest.mark.parametrize("earlier", [MANIFEST, EARLIER_RECORD], ids=["manifest", "extract_record"])
def test_readers_of_the_earlier_receipts_find_every_key(earlier):
    assert earlier <= set(keys(ExtractRecord.model_json_schema(mode="serialization")))


@pytest.mark.parametrize("change", [{"extra": 1}, {"schema_version": 9}, {"reason_code": None}])
def test_a_receipt_is_closed(change):
    good = json.loads(
        Refusal(
            scenario_id="s0105", reason_code="BAD_ZIP", message="m", remedy="r", zip_name="x.zip", zip_sha256=""
        ).model_dump_json()
    )
    assert Refusal.model_validate(good)
    with pytest.raises(ValidationError):
        Refusal.model_validate({**good, **change})
