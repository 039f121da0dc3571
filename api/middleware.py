"""What surrounds every request: its id and its line in the log, HEAD, who may read, and how often."""

from __future__ import annotations

import logging
import math
import time
import uuid
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from limits import parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooManyRequestsError, problem_response

_SLOW_SECONDS = 1.0
_UNLIMITED = "/api/health"
_REQUEST_HEADERS = ("If-Modified-Since", "If-None-Match", "If-Range", "Range")
"""What scripts of web pages may send besides what browsers let through: conditions, and parts of a file."""

_EXPOSED_HEADERS = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Link",
    "Retry-After",
    "X-Process-Time",
    "X-Request-ID",
    "X-Total-Count",
)
"""What scripts of web pages may read of an answer besides its body."""

log = logging.getLogger(__name__)


class RequestRecord:
    """Gives each request an id, and writes one line about it into the log: no address, no query, no path as it came.

    The answer carries the id as `X-Request-ID`, and `X-Process-Time` (seconds until it began). Whatever it is, browsers
    must not guess another content type.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with a clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = scope.setdefault("state", {})["request_id"] = uuid.uuid4().hex

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"], headers["X-Process-Time"] = request_id, f"{seconds:.6f}"
                headers["X-Content-Type-Options"] = "nosniff"
                self._log(scope, request_id, message["status"], seconds)
            await send(message)

        await self._app(scope, receive, timed)

    def _log(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        record = {
            "request_id": request_id,
            "method": scope["method"],
            "route": getattr(scope.get("route"), "path", None),
            "status": status,
            "seconds": round(seconds, 6),
        }
        log.log(logging.WARNING if seconds > _SLOW_SECONDS else logging.INFO, "answer", extra=record)


class _HeadAnsweredError(Exception):
    """The answer to a HEAD request is complete, though the one to GET would go on."""


class HeadAsGet:
    """Answers HEAD wherever GET is answered: with the same headers, and without the body.

    Args:
        app: the application, which sees GET.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, and keep its body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["route"] = as_get.get("route")
                await send(message)
            elif message.get("more_body"):
                # a file is not read to its end for nobody
                raise _HeadAnsweredError
            else:
                await send({"type": "http.response.body", "body": b""})

        try:
            await self._app(as_get, receive, bodiless)
        except _HeadAnsweredError:
            await send({"type": "http.response.body", "body": b""})


class CorsByPath:
    """Lets browsers read the service: at some paths from every origin, elsewhere from those of the settings.

    Args:
        app: the application.
        plain_paths: beginnings of the paths that are open to every origin.
        origins: the origins that may read the other paths.
        origin_regex: further ones, matched in full.
    """

    def __init__(
        self, app: ASGIApp, plain_paths: tuple[str, ...], origins: Sequence[str], origin_regex: str | None
    ) -> None:
        common: dict[str, Any] = {
            "allow_methods": ["GET", "HEAD"],
            "allow_headers": _REQUEST_HEADERS,
            "expose_headers": _EXPOSED_HEADERS,
            "allow_credentials": False,
        }
        self._plain_paths = plain_paths
        self._plain = CORSMiddleware(app, allow_origins=["*"], **common)
        self._exact = CORSMiddleware(app, allow_origins=origins, allow_origin_regex=origin_regex, **common)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with the rule of the path."""
        plain = scope["type"] == "http" and scope["path"].startswith(self._plain_paths)
        await (self._plain if plain else self._exact)(scope, receive, send)


class RateLimit:
    """Refuses a client's requests beyond the limits; probes of health are never counted.

    The client is who is connected to the server. Behind a proxy it is whom the proxy's X-Forwarded-For names: uvicorn
    believes the proxies in FORWARDED_ALLOW_IPS, and counts from the near end, so that nobody can pretend.

    Args:
        app: the application.
        limits: such as "600/minute" or "20/second; 10000/day", in the notation of the library `limits`.
    """

    def __init__(self, app: ASGIApp, limits: str) -> None:
        self._app = app
        self._limits = parse_many(limits)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, unless the client is over its limit."""
        if scope["type"] == "http" and not scope["path"].startswith(_UNLIMITED):
            client = _network(scope["client"][0] if scope.get("client") else "")
            for limit in self._limits:
                if not await self._limiter.hit(limit, client):
                    window = await self._limiter.get_window_stats(limit, client)
                    wait = max(1, math.ceil(window.reset_time - time.time()))
                    await problem_response(TooManyRequestsError(wait), scope)(scope, receive, send)
                    return
        await self._app(scope, receive, send)


def _network(host: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ip_network((int(address), 64), strict=False))
