"""Bulk load of one scenario into `staging.dss_series`, in one transaction.

The rows go into a new partition aside, which takes the place of the old one at the end: readers see the old load
or the new one, and a process that dies in the middle leaves the old one as it was. There are two ways in with
the same result: the server fetches the load CSV from S3 (`aws_s3`), or the client streams it (COPY FROM STDIN).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.abc import Query

from extract.convert.csv_files import LOAD_COLUMNS
from extract.database import DatabaseUrl, retryable, session_sql
from extract.errors import CheckFailedError, CoeqwalError, DatabaseAwayError, DiskFullError, LostRaceError
from extract.records.receipts import ExtractRecord

OPTIONS = "(format csv, header true)"
CHUNK = 1 << 20


@dataclass(frozen=True)
class S3Object:
    """A load CSV that the database server fetches itself."""

    bucket: str
    key: str
    region: str


@dataclass(frozen=True)
class ScenarioLoad:
    """The record of a load, one row of `staging.scenario_load`.

    Attributes:
        first_month: first month with a value in the DV output, ISO date of its first day.
        last_month: last such month.
        kind: `model_run` or `synthetic`; none where that is not known.
    """

    scenario_id: str
    receipt_id: str
    zip_name: str
    zip_sha256: str
    dv_series: int
    sv_series: int
    first_month: str
    last_month: str
    kind: str | None = None

    @classmethod
    def of(cls, record: ExtractRecord) -> ScenarioLoad:
        """What the receipt of an extraction says of the rows to load."""
        return cls(
            scenario_id=record.scenario_id,
            receipt_id=record.receipt_id,
            zip_name=record.zip_name,
            zip_sha256=record.zip_sha256,
            dv_series=record.dv.series,
            sv_series=record.sv.series if record.sv else 0,
            first_month=record.first_month,
            last_month=record.last_month,
            kind=record.kind,
        )


@contextmanager
def connection(url: str, isolation: psycopg.IsolationLevel | None = None) -> Iterator[psycopg.Connection]:
    """A connection whose failures speak our language, for one transaction.

    What a time or a text means in it does not depend on the server's, the database's or the role's settings: it is set
    for the transaction, so that a pooler's connection is left as it was.

    Args:
        url: the database.
        isolation: of the transaction; default READ COMMITTED.

    Raises:
        UsageError: the URL cannot be read.
        DatabaseAwayError: the server is away, or went away in the middle.
        LostRaceError: somebody else changed the same thing at the same time.
        DiskFullError: the server has no space left.
        CheckFailedError: the server refused a statement.
    """
    place = DatabaseUrl.parse(url)
    defaults = {"connect_timeout": "10", "application_name": "coeqwal load", **place.parameters}
    target = psycopg.conninfo.make_conninfo(place.uri, **{**defaults, "client_encoding": "utf8"})
    try:
        # statements that stay prepared on the server would be met there by the next client of a pooler
        with psycopg.connect(target, prepare_threshold=None) as link:
            link.isolation_level = isolation or psycopg.IsolationLevel.READ_COMMITTED
            link.execute(session_sql(local=True).encode())
            yield link
    except psycopg.Error as error:
        raise _in_our_words(error, place) from error


def _in_our_words(error: psycopg.Error, place: DatabaseUrl) -> CoeqwalError:
    first_line = str(error).strip().partition("\n")[0]
    reason = retryable(error.sqlstate or "", error.diag.schema_name, first_line)
    if reason == "FULL":
        return DiskFullError(f"the database server's disk is full ({first_line})", "free space there, then try again")
    if reason == "RACE":
        return LostRaceError(
            f"the database refused a change because of another one at the same time: {first_line}",
            "run the same command again; nothing was changed",
        )
    if reason is None and error.sqlstate == "57014":
        return DatabaseAwayError(
            f"the database {place.place} gave up a statement: {first_line}", "run the same command again"
        )
    if reason or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DatabaseAwayError(
            f"the database {place.place} cannot be reached: {first_line}",
            "start it (`coeqwal db start`) or correct DATABASE_URL, then run the same command again",
        )
    return CheckFailedError(
        f"the database refused a statement: {str(error).strip()}",
        "see that DATABASE_URL names the warehouse and its user may write there; nothing was changed",
    )


def prepare(url: str) -> None:
    """Create the landing tables and the reading role where they are missing."""
    with connection(url) as link:
        link.execute("select pg_advisory_xact_lock(hashtextextended('coeqwal/prepare', 0))")
        link.execute(Path(__file__).with_name("sql").joinpath("warehouse.sql").read_bytes())


def loaded_receipt(url: str, scenario_id: str) -> str | None:
    """The receipt id of the scenario's present load, if it has one."""
    with connection(url) as link:
        row = link.execute(
            "select receipt_id from staging.scenario_load where scenario_id = %s", [scenario_id]
        ).fetchone()
    return str(row[0]) if row else None


def note_kind(url: str, scenario_id: str, kind: str | None) -> None:
    """Record of a load from before runs had a kind which one it is."""
    with connection(url) as link:
        link.execute(
            "update staging.scenario_load set kind = %s where scenario_id = %s and kind is null", [kind, scenario_id]
        )


def server_can_import(url: str) -> bool:
    """Whether the server has `aws_s3.table_import_from_s3`."""
    with connection(url) as link:
        row = link.execute(
            "select 1 from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace"
            " where n.nspname = 'aws_s3' and p.proname = 'table_import_from_s3'"
        ).fetchone()
    return row is not None


def load_scenario(url: str, source: Path | S3Object, record: ScenarioLoad) -> int:
    """Replace a scenario's rows by those of a load CSV.

    Args:
        url: the database.
        source: the load CSV, local for COPY or on S3 for the server-side import.
        record: what is loaded.

    Returns:
        The number of series loaded.

    Raises:
        CheckFailedError: the rows that arrived are not those announced; nothing was changed.
        DatabaseAwayError, DiskFullError: as `connection`; nothing was changed.
    """
    partition = f"dss_series_{record.scenario_id}_{secrets.token_hex(4)}"
    table = sql.Identifier("staging", partition)
    with connection(url) as link:
        run = link.execute
        run("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"staging/{record.scenario_id}"])
        run(sql.SQL("create table {} (like staging.dss_series including all)").format(table))
        run(sql.SQL("alter table {} alter column month_values set statistics 0").format(table))
        try:
            _fill(link, partition, source)
        except psycopg.Error as error:
            if link.closed or retryable(error.sqlstate or ""):
                raise
            raise CheckFailedError(
                f"{source}: not a load CSV that the server can read ({error})", "run `coeqwal extract` again"
            ) from error
        count = _check(link, table, record, source)
        _swap(link, partition, record.scenario_id)
        run(_UPSERT_LOAD, record.__dict__)
        run(sql.SQL("analyze {}").format(table))
    return count


def _fill(link: psycopg.Connection, partition: str, source: Path | S3Object) -> None:
    columns = ", ".join(LOAD_COLUMNS)
    if isinstance(source, S3Object):
        link.execute(
            "select aws_s3.table_import_from_s3(%s, %s, %s, aws_commons.create_s3_uri(%s, %s, %s))",
            [f"staging.{partition}", columns, OPTIONS, source.bucket, source.key, source.region],
        )
        return
    statement: Query = sql.SQL("copy {} ({}) from stdin {}").format(
        sql.Identifier("staging", partition), sql.SQL(columns), sql.SQL(OPTIONS)
    )
    with source.open("rb") as file, link.cursor().copy(statement) as copy:
        while chunk := file.read(CHUNK):
            copy.write(chunk)


def _check(link: psycopg.Connection, table: sql.Identifier, record: ScenarioLoad, source: Path | S3Object) -> int:
    """The rows must be the announced ones: a short file or another scenario's must not be swapped in."""
    found = link.execute(
        sql.SQL(
            "select count(*) filter (where dss_kind = 'dv'), count(*) filter (where dss_kind = 'sv'),"
            " count(*) filter (where scenario_id <> %s or receipt_id <> %s) from {}"
        ).format(table),
        [record.scenario_id, record.receipt_id],
    ).fetchone()
    if found != (record.dv_series, record.sv_series, 0):
        raise CheckFailedError(
            f"{source}: (DV series, SV series, rows of another load) are {found},"
            f" expected {(record.dv_series, record.sv_series, 0)}",
            "run `coeqwal extract` again, then load",
        )
    return record.dv_series + record.sv_series


def _swap(link: psycopg.Connection, partition: str, scenario_id: str) -> None:
    table = sql.Identifier("staging", partition)
    # A proven constraint lets ATTACH skip its scan of the new partition.
    link.execute(sql.SQL("alter table {} add check (scenario_id = {})").format(table, sql.Literal(scenario_id)))
    old = link.execute(
        "select c.relname from pg_inherits as i inner join pg_class as c on c.oid = i.inhrelid"
        " where i.inhparent = 'staging.dss_series'::regclass and c.relname ~ %s",
        [f"^dss_series_{scenario_id}_"],
    ).fetchall()
    for (name,) in old:
        before = sql.Identifier("staging", name)
        link.execute(sql.SQL("alter table staging.dss_series detach partition {}").format(before))
        link.execute(sql.SQL("drop table {}").format(before))
    link.execute(
        sql.SQL("alter table staging.dss_series attach partition {} for values in ({})").format(
            table, sql.Literal(scenario_id)
        )
    )


_UPSERT_LOAD = """
insert into staging.scenario_load as l
    (scenario_id, receipt_id, zip_name, zip_sha256, dv_series, sv_series, first_month, last_month, kind)
values (%(scenario_id)s, %(receipt_id)s, %(zip_name)s, %(zip_sha256)s, %(dv_series)s, %(sv_series)s,
        %(first_month)s, %(last_month)s, %(kind)s)
on conflict (scenario_id) do update set
    receipt_id = excluded.receipt_id,
    zip_name = excluded.zip_name,
    zip_sha256 = excluded.zip_sha256,
    dv_series = excluded.dv_series,
    sv_series = excluded.sv_series,
    first_month = excluded.first_month,
    last_month = excluded.last_month,
    kind = excluded.kind,
    loaded_at = now()
"""
