"""Answers of `/api/v1`: the served tables, their columns, and pages of their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.models.several import ServedInPart

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name that may stand in SQL as it is."""


class Column(BaseModel):
    """A column of a served table."""

    name: Name = Field(description="Name in the rows and for the parameter `columns`")
    type: str = Field(description="Type in PostgreSQL's words")
    unit: str | None = Field(
        description="Unit of its numbers; null for codes, names and years, and where the description says it"
    )
    description: str = Field(description="What it means")


class Filter(BaseModel):
    """A query parameter that chooses rows by one of their columns."""

    parameter: Name = Field(description="Name of the parameter; it takes values separated by commas")
    column: Name = Field(description="The column that it is compared with")
    required: bool = Field(description="Whether the table is only served with this parameter")


class Table(BaseModel):
    """A served table."""

    name: Name = Field(description="Name of the table, as in its address")
    description: str = Field(description="What it holds, and what one row is")
    grain: list[Name] = Field(description="The columns that tell its rows apart")
    filters: list[Filter] = Field(description="The parameters that choose rows")
    columns: list[Column] = Field(description="Its columns, in their order")


class Tables(BaseModel):
    """The served tables."""

    data: list[Table] = Field(description="The tables, by name")
    total: int = Field(description="Number of tables (count)")


class Meta(ServedInPart):
    """What the rows of a page are."""

    units: dict[str, str] = Field(description="Column → unit of its numbers; columns without a unit are left out")
    load_ids: dict[str, str] = Field(description="Scenario → receipt id of the load that its rows come from")
    generated_at: datetime | None = Field(
        description="Time of the newest of these loads, UTC; null where the rows belong to no scenario"
    )


class Page(BaseModel):
    """A part of a table's rows."""

    total: int = Field(description="Rows of all pages (count)")
    limit: int = Field(description="Rows of a page at most (count)")
    offset: int = Field(description="Rows that were passed over (count)")
    next: str | None = Field(description="Path and query of the next page, as in the header Link; null on the last one")
    meta: Meta = Field(description="Units and versions of the rows")
