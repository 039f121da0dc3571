"""The tables of `/api/v1`: their contract, the schemas of their answers, and their queries.

`tables.json` is written from the contracts of dbt's `api_` models. Only its names stand in SQL; values are bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api.database import Row
from api.models.numbers import DECIMALS, FRACTION_DECIMALS, Rounded
from api.models.tables import Column, Page, Table
from api.snapshot import Snapshot

Values = Sequence[str] | Sequence[int]

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "double precision": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "jsonb": {},
}
"""Type of a column → its JSON schema."""

_FINE = (None, "fraction", "as in the column unit")


class Selection:
    """Conditions on the rows of a table, and the values that are bound to them.

    Args:
        table: a table of the contract.
    """

    def __init__(self, table: Table) -> None:
        self._view = f"api_{table.name}"
        self._types = {column.name: column.type for column in table.columns}
        self._conditions: list[str] = []
        self._values: list[object] = []

    def limit_to(self, column: str, values: Values) -> None:
        """Only rows with one of these values; PostgreSQL plans best for a single one."""
        name = self._known(column)
        place = f"${len(self._values) + 1}"
        single = len(values) == 1
        self._conditions.append(f"{name} = {place}" if single else f"{name} = any({place}::{self._types[name]}[])")
        self._values.append(values[0] if single else values)

    async def rows(self, db: Snapshot, columns: Sequence[str], order: Sequence[str], limit: int, offset: int) -> Any:
        """A page of rows."""
        last = len(self._values)
        paging = ["order by", self._listed(order), f"limit ${last + 1} offset ${last + 2}"]
        return await db.select(self._text(self._listed(columns), *paging), *self._values, limit, offset)

    async def count(self, db: Snapshot) -> int:
        """The number of rows of all pages."""
        (row,) = await db.select(self._text("count(*) as total"), *self._values)
        return int(row["total"])

    async def found(self, db: Snapshot, column: str) -> set[Any]:
        """The values of a column that occur."""
        return {row[column] for row in await db.select(self._text(f"distinct {self._known(column)}"), *self._values)}

    def _text(self, what: str, *behind: str) -> str:
        where = ["where", " and ".join(self._conditions)] if self._conditions else []
        return " ".join(["select", what, "from", self._view, *where, *behind])

    def _listed(self, columns: Sequence[str]) -> str:
        return ", ".join(map(self._known, columns))

    def _known(self, column: str) -> str:
        """The name of a column of the contract; any other is a fault of the caller."""
        if column not in self._types:
            raise KeyError(column)
        return column


def page_schema(table: Table) -> dict[str, Any]:
    """The JSON schema of a page of the table.

    Made of the contract, as a model per table would be, but those of all tables take seconds to make.
    """
    title = "".join(word.capitalize() for word in table.name.split("_"))
    row = {
        "type": "object",
        "title": f"{title}Row",
        "description": table.description,
        "properties": {column.name: _column_schema(column) for column in table.columns},
        "additionalProperties": False,
    }
    page = Page.model_json_schema()
    meta = page.pop("$defs")["Meta"]
    data = {"type": "array", "items": row, "description": "The rows; columns that were not asked for are left out"}
    return {
        **page,
        "title": f"{title}Page",
        "properties": {"data": data, **page["properties"], "meta": meta},
        "required": ["data", *page["required"]],
    }


def _column_schema(column: Column) -> dict[str, Any]:
    scalar = column.type.removesuffix("[]")
    kind = _TYPES[scalar]
    unit = f" Unit: {column.unit or 'none'}." if scalar == "double precision" else ""
    described = {"description": f"{column.description}{unit}"}
    if column.type != scalar:
        return {"type": ["array", "null"], "items": kind, **described}
    return {**kind, "type": [kind["type"], "null"], **described} if kind else described


def serialisable(columns: Sequence[Column]) -> Callable[[Sequence[Row]], list[dict[str, Any]]]:
    """A function that makes rows of these columns ready for JSON: rounded and without NaN."""
    converters = [(column.name, _converter(column)) for column in columns]

    def convert(rows: Sequence[Row]) -> list[dict[str, Any]]:
        return [{name: change(row[name]) if change else row[name] for name, change in converters} for row in rows]

    return convert


def _converter(column: Column) -> Callable[[Any], Any] | None:
    number = Rounded(FRACTION_DECIMALS if column.unit in _FINE else DECIMALS)
    kinds: dict[str, Callable[[Any], Any]] = {
        "double precision": number,
        "double precision[]": lambda values: values and [number(value) for value in values],
    }
    return kinds.get(column.type)
