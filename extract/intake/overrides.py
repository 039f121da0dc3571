"""Decisions to load a model run that the trend report disproves: by whom, when and why, as receipts in the archive.

To be shown and released such a load needs a second decision, which is recorded with its activation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import class_row
from pydantic import ValidationError

from extract.archive import Archive, History
from extract.errors import CheckFailedError, UsageError
from extract.records import names
from extract.records.operator import operator
from extract.records.receipts import ExtractRecord, ValidationOverride

OF_LOAD = """
select
    verdict.override_reason as reason,
    coalesce(verdict.operator, 'unknown') as operator,
    shown.override_confirmation as confirmation,
    shown.changed_by as confirmed_by
from (
    select * from ops.ingest_run
    where receipt_id = %(load_id)s and stage = 'validate' and state not in ('UNCHANGED', 'FAILED')
    order by run_id desc
    limit 1
) as verdict
left join lateral (
    select override_confirmation, changed_by from ops.activation
    where load_id = %(load_id)s and override_confirmation is not null and changed_at >= verdict.finished_at
    order by activation_id desc
    limit 1
) as shown on true
where verdict.state = 'OVERRIDDEN'
"""


@dataclass(frozen=True)
class Overridden:
    """What was decided about a load that the trend report disproves.

    Attributes:
        reason: why it was loaded.
        operator: who decided it.
        confirmation: why it is shown; None if nobody said so since it was loaded.
        confirmed_by: who said so.
    """

    reason: str
    operator: str
    confirmation: str | None
    confirmed_by: str | None


class NotConfirmedError(CheckFailedError):
    """The trend report disproves a load, and nobody has said that it may be shown all the same."""

    code = "OVERRIDE_NOT_CONFIRMED"


def of_load(link: psycopg.Connection, load_id: str) -> Overridden | None:
    """What was decided about a load; none if the trend report does not disprove it."""
    with link.cursor(row_factory=class_row(Overridden)) as cursor:
        return cursor.execute(OF_LOAD.encode(), {"load_id": load_id}).fetchone()


def confirmed(
    link: psycopg.Connection, scenario_id: str, load_id: str, by: str, confirmation: str | None
) -> Overridden | None:
    """What was decided about a load, with the confirmation that is given now, or else the recorded one.

    Args:
        by: who gives it.
        confirmation: why the load may be shown; None if nothing is said now.

    Raises:
        NotConfirmedError: the load is overridden, and there is no confirmation.
        UsageError: the confirmation is blank, or there is nothing to confirm.
    """
    found = of_load(link, load_id)
    if confirmation is not None:
        if found is None:
            raise UsageError(f"the trend report does not disprove the load {load_id}", "leave --confirm-override out")
        return Overridden(found.reason, found.operator, stated(confirmation, "--confirm-override", "shown"), by)
    if found and found.confirmation is None:
        raise NotConfirmedError(
            f"the trend report disproves the load {load_id}, which {found.operator} loaded all the same"
            f" ({found.reason}); it is not shown before somebody confirms that",
            f'run `coeqwal activate {scenario_id} --confirm-override "why it may be shown all the same"`',
        )
    return found


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


def stated(reason: str, option: str = "--override-validation", what: str = "loaded") -> str:
    """The reason without blanks around it.

    Args:
        option: the option that it was given with.
        what: what it lets be done with the run.

    Raises:
        UsageError: nothing is left.
    """
    if not reason.strip():
        raise UsageError(f"{option} without a reason", f"say why the run may be {what} all the same")
    return reason.strip()
