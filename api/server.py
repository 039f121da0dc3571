"""The service as a process: `python -m api.server`, in the image and behind `coeqwal serve`.

uvicorn waits without end for a client that sends the head of its request byte by byte, or nothing, and accepts
connections without bound; both are limited here.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.settings import ApiSettings
from extract.errors import told
from extract.ports import refuse_taken

_LOG = Path(__file__).parent / "logging.json"
_MAX_HEAD_BYTES = 64 * 1024
_SHUTDOWN_SECONDS = 20


def run(host: str, port: int) -> None:
    """Serve until the process receives SIGTERM or SIGINT.

    Args:
        host: address to listen on.
        port: port to listen on.

    Raises:
        UsageError: a setting cannot be read, or nobody can listen there.
        PortTakenError: somebody listens there.
    """
    refuse_taken(host, port)
    settings = ApiSettings()
    if sys.stdout.isatty():
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        print(f"for people   {address}/explore\nAPI pages    {address}/docs\nstop it with Ctrl-C", flush=True)
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=host,
        port=port,
        http=guarded(settings),
        # An upgrade to a web socket would be logged with the client's address.
        ws="none",
        log_config=str(_LOG),
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


def guarded(settings: ApiSettings) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with the limits of the settings."""

    class Guarded(GuardedProtocol):
        header_seconds = settings.header_seconds
        max_connections = settings.max_connections

    return Guarded


class GuardedProtocol(HttpToolsProtocol):
    """A connection that is closed when the head of a request does not come in time, is too long, or is one too many."""

    header_seconds: float
    max_connections: int

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._unanswered_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it where there are too many."""
        is_one_too_many = len(self.connections) >= self.max_connections
        super().connection_made(transport)
        if is_one_too_many:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._start_clock()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends, for as long as it makes a request in time.

        What comes while a request is answered is not measured: it waits until then.
        """
        if self.transport.is_closing():
            return
        if not self._is_answering():
            self._start_clock()
            self._unanswered_bytes += len(data)
        super().data_received(data)
        if self._is_answering():
            self._stop_clock()
        elif self._unanswered_bytes > _MAX_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_clock()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, as the application would say it."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _start_clock(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.header_seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        self._unanswered_bytes = 0

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer, and close the connection."""
        self._stop_clock()
        if self.transport.is_closing():
            return
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            "content-type: text/plain; charset=utf-8",
            f"content-length: {len(status.phrase)}",
            "x-content-type-options: nosniff",
            "connection: close",
        )
        self.transport.write("\r\n".join((*lines, "", status.phrase)).encode())
        self.transport.close()


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line and serve.

    Args:
        words: what follows the command; default those of this process.
    """
    parser = argparse.ArgumentParser(prog="python -m api.server", description="Serve the COEQWAL API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    arguments = parser.parse_args(words)
    with told():
        run(arguments.host, arguments.port)


if __name__ == "__main__":
    main()
