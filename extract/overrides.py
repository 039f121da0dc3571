"""Decisions to load a model run that the trend report disproves: by whom, when and why, as receipts in the archive."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import ValidationError

from extract import names
from extract.archive import Archive, History
from extract.errors import UsageError
from extract.receipts import ExtractRecord, ValidationOverride
from extract.stage_history import operator


def recorded(archive: Archive, record: ExtractRecord) -> ValidationOverride | None:
    """The decision on this very extraction and this very trend report, if there is one."""
    text = archive.get_text(names.override_key(record.scenario_id))
    try:
        found = ValidationOverride.model_validate_json(text or "")
    except ValidationError:
        return None
    about = (found.receipt_id, found.reference_sha256)
    return found if about == (record.receipt_id, record.validation.reference_sha256) else None


def decided(archive: Archive, record: ExtractRecord, reason: str | None) -> tuple[ValidationOverride | None, bool]:
    """The decision that holds, and whether it is a new one, which is put into the archive.

    Args:
        archive: where the decision is kept.
        record: the extraction that it is about.
        reason: why; without it only an earlier decision counts.

    Raises:
        UsageError: the reason is blank.
    """
    before = recorded(archive, record)
    if reason is None or (before is not None and before.reason == reason.strip()):
        return before, False
    decision = ValidationOverride(
        scenario_id=record.scenario_id,
        receipt_id=record.receipt_id,
        reference_sha256=record.validation.reference_sha256,
        note=record.validation.note,
        reason=stated(reason),
        operator=operator(),
        decided_at=datetime.now(UTC),
    )
    key = names.override_key(record.scenario_id)
    path = key.removeprefix(names.scenario_prefix(record.scenario_id))
    text = decision.model_dump_json(indent=2) + "\n"
    History(archive, record.scenario_id).publish("override", {key: text}, (path,))
    return decision, True


def stated(reason: str) -> str:
    """The reason without blanks around it.

    Raises:
        UsageError: nothing is left.
    """
    if not reason.strip():
        raise UsageError("--override-validation without a reason", "say why the run may be loaded all the same")
    return reason.strip()
