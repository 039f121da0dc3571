"""Headers that every answer gets: how long it took, and how a cache may keep it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SLOW_SECONDS = 1.0
_CACHED = (
    "/scenario",
    "/api/scenario",
    "/api/tier",
    "/api/statistics",
    "/api/data-in-depth",
    "/api/nodes",
    "/api/arcs",
    "/api/search",
)

log = logging.getLogger(__name__)


class ProcessTime:
    """Adds `X-Process-Time` (seconds until the answer began) and logs answers that took long."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with a clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                MutableHeaders(scope=message)["X-Process-Time"] = f"{seconds:.6f}"
                if seconds > _SLOW_SECONDS:
                    log.warning("slow answer: %s %s took %.3f s", scope["method"], scope["path"], seconds)
            await send(message)

        await self._app(scope, receive, timed)


class CorsByPath:
    """Lets browsers read the service: at some paths from every origin, elsewhere from those of the settings.

    Args:
        app: the application.
        plain_paths: beginnings of the paths that are open to every origin.
        exact: options of Starlette's CORSMiddleware for all other paths.
    """

    def __init__(self, app: ASGIApp, plain_paths: tuple[str, ...], exact: Mapping[str, Any]) -> None:
        self._plain_paths = plain_paths
        self._plain = CORSMiddleware(app, allow_origins=["*"], allow_methods=["GET"])
        self._exact = CORSMiddleware(app, **exact)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with the rule of the path."""
        plain = scope["type"] == "http" and scope["path"].startswith(self._plain_paths)
        await (self._plain if plain else self._exact)(scope, receive, send)


class CacheValidation:
    """Adds `ETag` and `Cache-Control` to results, and answers 304 when the client has the same ones.

    The tag is a digest of the body: a load id alone would not change when a deploy changes a formula.

    Args:
        app: the application.
        max_age: seconds for which a cache need not ask again.
    """

    def __init__(self, app: ASGIApp, max_age: int) -> None:
        self._app = app
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application and hold its answer back until the digest is known."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_CACHED):
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def held(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, held)
        start = messages[0]
        if start["status"] == 200:
            tag = _tag(message.get("body", b"") for message in messages[1:])
            headers = MutableHeaders(scope=start)
            headers["ETag"] = tag
            headers["Cache-Control"] = f"public, max-age={self._max_age}"
            if _matches(Headers(scope=scope).get("If-None-Match", ""), tag):
                start["status"] = 304
                del headers["content-length"], headers["content-type"]
                messages = [start, {"type": "http.response.body", "body": b""}]
        for message in messages:
            await send(message)


def _tag(chunks: Iterable[bytes]) -> str:
    """A weak tag, since the same result travels compressed and uncompressed."""
    digest = hashlib.blake2b(digest_size=12)
    for chunk in chunks:
        digest.update(chunk)
    return f'W/"{digest.hexdigest()}"'


def _matches(if_none_match: str, tag: str) -> bool:
    """Whether the client's list of tags holds this one (weak comparison)."""
    tags = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
