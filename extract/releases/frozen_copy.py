"""Frozen copies of a scenario's statistics in the archive, so that what was published can be compared and explained.

A copy holds the scenario's rows of every stored table of the schemas `marts` and `verification`, and of the views
`api_provenance_*` that say where they come from. It is one more step in the scenario's history: the files are stored
under their hashes, and the record that names them is written last.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import ValidationError

from extract.archive import Archive, Given, History
from extract.errors import CheckFailedError
from extract.intake import overrides
from extract.records import names
from extract.records.receipts import CheckVerdict, FrozenTable, ReleasedOverride, ReleaseRecord
from extract.storage.hashing import file_sha256
from extract.warehouse.load import connection

Row = dict[str, str | None]

RELATIONS = """
select
    pg_namespace.nspname || '.' || pg_class.relname as name,
    coalesce(
        (
            select substring(max(build.path) from '([a-z_]+)/[a-z_]+[.]sql$')
            from ops.scenario_build as build
            where build.model = pg_class.relname
        ),
        'unknown'
    ) as family,
    coalesce(
        (
            select array_agg(keys.attname::text order by keys.attnum)
            from pg_index
            inner join pg_attribute as keys on keys.attrelid = pg_index.indrelid and keys.attnum = any(pg_index.indkey)
            where pg_index.indexrelid = (
                select min(first_index.indexrelid)
                from pg_index as first_index
                where first_index.indrelid = pg_class.oid and first_index.indisunique
            )
        ),
        array[]::text []
    ) as key_columns,
    array_agg(pg_attribute.attname::text order by pg_attribute.attnum) as columns
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
inner join pg_attribute
    on pg_class.oid = pg_attribute.attrelid and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
where
    (pg_namespace.nspname in ('marts', 'verification') and pg_class.relkind = 'r')
    or (pg_namespace.nspname = 'api' and pg_class.relname like 'api_provenance_%%' and pg_class.relname <> %s)
group by pg_namespace.nspname, pg_class.relname, pg_class.oid
order by 1
"""
LATER_KNOWN = "api_provenance_load"
"""Says whether there is a frozen copy, so it cannot be part of one; the record has what it says of the load."""
CHECKS = """
select distinct on (question, family, check_name)
    question, family, check_name, status, checked_count, failed_count, message, verifier, code_version
from ops.verification_result
where scenario_id = %s and load_id = %s
order by question, family, check_name, result_id desc
"""


@dataclass(frozen=True)
class Relation:
    """A relation whose rows of a scenario are compared or frozen.

    Attributes:
        name: `schema.table`.
        family: folder of the model that makes it.
        key_columns: columns of its unique index; empty for a view.
    """

    name: str
    family: str
    key_columns: list[str]
    columns: list[str]


@dataclass(frozen=True)
class Release:
    """A frozen copy in the archive.

    Attributes:
        key: where its record is.
        sha256: hash of the record.
    """

    archive: Archive
    record: ReleaseRecord
    key: str
    sha256: str

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table, `schema.table`; none if the copy has no such table.

        Raises:
            CheckFailedError: the file is not what the record says.
        """
        for table in self.record.tables:
            if table.name == name:
                path = self.archive.local_copy(names.object_key(table.sha256))
                if file_sha256(path) != table.sha256:
                    raise CheckFailedError(
                        f"{name} of the frozen copy of {self.record.load_id} is damaged", "run `coeqwal archive verify`"
                    )
                with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
                    yield from as_rows(file)


def as_rows(lines: Iterator[str]) -> Iterator[Row]:
    """Rows of a CSV text with a header; an empty cell is NULL."""
    for row in csv.DictReader(lines):
        yield {column: value or None for column, value in row.items()}


def relations(link: psycopg.Connection) -> list[Relation]:
    """The relations of a frozen copy that the database has: those with scenarios, and the catalogue of columns."""
    rows = link.execute(RELATIONS.encode(), [LATER_KNOWN]).fetchall()
    found = [Relation(*row) for row in rows]
    return [one for one in found if "scenario_id" in one.columns or one.name.startswith("api.")]


def copy_rows(link: psycopg.Connection, relation: Relation, scenario_id: str) -> Iterator[bytes]:
    """A scenario's rows of a relation as CSV with header, in an order that depends on the rows only."""
    of_scenario = sql.SQL("scenario_id in ('*', {})").format(scenario_id)
    condition = of_scenario if "scenario_id" in relation.columns else sql.SQL("true")
    statement = sql.SQL(
        'copy (select * from {} as t where {} order by t::text collate "C") to stdout (format csv, header)'
    ).format(sql.Identifier(*relation.name.split(".")), condition)
    with link.cursor().copy(statement) as copy:
        for piece in copy:
            yield bytes(piece)


def present_load(link: psycopg.Connection, scenario_id: str) -> str | None:
    """The load that the scenario's facts in the database are of; none if there are none.

    Raises:
        CheckFailedError: tables hold facts of different loads.
    """
    found: set[str] = set()
    for relation in relations(link):
        if "load_id" in relation.columns and relation.name.startswith("marts."):
            query = sql.SQL("select distinct load_id from {} where scenario_id = %s and load_id is not null").format(
                sql.Identifier(*relation.name.split("."))
            )
            found.update(row[0] for row in link.execute(query, [scenario_id]))
    if len(found) > 1:
        raise CheckFailedError(
            f"the statistics of {scenario_id} are of several loads: {', '.join(sorted(found))}",
            f"run `coeqwal build {scenario_id}`",
        )
    return found.pop() if found else None


def freeze(
    url: str, archive: Archive, scenario_id: str, load_id: str, by: str = "", confirmation: str | None = None
) -> Release:
    """Put a copy of a scenario's statistics into the archive. Done again for the same statistics, it changes nothing.

    Args:
        url: the database.
        archive: where the copy goes.
        scenario_id: the scenario.
        load_id: the load that its statistics have to be of.
        by: who confirms that a load that the trend report disproves is released.
        confirmation: why; without it the confirmation of its activation holds.

    Raises:
        CheckFailedError: the statistics in the database are of another load.
        NotConfirmedError: the trend report disproves the load, and nobody has confirmed that it is shown.
        RetryableError: database or archive are away, or somebody else changed the scenario's files.
    """
    prefix, key = names.release_prefix(scenario_id, load_id), names.release_record_key(scenario_id, load_id)
    with TemporaryDirectory(prefix="coeqwal-") as name:
        folder = Path(name)
        with connection(url) as link:
            overridden = overrides.confirmed(link, scenario_id, load_id, by, confirmation)
        record = _copy(url, scenario_id, load_id, folder)
        if overridden:
            record = record.model_copy(update={"override": ReleasedOverride(**asdict(overridden))})
        files: dict[str, Given | str] = {
            f"{prefix}{table.file}": Given(folder / table.file, table.sha256, move=True) for table in record.tables
        }
        path = folder / "release_record.json"
        path.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        digest = file_sha256(path)
        files[key] = Given(path, digest, move=True)
        replaced = prefix.removeprefix(names.scenario_prefix(scenario_id))
        snapshot = History(archive, scenario_id).publish("release", files, [replaced]).snapshot
    with connection(url) as link:
        link.execute(
            "insert into ops.release (scenario_id, load_id, record_sha256, record_key, snapshot, kind)"
            " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            [scenario_id, load_id, digest, key, snapshot, record.kind],
        )
    return Release(archive, record, key, digest)


def _copy(url: str, scenario_id: str, load_id: str, folder: Path) -> ReleaseRecord:
    """Write the tables into a folder, all as of one moment."""
    with connection(url, psycopg.IsolationLevel.REPEATABLE_READ) as link:
        found = present_load(link, scenario_id)
        if found != load_id:
            raise CheckFailedError(
                f"the statistics of {scenario_id} are not those of {load_id}, but of {found or 'no load'}",
                f"run `coeqwal build {scenario_id}`",
            )
        tables = []
        for relation in relations(link):
            path = folder / f"{relation.name}.csv.gz"
            with path.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as file:
                for piece in copy_rows(link, relation, scenario_id):
                    file.write(piece)
            with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
                rows = sum(1 for _ in as_rows(text))
            tables.append(FrozenTable(**relation.__dict__, rows=rows, file=path.name, sha256=file_sha256(path)))
        return _record(link, scenario_id, load_id, tables)


def _record(link: psycopg.Connection, scenario_id: str, load_id: str, tables: list[FrozenTable]) -> ReleaseRecord:
    with link.cursor(row_factory=dict_row) as cursor:
        origin = cursor.execute(
            "select kind, zip_name, zip_sha256, code_version from api.api_provenance_load"
            " where scenario_id = %s and load_id = %s",
            [scenario_id, load_id],
        ).fetchone()
        runs = cursor.execute(
            "select distinct invocation_id from ops.scenario_build where scenario_id = %s order by 1", [scenario_id]
        ).fetchall()
        checks = cursor.execute(CHECKS.encode(), [scenario_id, load_id]).fetchall()
    return ReleaseRecord(
        scenario_id=scenario_id,
        load_id=load_id,
        **(origin or {"kind": None, "zip_name": None, "zip_sha256": None, "code_version": None}),
        invocations=[run["invocation_id"] for run in runs],
        tables=tables,
        checks=[CheckVerdict(**check) for check in checks],
    )


def find(archive: Archive, scenario_id: str, load_id: str) -> Release | None:
    """The frozen copy of a load, if there is one.

    Raises:
        CheckFailedError: its record is damaged.
    """
    newest = History(archive, scenario_id).newest()
    key = names.release_record_key(scenario_id, load_id)
    entry = newest.by_path.get(key.removeprefix(names.scenario_prefix(scenario_id))) if newest else None
    if entry is None:
        return None
    try:
        text = archive.get_text(names.object_key(entry.sha256))
        return Release(archive, ReleaseRecord.model_validate_json(text or ""), key, entry.sha256)
    except ValidationError as error:
        raise CheckFailedError(f"{archive.uri(key)} is damaged", "run `coeqwal archive verify`") from error


def loads(archive: Archive, scenario_id: str) -> list[str]:
    """The loads with a frozen copy, oldest copy first."""
    newest = History(archive, scenario_id).newest()
    records = [e for e in newest.files if e.path.endswith("/release_record.json")] if newest else []
    return [entry.path.split("/")[1] for entry in sorted(records, key=lambda entry: entry.modified)]
