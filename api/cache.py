"""Answers that are kept ready, as bytes, for as long as the database shows the same data."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.database import Pool

GZIP_MIN_BYTES = 1000
GZIP_LEVEL = 6
CACHED = (
    "/scenario",
    "/api/scenario",
    "/api/tier",
    "/api/statistics",
    "/api/data-in-depth",
    "/api/nodes",
    "/api/arcs",
    "/api/search",
    "/api/v1",
)
"""Beginnings of the paths whose answers follow from path, query and data alone."""

_THREAD_BYTES = 128 * 1024
_OVERHEAD_BYTES = 1024


class DataVersion:
    """Which data the database shows now: PostgreSQL's own name of the moment that a new query would see.

    It changes with every committed change, be it a build, an activation, a tier delivery, a deploy or a correction by
    hand, and names no table that could be forgotten.

    Args:
        seconds: how long an answer of the database counts.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked_at = -seconds
        self._version = ""
        self._one_at_a_time = asyncio.Lock()

    async def now(self, pool: Pool) -> str:
        """The version.

        Raises:
            DatabaseAwayError: the database cannot be reached.
        """
        async with self._one_at_a_time:
            asked_at = time.monotonic()
            if asked_at - self._asked_at >= self._seconds:
                (row,) = await pool.fetch("data_version")
                self._asked_at, self._version = asked_at, row["version"]
        return self._version


@dataclass
class Answer:
    """An answer with status 200, ready to be sent.

    Attributes:
        headers: as the route gave them.
        body: uncompressed.
        route: what answered, for the log.
        compressed: the body for clients that take gzip, once one has asked.
    """

    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: Any
    compressed: bytes | None = None

    async def compress(self) -> bytes:
        """The body compressed; a large one in a thread, since that takes a while."""
        if self.compressed is None:
            large = len(self.body) >= _THREAD_BYTES
            arguments = (self.body, GZIP_LEVEL)
            self.compressed = await asyncio.to_thread(gzip.compress, *arguments) if large else gzip.compress(*arguments)
        return self.compressed


class Store:
    """The answers of one version of the data, those asked for last.

    Args:
        max_bytes: what their bodies may take together, both forms; 0 to keep none.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._version = ""

    def get(self, version: str, key: str) -> Answer | None:
        """The answer to a request, if it is there and of this version."""
        if version != self._version:
            self._answers.clear()
            self._bytes, self._version = 0, version
        answer = self._answers.get(key)
        if answer:
            self._answers.move_to_end(key)
        return answer

    def put(self, version: str, key: str, answer: Answer) -> None:
        """Keep an answer; those that were not asked for the longest make room for it."""
        if version != self._version or key in self._answers:
            return
        self._answers[key] = answer
        self._bytes += _size(key, answer)
        while self._bytes > self._max_bytes:
            self._bytes -= _size(*self._answers.popitem(last=False))


def _size(key: str, answer: Answer) -> int:
    """What an answer takes, with room for the compressed body, which may come later."""
    return _OVERHEAD_BYTES + len(key) + 2 * len(answer.body)


class AnswerCache:
    """Adds `ETag` and `Cache-Control` to results, answers 304 to who has them, and repeats what it knows.

    The tag is a digest of the body: a load id alone would not change when a deploy changes a formula.

    Args:
        app: the application.
        max_age: seconds for which a cache on the way need not ask again.
        max_bytes: memory for answers; 0 to keep none.
        version_seconds: how long an answer may be repeated without asking the database for its version.
    """

    def __init__(self, app: ASGIApp, max_age: int, max_bytes: int, version_seconds: float) -> None:
        self._app = app
        self._max_age = max_age
        self._keeps = max_bytes > 0
        self._store = Store(max_bytes)
        self._version = DataVersion(version_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or run the application and remember."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(CACHED):
            await self._app(scope, receive, send)
            return
        version = await self._version.now(scope["app"].state.pool) if self._keeps else ""
        key = _key(scope)
        answer = self._store.get(version, key) if self._keeps else None
        if answer is None:
            messages = await self._run(scope, receive)
            if messages[0]["status"] != 200:
                for message in messages:
                    await send(message)
                return
            answer = self._answer(messages, scope.get("route"))
            if self._keeps:
                self._store.put(version, key, answer)
        else:
            scope["route"] = answer.route
        await _send(answer, Headers(scope=scope), send)

    async def _run(self, scope: Scope, receive: Receive) -> list[Message]:
        messages: list[Message] = []

        async def held(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, held)
        return messages

    def _answer(self, messages: list[Message], route: Any) -> Answer:
        start, *parts = messages
        body = b"".join(part.get("body", b"") for part in parts)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["ETag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers["Cache-Control"] = f"public, max-age={self._max_age}"
        headers.add_vary_header("Accept-Encoding")
        return Answer(headers.raw, body, route)


def _key(scope: Scope) -> str:
    """Path and query, the same for every order of the parameters."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return f"{scope['path']}?{urlencode(sorted(query, key=itemgetter(0)))}"


async def _send(answer: Answer, request: Headers, send: Send) -> None:
    """Send what the client can use: nothing if it has the same already, else the body, compressed if it takes that."""
    headers = MutableHeaders(raw=list(answer.headers))
    status, body = 200, answer.body
    if _matches(request.get("If-None-Match", ""), headers["ETag"]):
        status, body = 304, b""
        del headers["content-length"], headers["content-type"]
    elif len(body) >= GZIP_MIN_BYTES and "gzip" in request.get("Accept-Encoding", ""):
        body = await answer.compress()
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(body))
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _matches(if_none_match: str, tag: str) -> bool:
    """Whether the client's list of tags holds this one; weakly, as one result travels in two forms."""
    tags: Iterable[str] = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in ("*", tag.removeprefix("W/")) for each in tags)
