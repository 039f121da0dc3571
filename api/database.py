"""The connection pool, read-only in three ways, and the queries that are carried out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from api.queries import statement
from api.settings import ApiSettings
from extract.errors import DatabaseAwayError

Row = dict[str, Any]

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
    """A query of a request: its text, the values that were bound, its name if it has one, and its rows."""

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


def note(reading: Reading) -> None:
    """Say that a query was carried out."""
    if (readings := _readings.get()) is not None:
        readings.append(reading)


class _Session(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that goes from one request to the next without PostgreSQL's reset, which takes as long as a query.

    There is nothing to reset: no query of the service changes its session, and a transaction left open is ended.
    """

    def get_reset_query(self) -> str:
        return ""


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
            connect=self._connect,
            connection_class=_Session,
            init=_become_reader,
            min_size=0,
            max_size=self._settings.pool_max,
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
            return [dict(row) for row in await connection.fetch(statement(query), *values)]

    async def expire(self) -> None:
        """Let no connection that is open now be used again."""
        await self._pool.expire_connections()


async def _become_reader(connection: Any) -> None:
    """Give up every right but that of reading `api`, and read JSON as objects; a failure refuses the connection."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads)
    await connection.execute("set role coeqwal_read")


def _encode_json(value: Any) -> str:
    return orjson.dumps(value).decode()
