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
from extract.database import SESSION, session_sql
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

    Attributes:
        is_pooled: whether a pooler is in between.
    """

    is_pooled = False

    def get_reset_query(self) -> str:
        return ""


class Pool:
    """Connections that read the views of the schema `api` as the role `coeqwal_read`.

    A session has the role's rights only, starts read-only transactions, and finds no other schema by a bare name.
    Nothing of that is asked for at the start of a connection, where a pooler such as PgBouncer would refuse it. Behind
    one, which may give each transaction another server connection and hand this one on, it is set in each
    transaction, for that transaction, and no statement stays prepared.

    Args:
        settings: pool sizes, time limits, and where the database is.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._pool: Any = None
        self._is_pooled: dict[str, bool] = {}
        self._session = {
            **SESSION,
            "search_path": "api",
            "statement_timeout": str(round(settings.statement_timeout * 1000)),
            "default_transaction_read_only": "on",
            "jit": "off",
        }

    async def open(self) -> None:
        """Create the pool and open the first connections; a database that is away does not stop the service."""
        # A pool with a floor of connections fails to start without its database, so the floor is opened here.
        self._pool = await asyncpg.create_pool(
            connect=self._connect,
            connection_class=_Session,
            init=self._prepare,
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

        database = self._settings.database()

        async def connect(is_pooled: bool) -> Any:
            connection = await asyncpg.connect(
                **database.for_asyncpg(),
                timeout=self._settings.connect_timeout,
                # Only for a network that swallows answers; normally PostgreSQL's own limit comes first.
                command_timeout=self._settings.statement_timeout + self._settings.connect_timeout,
                server_settings={"application_name": "coeqwal-api"},
                **options,
                **({"statement_cache_size": 0} if is_pooled else {}),
            )
            connection.is_pooled = is_pooled
            return connection

        if database.place not in self._is_pooled:
            connection = await connect(is_pooled=True)
            # a pooler names to its clients a process of its own making
            async with connection.transaction():
                process = await connection.fetchval("select pg_backend_pid()")
            self._is_pooled[database.place] = process != connection.get_server_pid()
            await connection.close()
        return await connect(self._is_pooled[database.place])

    async def _prepare(self, connection: Any) -> None:
        """Read JSON as objects, and give up every right but that of reading `api`; a failure refuses the connection."""
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads)
        if connection.is_pooled:
            async with self._reading(connection):
                return
        await connection.execute(f"{session_sql(self._session)}; set role coeqwal_read")

    @asynccontextmanager
    async def _reading(self, connection: Any) -> AsyncIterator[Any]:
        """A transaction that is set up by itself, behind a pooler."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(f"{session_sql(self._session, local=True)}; set local role coeqwal_read")
            yield connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection of the pool.

        Raises:
            DatabaseAwayError: there is none, or it did not come or answer in time.
        """
        try:
            async with self._pool.acquire(timeout=self._settings.connect_timeout * 2) as connection:
                if connection.is_pooled:
                    async with self._reading(connection):
                        yield connection
                else:
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


def _encode_json(value: Any) -> str:
    return orjson.dumps(value).decode()
