"""What surrounds every request: its id and its line in the log, who may read, and how often."""

from __future__ import annotations

import logging
import math
import time
import uuid
from collections.abc import Mapping
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

log = logging.getLogger(__name__)


class RequestRecord:
    """Gives each request an id, and writes one line about it into the log: no address, no query, no path as it came.

    The answer carries the id as `X-Request-ID`, and `X-Process-Time` (seconds until it began).
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
        """Run the application, unless the client has had enough."""
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
