"""JSON schemas of the receipts, for readers that are not Python; written by `coeqwal reference pages`."""

from __future__ import annotations

import json

from pydantic import BaseModel

from extract.archive import Manifest
from extract.intake.record import IngestRecord
from extract.receipts import ExtractRecord

MODELS: dict[str, type[BaseModel]] = {"ingest_record": IngestRecord, "extract_record": ExtractRecord, "snapshot": Manifest}


def schema_texts() -> dict[str, str]:
    """The schema files by their paths in the repository."""
    return {
        f"extract/schemas/{name}.schema.json": json.dumps(model.model_json_schema(), indent=2) + "\n"
        for name, model in MODELS.items()
    }
