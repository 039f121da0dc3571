"""The database as a request sees it: one snapshot, held by one read-only transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.database import Pool, Reading, Row, note
from api.queries import statement


class DataVersion:
    """A text that changes with the data, by which answers are kept.

    It is what PostgreSQL calls the snapshot that a new query would see. It changes with every committed change, be it a
    build, an activation, a tier delivery, a deploy or a correction by hand, and names no table that could be forgotten.
    It also changes with the work of others on the same server: kept answers are then made again, which costs time only.

    Args:
        seconds: how long a version counts before the database is asked again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked_at = float("-inf")
        self._version = ""
        self._one_at_a_time = asyncio.Lock()

    async def current(self, pool: Pool) -> str:
        """The version, as the database gave it a short while ago; requests that come together share one question.

        Raises:
            DatabaseAwayError: the database cannot be reached.
        """
        earliest = time.monotonic() - self._seconds
        if self._asked_at > earliest:
            return self._version
        async with self._one_at_a_time:
            if self._asked_at <= earliest:
                asked_at = time.monotonic()
                (row,) = await pool.fetch("data_version")
                self._version, self._asked_at = row["version"], asked_at
            return self._version


class Snapshot:
    """The database as one request sees it: all of its queries are in one transaction, which begins with the first.

    So no answer mixes what was before a build or an activation with what came after.

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

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.__aexit__(*error)

    async def fetch(self, query: str, *values: object) -> Sequence[Row]:
        """All rows of a named query.

        Args:
            query: its name in `api/queries.py`.
            values: the values of `$1`, `$2`, ..., bound, never pasted.

        Raises:
            DatabaseAwayError: the database cannot be reached.
            asyncpg.PostgresError: PostgreSQL refused or gave up the query.
        """
        return await self._read(statement(query), values, query)

    async def select(self, text: str, *values: object) -> Sequence[Row]:
        """All rows of a query that is made of names of the contract; otherwise as `fetch`."""
        return await self._read(text, values)

    async def close(self) -> None:
        """End the transaction and give the connection back."""
        await self._stack.aclose()
        self._connection = None

    async def _read(self, text: str, values: Sequence[object], name: str | None = None) -> Sequence[Row]:
        async with self._one_at_a_time:
            if self._connection is None:
                connection = await self._stack.enter_async_context(self._pool.connection())
                transaction = connection.transaction(isolation="repeatable_read", readonly=True)
                await self._stack.enter_async_context(transaction)
                self._connection = connection
            rows = [dict(row) for row in await self._connection.fetch(text, *values)]
        note(Reading(text, values, name, rows))
        return rows


class SnapshotMiddleware:
    """Innermost middleware: gives each request its snapshot, which ends before the answer begins.

    So a slow client keeps no connection.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def closed(message: Message) -> None:
            if message["type"] == "http.response.start":
                await snapshot.close()
            await send(message)

        async with Snapshot(scope["app"].state.pool) as snapshot:
            scope["state"]["snapshot"] = snapshot
            await self._app(scope, receive, closed)
