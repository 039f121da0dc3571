"""The served tables, as `tables.json` has them from the contracts of dbt's `api_` models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from api.models.tables import Table

TABLES: Sequence[Table] = TypeAdapter(list[Table]).validate_json((Path(__file__).parent / "tables.json").read_bytes())
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
