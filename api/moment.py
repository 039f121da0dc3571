"""What a request sees of the database: one moment of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.database import Pool, Reading, Row, note, statement

_MOST_LOOKUPS = 1000

Lookup = tuple[str, tuple[object, ...]]
"""Name and values of a query."""


class MomentPassedError(Exception):
    """The data changed between two queries of a request, which must therefore begin anew."""


class Present:
    """The database as it is now: the version of its data, and what was looked up in it.

    The version is PostgreSQL's own name of the moment that a new query would see. It changes with every committed
    change, be it a build, an activation, a tier delivery, a deploy or a correction by hand, and names no table that
    could be forgotten.

    Args:
        seconds: how long an answer of the database counts, and how long the data must have been the same before they
            are taken to be at rest.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked_at = self._changed_at = float("-inf")
        self._version = ""
        self._lookups: dict[Lookup, Sequence[Row]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def version(self, pool: Pool) -> str:
        """The version, as the database gave it a short while ago.

        Raises:
            DatabaseAwayError: the database cannot be reached.
        """
        return await self._asked_after(time.monotonic() - self._seconds, pool)

    async def version_now(self, pool: Pool) -> str:
        """The version, as the database gives it after this call; calls that come together share an answer.

        Raises:
            DatabaseAwayError: the database cannot be reached.
        """
        return await self._asked_after(time.monotonic(), pool)

    async def version_at_rest(self, pool: Pool) -> str | None:
        """The version, if the data have been the same for a while.

        Raises:
            DatabaseAwayError: the database cannot be reached.
        """
        version = await self.version(pool)
        return version if time.monotonic() - self._changed_at >= self._seconds else None

    async def _asked_after(self, earliest: float, pool: Pool) -> str:
        if self._asked_at > earliest:
            return self._version
        async with self._one_at_a_time:
            if self._asked_at <= earliest:
                asked_at = time.monotonic()
                (row,) = await pool.fetch("data_version")
                self._asked_at = asked_at
                if row["version"] != self._version:
                    self._version, self._changed_at, self._lookups = row["version"], asked_at, {}
            return self._version

    def recall(self, version: str, lookup: Lookup) -> Sequence[Row] | None:
        """The rows of a query in a version of the data, if they are remembered."""
        return self._lookups.get(lookup) if version == self._version else None

    def remember(self, version: str, lookups: Mapping[Lookup, Sequence[Row]]) -> None:
        """Keep the rows of queries until the version changes."""
        if version == self._version and len(self._lookups) + len(lookups) <= _MOST_LOOKUPS:
            self._lookups.update(lookups)


class Database:
    """The database as one request sees it: all of its queries see the same moment.

    So no answer mixes what was before a build or an activation with what came after. While the data are at rest, that
    is proved by the version, which is compared after the last query; a transaction, and reading registry and catalogue
    again for each request, would take longer than the answer itself. Otherwise all queries are in one transaction,
    which begins with the first one.

    Args:
        pool: where connections come from.
        present: the version of the data; without it there is a transaction in any case.
    """

    def __init__(self, pool: Pool, present: Present | None = None) -> None:
        self._pool = pool
        self._present = present
        self._version: str | None = None
        self._looked_up: dict[Lookup, Sequence[Row]] = {}
        self._stack = AsyncExitStack()
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        await self._stack.__aexit__(kind, error, trace)
        # also an error may come of a mixture; one who goes away asks for no proof
        if error is None or (isinstance(error, Exception) and not isinstance(error, MomentPassedError)):
            await self.settle()

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

    async def look_up(self, query: str, *values: object) -> Sequence[Row]:
        """As `fetch`, for a query that asks registry or catalogue for a few rows: they are remembered.

        Args:
            query: name of a file in `api/sql`.
            values: values that can be a key; a tuple for an array.
        """
        version = await self._begin()
        if version is None or self._present is None:
            return await self.fetch(query, *values)
        rows = self._present.recall(version, (query, values))
        if rows is None:
            rows = self._looked_up[query, values] = await self.fetch(query, *values)
        else:
            note(Reading(statement(query), values, query, rows))
        return rows

    async def select(self, text: str, *values: object) -> Sequence[Row]:
        """All rows of a query that is made of names of the contract; otherwise as `fetch`."""
        return await self._read(Reading(text, values))

    async def settle(self) -> None:
        """Give the connection back, and prove that all queries saw the same moment; then the answer may be sent.

        Raises:
            MomentPassedError: they did not.
            DatabaseAwayError: the database cannot be reached.
        """
        await self._stack.aclose()
        self._connection = None
        version, self._version = self._version, None
        if version is not None and self._present is not None:
            if await self._present.version_now(self._pool) != version:
                raise MomentPassedError
            self._present.remember(version, self._looked_up)

    async def _begin(self) -> str | None:
        """The version that all queries must see; none if they are in a transaction."""
        async with self._one_at_a_time:
            if self._connection is None and self._version is None:
                if self._present is not None:
                    self._version = await self._present.version_at_rest(self._pool)
                if self._version is None:
                    connection = await self._stack.enter_async_context(self._pool.connection())
                    transaction = connection.transaction(isolation="repeatable_read", readonly=True)
                    await self._stack.enter_async_context(transaction)
                    self._connection = connection
        return self._version

    async def _read(self, asked: Reading) -> Sequence[Row]:
        if await self._begin() is None:
            async with self._one_at_a_time:
                rows: Sequence[Row] = await self._connection.fetch(asked.text, *asked.values)
        else:
            async with self._pool.connection() as connection:
                rows = await connection.fetch(asked.text, *asked.values)
        note(Reading(asked.text, asked.values, asked.name, rows))
        return rows


class OneMoment:
    """Innermost middleware: gives each request its view of the database, which ends before the answer begins.

    So a slow client keeps no connection. A request during which the data changed is carried out again, in a
    transaction.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, a second time if need be."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope["app"].state
        try:
            await self._run(Database(state.pool, state.present), scope, receive, send)
        except MomentPassedError:
            await self._run(Database(state.pool), scope, receive, send)

    async def _run(self, database: Database, scope: Scope, receive: Receive, send: Send) -> None:
        async def settled(message: Message) -> None:
            if message["type"] == "http.response.start":
                await database.settle()
            await send(message)

        scope["state"]["database"] = database
        async with database:
            await self._app(scope, receive, settled)
