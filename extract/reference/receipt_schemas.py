"""JSON schemas of the receipts, for readers that are not Python; written by `coeqwal reference pages`."""

from __future__ import annotations

import json

from pydantic import BaseModel

from extract.archive import Manifest
from extract.records.ingest_record import IdentityAcceptance, IngestRecord
from extract.records.receipts import (
    ExtractRecord,
    Refusal,
    ReleaseRecord,
    TrendSummary,
    ValidationOverride,
    VerificationReceipt,
)

MODELS: dict[str, type[BaseModel]] = {
    "extract_record": ExtractRecord,
    "identity_acceptance": IdentityAcceptance,
    "ingest_record": IngestRecord,
    "refusal": Refusal,
    "release_record": ReleaseRecord,
    "snapshot": Manifest,
    "validation_override": ValidationOverride,
    "validation_summary": TrendSummary,
    "verification_receipt": VerificationReceipt,
}


def schema_texts() -> dict[str, str]:
    """The schema files by their paths in the repository."""
    return {
        f"extract/records/schemas/{name}.schema.json": json.dumps(
            model.model_json_schema(mode="serialization"), indent=2
        )
        + "\n"
        for name, model in MODELS.items()
    }
