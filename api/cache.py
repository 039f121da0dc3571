"""Answers that are kept ready, as bytes, for as long as the database shows the same data."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GZIP_MIN_BYTES = 1000
_GZIP_LEVEL = 6
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
            arguments = (self.body, _GZIP_LEVEL)
            self.compressed = await asyncio.to_thread(gzip.compress, *arguments) if large else gzip.compress(*arguments)
        return self.compressed


@dataclass(frozen=True)
class Refusal:
    """An answer with another status, as the application gave it."""

    messages: list[Message]


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
    """Adds `ETag` and `Cache-Control` to results, answers 304 to a client with a current copy, and serves cached ones.

    It compresses what it keeps once, and leaves other answers to Starlette's compression. Equal requests that arrive
    while the first one is being answered wait for its answer. The tag is a digest of the body: a load id alone would
    not change when a deploy changes a formula.

    Args:
        app: the application.
        max_age: seconds for which a cache on the way need not ask again.
        max_bytes: memory for answers; 0 to keep none.
    """

    def __init__(self, app: ASGIApp, max_age: int, max_bytes: int) -> None:
        self._app = app
        self._compressing = GZipMiddleware(
            app,
            minimum_size=_GZIP_MIN_BYTES,
            compresslevel=_GZIP_LEVEL,
            # CSV files are downloads of hundreds of MB, which clients may resume
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/csv"),
        )
        self._max_age = max_age
        self._keeps = max_bytes > 0
        self._store = Store(max_bytes)
        self._being_made: dict[tuple[str, str], asyncio.Future[Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or run the application and remember."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(CACHED):
            await self._compressing(scope, receive, send)
            return
        if not self._keeps:
            await _send(await self._make(scope, receive), scope, send)
            return
        state = scope["app"].state
        asked = (await state.data_version.current(state.pool), _key(scope))
        made: Answer | Refusal | None = self._store.get(*asked)
        if made is None and asked in self._being_made:
            # shielded: one who goes away must not take the answer from the others
            made = await asyncio.shield(self._being_made[asked])
        if made is None:
            made = await self._make_for_all(asked, scope, receive)
        await _send(made, scope, send)

    async def _make_for_all(self, asked: tuple[str, str], scope: Scope, receive: Receive) -> Answer | Refusal:
        """Run the application once for all who ask the same meanwhile; a refusal is for this one only."""
        coming: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._being_made[asked] = coming
        answer = None
        try:
            made = await self._make(scope, receive)
            if isinstance(made, Answer):
                answer = made
                self._store.put(*asked, answer)
            return made
        finally:
            self._being_made.pop(asked, None)
            coming.set_result(answer)

    async def _make(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """Run the application."""
        messages: list[Message] = []

        async def held(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, held)
        if messages[0]["status"] != 200:
            return Refusal(messages)
        start, *parts = messages
        body = b"".join(part.get("body", b"") for part in parts)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["ETag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers["Cache-Control"] = f"public, max-age={self._max_age}"
        headers.add_vary_header("Accept-Encoding")
        return Answer(headers.raw, body, scope.get("route"))


def _key(scope: Scope) -> str:
    """Path and query, the same for every order of the parameters."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return f"{scope['path']}?{urlencode(sorted(query, key=itemgetter(0)))}"


async def _send(made: Answer | Refusal, scope: Scope, send: Send) -> None:
    """Send what the client can use: nothing if it has the same already, else the body, compressed if it takes that."""
    if isinstance(made, Refusal):
        for message in made.messages:
            await send(message)
        return
    scope["route"] = made.route
    request = Headers(scope=scope)
    headers = MutableHeaders(raw=list(made.headers))
    status, body = 200, made.body
    if _matches(request.get("If-None-Match", ""), headers["ETag"]):
        status, body = 304, b""
        del headers["content-length"], headers["content-type"]
    elif len(body) >= _GZIP_MIN_BYTES and "gzip" in request.get("Accept-Encoding", ""):
        body = await made.compress()
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(body))
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _matches(if_none_match: str, tag: str) -> bool:
    """Whether the client's list of tags holds this one; weakly, as one result travels in two forms."""
    tags: Iterable[str] = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in ("*", tag.removeprefix("W/")) for each in tags)
