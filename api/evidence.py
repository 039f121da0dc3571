"""What is known of the way from files to numbers: of the present load from the database, of an earlier one from its
frozen copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from api.database import Row
from api.snapshot import Snapshot

if TYPE_CHECKING:  # the service reads a frozen copy, and needs nothing of what writes one
    from extract.releases.frozen_copy import Release


class Evidence(Protocol):
    """Rows by the names of the named queries `api/sql/provenance_*.sql`, whose columns they have."""

    async def models(self) -> Sequence[Row]:
        """The relations of the warehouse, without their SQL."""

    async def compiled(self, names: Collection[str]) -> dict[str, str | None]:
        """The SQL of some of them."""

    async def columns(self, relation: str) -> Sequence[Row]:
        """The columns of a relation."""

    async def load(self, load_id: str) -> Row | None:
        """A load."""

    async def variables(self, load_id: str, kinds: Collection[str], codes: Collection[str]) -> Sequence[Row]:
        """The variables behind entities."""

    async def deliveries(self) -> Sequence[Row]:
        """The delivered tier files."""

    async def checks(self, load_id: str, families: Collection[str]) -> Sequence[Row]:
        """What is known of the questions about families of statistics, as `api/sql/provenance_checks.sql` has it."""


class DatabaseEvidence:
    """What the database knows of a scenario's present load.

    Args:
        db: the database.
        scenario_id: the scenario; none for what belongs to none.
    """

    def __init__(self, db: Snapshot, scenario_id: str | None) -> None:
        self._db = db
        self._scenario_id = scenario_id
        self._models: Sequence[Row] = ()

    async def models(self) -> Sequence[Row]:
        """See `Evidence.models`."""
        self._models = self._models or await self._db.fetch("provenance_models", self._scenario_id)
        return self._models

    async def compiled(self, names: Collection[str]) -> dict[str, str | None]:
        """See `Evidence.compiled`."""
        rows = await self._db.fetch("provenance_sql", self._scenario_id, list(names))
        return {row["model_name"]: row["compiled_sql"] for row in rows}

    async def columns(self, relation: str) -> Sequence[Row]:
        """See `Evidence.columns`."""
        return await self._db.fetch("provenance_columns", relation)

    async def load(self, load_id: str) -> Row | None:
        """See `Evidence.load`."""
        rows = await self._db.fetch("provenance_load", self._scenario_id, load_id)
        return rows[0] if rows else None

    async def variables(self, load_id: str, kinds: Collection[str], codes: Collection[str]) -> Sequence[Row]:
        """See `Evidence.variables`."""
        return await self._db.fetch("provenance_variables", self._scenario_id, load_id, list(kinds), list(codes))

    async def deliveries(self) -> Sequence[Row]:
        """See `Evidence.deliveries`."""
        return await self._db.fetch("provenance_deliveries", self._scenario_id)

    async def checks(self, load_id: str, families: Collection[str]) -> Sequence[Row]:
        """See `Evidence.checks`."""
        return await self._db.fetch("provenance_checks", self._scenario_id, load_id, list(families))


class ReleaseEvidence:
    """What the frozen copy of a load's statistics knows.

    Args:
        release: the frozen copy.
    """

    def __init__(self, release: Release) -> None:
        self._release = release

    async def models(self) -> Sequence[Row]:
        """See `Evidence.models`."""
        return [
            {
                **row,
                **{name: _items(row[name]) for name in ("parents", "methods", "row_measures")},
                "built_at": _moment(row["built_at"]),
            }
            for row in self._rows("model")
        ]

    async def compiled(self, names: Collection[str]) -> dict[str, str | None]:
        """See `Evidence.compiled`."""
        return {
            str(row["model_name"]): row["compiled_sql"] for row in self._rows("model") if row["model_name"] in names
        }

    async def columns(self, relation: str) -> Sequence[Row]:
        """See `Evidence.columns`."""
        rows = [row for row in self._rows("column") if row["relation_name"] == relation]
        return sorted(rows, key=lambda row: int(row["column_order"] or 0))

    async def load(self, load_id: str) -> Row | None:
        """See `Evidence.load`."""
        record = self._release.record
        place = {"release_key": self._release.key, "release_sha256": self._release.sha256}
        return record.model_dump(include={"load_id", "zip_name", "zip_sha256", "code_version"}) | place

    async def variables(self, load_id: str, kinds: Collection[str], codes: Collection[str]) -> Sequence[Row]:
        """See `Evidence.variables`."""
        return [
            {**row, "is_sum": row["is_sum"] == "t", "needs_confirmation": row["needs_confirmation"] == "t"}
            for row in self._rows("variable")
            if row["entity_kind"] in kinds and row["entity_code"] in codes and row["load_id"] == load_id
        ]

    async def deliveries(self) -> Sequence[Row]:
        """See `Evidence.deliveries`."""
        return [{**row, "loaded_at": _moment(row["loaded_at"])} for row in self._rows("delivery")]

    async def checks(self, load_id: str, families: Collection[str]) -> Sequence[Row]:
        """See `Evidence.checks`."""
        by_cell: dict[tuple[str, str], list[Any]] = {}
        for check in self._release.record.checks:
            if check.family in families:
                by_cell.setdefault((check.question, check.family), []).append(check)
        return [_cell(question, family, checks) for (question, family), checks in by_cell.items()]

    def _rows(self, what: str) -> Iterable[dict[str, str | None]]:
        return self._release.rows(f"api.api_provenance_{what}")


WORST_FIRST = ("error", "failed", "not_checked", "passed")


def _cell(question: str, family: str, checks: Sequence[Any]) -> Row:
    """The checks of a question and family as one row; the worst status counts."""
    return {
        "question_code": question,
        "family_code": family,
        "status": min((check.status for check in checks), key=WORST_FIRST.index),
        "check_count": len(checks),
        "passed_count": sum(check.status == "passed" for check in checks),
        "detail": [f"{c.check_name}: {c.message or c.status}" for c in checks if c.status != "passed"],
    }


def _moment(text: str | None) -> datetime | None:
    """A time as PostgreSQL writes it, whose zone may lack its minutes."""
    return datetime.fromisoformat(text) if text else None


def _items(text: str | None) -> list[str] | None:
    """The elements of an array as PostgreSQL writes it; names have neither commas nor quotes."""
    return None if text is None else [item.strip('"') for item in text.strip("{}").split(",") if item]
