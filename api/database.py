"""The connection pool, read-only in three ways, and what a request sees of the database: one moment of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import asyncpg
import orjson

from api.settings import ApiSettings
from extract.errors import DatabaseAwayError

Row = Mapping[str, Any]

_SQL = Path(__file__).parent / "sql"
_CLOSE_SECONDS = 5.0
STALE_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # how the driver meets a connection that the server ended a moment ago
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    # a deploy replaced a view after its query was prepared
    asyncpg.InvalidCachedStatementError,
)
"""The server was restarted, or deployed to, under a connection: with another one the same reading succeeds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """A query of a request: its text, the values that were bound, its name in `api/sql` if it has one, and its rows."""

    text: str
    values: Sequence[object]
    name: str | None = None
    rows: Sequence[Row] = ()


_readings: ContextVar[list[Reading] | None] = ContextVar("readings", default=None)


@contextmanager
def recorded() -> Iterator[list[Reading]]:
    """Every query that is carried out inside, in the order of their ends."""
    readings: list[Reading] = []
    token = _readings.set(readings)
    try:
        yield readings
    finally:
        _readings.reset(token)


@cache
def statement(name: str) -> str:
    """The text of the named query `api/sql/<name>.sql`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


class Pool:
    """Connections that read the views of the schema `api` as the role `coeqwal_read`.

    A session has the role's rights only, starts read-only transactions, and finds no other schema by a bare name.

    Args:
        settings: pool sizes, time limits, and where the database is.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._pool: Any = None

    async def open(self) -> None:
        """Create the pool and open the first connections; a database that is away does not stop the service."""
        # A pool with a floor of connections fails to start without its database, so the floor is opened here.
        self._pool = await asyncpg.create_pool(
            connect=self._connect, init=_become_reader, min_size=0, max_size=self._settings.pool_max
        )
        try:
            async with AsyncExitStack() as stack:
                for _ in range(min(self._settings.pool_min, self._settings.pool_max)):
                    await stack.enter_async_context(self.connection())
        except Exception as error:
            # Whatever it is, each request meets it again and answers for it.
            log.warning("the service starts without its database: %s: %s", type(error).__name__, error)

    async def close(self) -> None:
        """Give running queries a moment to end, then cut the connections."""
        try:
            await asyncio.wait_for(self._pool.close(), _CLOSE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    async def _connect(self, *_: object, **options: Any) -> Any:
        """A new connection; the URL is looked up each time, as the embedded server may return on another port."""
        limit = self._settings.statement_timeout
        return await asyncpg.connect(
            self._settings.resolved_database_url(),
            timeout=self._settings.connect_timeout,
            # Only for a network that swallows answers; normally PostgreSQL's own limit comes first.
            command_timeout=limit + self._settings.connect_timeout,
            server_settings={
                "application_name": "coeqwal-api",
                "search_path": "api",
                "statement_timeout": str(round(limit * 1000)),
                "default_transaction_read_only": "on",
                "jit": "off",
            },
            **options,
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection of the pool.

        Raises:
            DatabaseAwayError: there is none, or it did not come or answer in time.
        """
        try:
            async with self._pool.acquire(timeout=self._settings.connect_timeout * 2) as connection:
                yield connection
        except OSError as error:
            raise DatabaseAwayError(f"{type(error).__name__}: {error}") from error

    async def fetch(self, query: str, *values: object) -> Sequence[Row]:
        """All rows of a named query, which sees the database as it is now.

        Raises:
            DatabaseAwayError: the database cannot be reached.
            asyncpg.PostgresError: PostgreSQL refused or gave up the query.
        """
        try:
            return await self._fetch(query, values)
        except STALE_CONNECTION:
            await self.expire()
            return await self._fetch(query, values)

    async def _fetch(self, query: str, values: Sequence[object]) -> Sequence[Row]:
        async with self.connection() as connection:
            rows: Sequence[Row] = await connection.fetch(statement(query), *values)
            return rows

    async def expire(self) -> None:
        """Let no connection that is open now be used again."""
        await self._pool.expire_connections()


class Database:
    """The database as one request sees it: all of its queries see the moment of the first one.

    So no answer mixes what was before a build or an activation with what came after. A connection is taken with the
    first query, and given back when the request's code has run.

    Args:
        pool: where the connection comes from.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stack = AsyncExitStack()
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: Any) -> bool | None:
        return await self._stack.__aexit__(*error)

    async def fetch(self, query: str, *values: object) -> Sequence[Row]:
        """All rows of a named query.

        Args:
            query: name of a file in `api/sql`.
            values: the values of `$1`, `$2`, ..., bound, never pasted.

        Raises:
            DatabaseAwayError: the database cannot be reached.
            asyncpg.PostgresError: PostgreSQL refused or gave up the query.
        """
        return await self._read(Reading(statement(query), values, query))

    async def select(self, text: str, *values: object) -> Sequence[Row]:
        """All rows of a query that is made of names of the contract; otherwise as `fetch`."""
        return await self._read(Reading(text, values))

    async def _read(self, asked: Reading) -> Sequence[Row]:
        async with self._one_at_a_time:
            if self._connection is None:
                connection = await self._stack.enter_async_context(self._pool.connection())
                await self._stack.enter_async_context(
                    connection.transaction(isolation="repeatable_read", readonly=True)
                )
                self._connection = connection
            rows: Sequence[Row] = await self._connection.fetch(asked.text, *asked.values)
        if (readings := _readings.get()) is not None:
            readings.append(replace(asked, rows=rows))
        return rows


async def _become_reader(connection: Any) -> None:
    """Give up every right but that of reading `api`, and read JSON as objects; a failure refuses the connection."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads)
    await connection.execute("set role coeqwal_read")


def _encode_json(value: Any) -> str:
    return orjson.dumps(value).decode()
