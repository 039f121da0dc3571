"""JSON schemas of the receipts, for whoever reads them without this code."""

from __future__ import annotations

import json

from pydantic import BaseModel

from extract.archive import Manifest
from extract.intake.record import IngestRecord
from extract.receipts import ExtractRecord, Refusal, TrendSummary, ValidationOverride

FOLDER = "extract/schemas"
MODELS: dict[str, type[BaseModel]] = {
    "extract_record": ExtractRecord,
    "ingest_record": IngestRecord,
    "refusal": Refusal,
    "snapshot": Manifest,
    "validation_override": ValidationOverride,
    "validation_summary": TrendSummary,
}


def texts() -> dict[str, str]:
    """What each schema file should be, by its path in the repository."""
    return {
        f"{FOLDER}/{name}.schema.json": json.dumps(model.model_json_schema(mode="serialization"), indent=2) + "\n"
        for name, model in MODELS.items()
    }
