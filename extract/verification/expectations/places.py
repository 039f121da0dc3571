"""The same series in three places: the archived DSS files, the public CSV files, the staging table."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from psycopg import sql

from extract.convert.csv_files import unguarded
from extract.dss import read_monthly
from extract.intake.zip_file import ModelRunZip
from extract.records import calendar
from extract.records.receipts import DssFile
from extract.storage.hashing import file_sha256
from extract.verification import Subject
from extract.verification.subject import CannotCheckError
from extract.warehouse.load import connection

Values = npt.NDArray[np.float64]
Name = tuple[str, str, str, str, str]
"""Parts A, B, C, E, F."""
MONTHS = calendar.MONTHS
HEADER_ROWS = 7


@dataclass(frozen=True)
class Place:
    """The series of one DSS file as one place has them.

    Attributes:
        values: shape [series, 1200]; NaN where there is no value.
        labels: units and type of each series; the type is empty where the place does not keep it.
        sha256: content of the file.
    """

    names: Sequence[Name]
    values: Values
    labels: Sequence[tuple[str, str]]
    sha256: str = ""

    def months(self) -> npt.NDArray[np.int64]:
        """Positions of the months with a value in any series."""
        return np.flatnonzero(~np.isnan(self.values).all(axis=0))


def kinds(subject: Subject) -> list[str]:
    """Which DSS files the load has."""
    return ["dv", "sv"] if subject.record.sv else ["dv"]


def source(subject: Subject, kind: str) -> DssFile:
    """What the receipt says of a DSS file of the load.

    Raises:
        CannotCheckError: the load has no such file.
    """
    found = subject.record.dv if kind == "dv" else subject.record.sv
    if found is None:
        raise CannotCheckError(f"the load has no {kind.upper()} file")
    return found


def in_dss(subject: Subject, kind: str) -> Place:
    """A DSS file of the archived ZIP, read again."""
    dss_file = source(subject, kind)
    with tempfile.TemporaryDirectory(prefix="coeqwal-verify-") as folder:
        path = Path(folder) / f"{kind}.dss"
        ModelRunZip(subject.zip_file()).unpack(dss_file.path_in_zip, path)
        sha256, series = file_sha256(path), read_monthly(path)
    series.values[np.isinf(series.values)] = np.nan
    found = [(p.a, p.b, p.c, p.e, p.f) for p in series.parts]
    return Place(found, series.values, list(zip(series.units, series.types, strict=True)), sha256)


def in_csv(subject: Subject, kind: str) -> tuple[Place, npt.NDArray[np.int64]]:
    """A public CSV file of the archive, and the positions of its month rows."""
    path = subject.csv_file(kind)
    with path.open(newline="", encoding="utf-8") as file:
        head = {
            row[0]: [unguarded(cell) for cell in row[1:]]
            for row, _ in zip(csv.reader(file), range(HEADER_ROWS), strict=False)
        }
    schema: dict[str, type[pl.DataType]] = {"date": pl.String}
    schema |= {str(i): pl.Float64 for i in range(len(head["b"]))}
    table = pl.read_csv(path, has_header=False, skip_rows=HEADER_ROWS, schema=schema)
    dates = np.array(table["date"].to_list(), dtype="datetime64[D]")
    places = np.searchsorted(calendar.month_ends(), dates)
    known = calendar.month_ends()[np.minimum(places, MONTHS - 1)] == dates
    if not known.all() or (np.diff(places) <= 0).any():
        raise ValueError(f"{path.name}: its dates are not the ends of months, each once and in order")
    values = np.full((len(head["b"]), MONTHS), np.nan)
    values[:, places] = table.drop("date").fill_null(np.nan).to_numpy().T
    found = list(zip(*(head[part] for part in "abcef"), strict=True))
    labels = list(zip(head["units"], head.get("type", [""] * len(found)), strict=True))
    return Place(found, values, labels, file_sha256(path)), places


def in_staging(subject: Subject, kind: str) -> tuple[Place, list[tuple[str, str]]]:
    """The rows of the staging table, and the receipt id and source hash of each."""
    texts = ("part_a", "part_b", "part_c", "part_e", "part_f", "units", "data_type", "receipt_id", "source_sha256")
    # a NULL has no eight bytes in the binary form: infinity takes its place, which is never loaded
    query = sql.SQL(
        "copy (select {}, array_replace(month_values, null, 'Infinity') from staging.dss_series"
        " where scenario_id = {} and dss_kind = {}) to stdout (format binary)"
    ).format(sql.SQL(", ").join(map(sql.Identifier, texts)), subject.scenario_id, kind)
    rows: list[tuple[str, ...]] = []
    arrays: list[Values] = []
    with connection(subject.url) as link, link.cursor().copy(query) as copy:
        copy.set_types(["text"] * len(texts) + ["bytea"])
        for *row, payload in copy.rows():
            rows.append(tuple(row))
            arrays.append(_array(payload))
    values = np.array(arrays).reshape(len(rows), MONTHS)
    odd = np.isnan(values)
    values[np.isinf(values)] = np.nan
    values[odd] = np.inf  # a stored NaN is not what "no value" looks like in staging
    labels = [(row[5], row[6]) for row in rows]
    return Place([(r[0], r[1], r[2], r[3], r[4]) for r in rows], values, labels), [(r[7], r[8]) for r in rows]


def _array(payload: bytes) -> Values:
    """A one-dimensional array without NULL in PostgreSQL's binary form: a header of 20 bytes, then size and value."""
    pairs = np.frombuffer(payload, dtype=[("size", ">i4"), ("value", ">f8")], offset=20)
    return pairs["value"].astype(np.float64)


def compared(kind: str, here: Place, there: Place) -> pd.DataFrame:
    """One row per series of either place.

    Returns:
        Columns dss_kind, series, presence (`both`, `first only`, `second only`, `twice`), label (`same` or what
        differs) and wrong_months: how many of the 1,200 are not the same double, or known in one place only.
    """
    first, second = ({name: i for i, name in enumerate(place.names)} for place in (here, there))
    twice = {n for p, index in ((here, first), (there, second)) if len(p.names) > len(index) for n in _twice(p.names)}
    both = [name for name in first if name in second]
    left, right = (np.array([index[name] for name in both], dtype=np.int64) for index in (first, second))
    wrong = _wrong_months(here.values, there.values, left, right)
    rows = [
        (kind, "/".join(name), "twice" if name in twice else "both", label, int(count))
        for name, label, count in zip(
            both,
            (_label(here.labels[i], there.labels[j]) for i, j in zip(left, right, strict=True)),
            wrong,
            strict=True,
        )
    ]
    rows += [(kind, "/".join(n), "first only", "same", 0) for n in first if n not in second]
    rows += [(kind, "/".join(n), "second only", "same", 0) for n in second if n not in first]
    return pd.DataFrame(rows, columns=["dss_kind", "series", "presence", "label", "wrong_months"])


def _wrong_months(
    here: Values, there: Values, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], chunk: int = 1000
) -> npt.NDArray[np.int64]:
    """Months that differ, series by series; some at a time, so that no whole copy is made."""
    wrong = np.zeros(len(left), dtype=np.int64)
    for start in range(0, len(left), chunk):
        part = slice(start, start + chunk)
        one, other = here[left[part]], there[right[part]]
        wrong[part] = ((one != other) & ~(np.isnan(one) & np.isnan(other))).sum(axis=1)
    return wrong


def _twice(found: Sequence[Name]) -> set[Name]:
    seen: set[Name] = set()
    return {name for name in found if name in seen or seen.add(name)}  # type: ignore[func-returns-value]


def _label(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Whether unit and type are the same; a type that one place does not keep says nothing."""
    if one[0] != other[0]:
        return f"unit {one[0]!r} and {other[0]!r}"
    if one[1] and other[1] and one[1] != other[1]:
        return f"type {one[1]!r} and {other[1]!r}"
    return "same"
