"""Answers about where a number comes from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field


class SourceModel(BaseModel):
    """A relation on the way from the files to a number."""

    model_name: str = Field(description="Relation of the warehouse: a seed, a view or a stored table")
    description: str | None = Field(description="What a row of it is and holds")
    path: str | None = Field(description="Its SQL or CSV file in the repository; null where that was not recorded")
    invocation_id: str | None = Field(description="Run of dbt that made the rows")
    built_at: datetime | None = Field(description="When it made them")
    compiled_sql: str | None = Field(
        default=None, description="The compiled SQL; of the served view and the tables that it reads directly"
    )


class ColumnMeaning(BaseModel):
    """What a column of the rows holds."""

    name: str = Field(description="Name in the rows")
    column_name: str | None = Field(description="Column of the table; null where the query computes it")
    data_type: str | None = Field(description="Type in PostgreSQL")
    description: str | None = Field(description="What it holds, with the unit")


class Variable(BaseModel):
    """A variable of the model that stands behind an entity's numbers, and its series in the model run."""

    part_kind: str = Field(description="Kind of what it is mapped to: the entity, a member of the group, or an arc")
    part_code: str = Field(description="Code of what it is mapped to")
    measure: str = Field(description="What the variable measures")
    gives_rows: bool = Field(description="Whether such a series alone gives the entity its rows in the table")
    status: str = Field(description="found, absent, ambiguous, unit_unexpected; constant where no series is wanted")
    pathname: str | None = Field(description="Full DSS pathname without dates; null where the file lacks the series")
    part_b: str | None = Field(description="Name of the variable")
    part_c: str | None = Field(description="Kind of the variable")
    dss_kind: str | None = Field(description="dv, the model's output, or sv, its input")
    unit: str | None = Field(description="Unit that the mapping expects")
    found_unit: str | None = Field(description="Unit that the file gives")
    sign: int = Field(description="1 where the series is added, -1 where it is taken away")
    factor: float = Field(description="Factor of the series in a sum, a fraction")
    constant_value: float | None = Field(description="Value that stands for a series, in the unit beside it")
    confidence: str = Field(description="How sure the mapping is")
    needs_confirmation: bool = Field(description="The modelling team has not confirmed the mapping")
    source: str = Field(description="Where the mapping was found")
    source_file: str | None = Field(description="DSS file, as its path in the ZIP")
    source_row: int | None = Field(description="Row of the load file that holds the series")
    source_sha256: str | None = Field(description="SHA-256 of the DSS file")


class EntityOrigin(BaseModel):
    """An entity of the request, and the variables behind it."""

    entity_kind: str
    entity_code: str
    variables: list[Variable]


class Delivery(BaseModel):
    """A delivered file behind tier results."""

    tier_code: str
    delivery_id: str
    source_file: str = Field(description="Name of the file as it was delivered")
    source_sha256: str = Field(description="SHA-256 of the file")
    archive_key: str = Field(description="Where it is in the archive")
    loaded_at: datetime | None


class TableOrigin(BaseModel):
    """What a table of the answer is made of."""

    table: str = Field(description="The relation that was read")
    query: str | None = Field(description="File of the query that read it; null for a table asked for by name")
    query_sql: str | None = Field(description="The query")
    family: str | None = Field(description="Family of statistics")
    description: str | None = Field(description="What a row of it is and holds")
    method_pages: list[str] = Field(description="Pages of the repository that explain the method")
    columns: list[ColumnMeaning] = Field(description="The columns that were read, in the order of the table")
    row_count: int = Field(description="Rows that were read")
    rows: list[dict[str, Any]] = Field(description="These rows, not rounded; the first 200")
    models: list[SourceModel] = Field(description="From the relation that was read back to seeds and raw series")
    entities: list[EntityOrigin] = Field(description="Entities of the rows, with their variables")
    deliveries: list[Delivery] = Field(description="Delivered files, for tier results")


class LoadOrigin(BaseModel):
    """The model run that the numbers come from."""

    load_id: str = Field(description="Identity of the load, its receipt id")
    zip_name: str | None = Field(description="Name of the ZIP; null where another load is in staging now")
    zip_sha256: str | None = Field(description="SHA-256 of the ZIP")
    dv_series_count: int | None = Field(default=None, description="Series of the DV file")
    sv_series_count: int | None = Field(default=None, description="Series of the SV file")
    first_month: date | None = Field(default=None, description="First month with a value")
    last_month: date | None = Field(default=None, description="Last month with a value")
    loaded_at: datetime | None = Field(default=None, description="When it was loaded")
    kind: str | None = Field(default=None, description="model_run or synthetic; null where it is not known")
    code_version: str | None = Field(
        description="Digest of models, seeds and macros; null where rows were rebuilt without a record"
    )
    built_at: datetime | None = Field(default=None, description="When any of its rows were last built")
    release_key: str | None = Field(description="Where its frozen copy is in the archive; null if there is none")
    release_sha256: str | None = Field(description="SHA-256 of the record of the frozen copy")
    frozen_at: datetime | None = Field(default=None, description="When it was frozen")


class Check(BaseModel):
    """What is known of a question about the numbers of this load."""

    question_code: str = Field(description="Code of the question")
    family_code: str = Field(description="Family of statistics, or all")
    status: str = Field(description="passed, failed, error, not_checked, unknown or not_applicable")
    check_count: int = Field(description="Checks that belong to the question")
    passed_count: int = Field(description="Checks that passed")
    detail: list[str] = Field(description="What failed, or why nothing was checked")


class Origin(BaseModel):
    """The numbers of one scenario in the answer."""

    scenario_id: str
    load: LoadOrigin | None = Field(description="The model run; null for tier results without one")
    from_release: bool = Field(description="Whether this answer comes from the frozen copy of an earlier load")
    checks: list[Check]
    tables: list[TableOrigin]


class Explanation(BaseModel):
    """Where the numbers of a request come from, back to the files."""

    subject: str = Field(description="What was asked about")
    scenarios: list[Origin] = Field(description="One for each scenario; none for what belongs to no scenario")
    catalogue: list[TableOrigin] = Field(description="Tables of the answer that belong to no scenario")
