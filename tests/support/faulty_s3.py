"""A proxy before an S3 endpoint that fails as S3 and networks do, by a script."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = {
    "500": (500, "InternalError"),
    "503": (503, "ServiceUnavailable"),
    "SlowDown": (503, "SlowDown"),
    "403": (403, "AccessDenied"),
}


class Proxy:
    """Forwards requests; those whose method and path match a rule fail.

    Attributes:
        address: where it listens.
        faults: what the next matching requests meet: a name of `FAULTS`, `reset`, `lost` (done, then reset), `cut`
            (the body ends in the middle), or `pass`. When they are used up, everything passes.
        only: method of the requests that may fail.
        seen: (method, path, Range header) of every request.
    """

    def __init__(self, endpoint: str) -> None:
        self.target = urlsplit(endpoint)
        self.faults: list[str] = []
        self.only = ""
        self.seen: list[tuple[str, str, str | None]] = []
        self.address = ""

    def next_fault(self, method: str) -> str:
        if self.faults and self.only in ("", method):
            return self.faults.pop(0)
        return "pass"


def handler_of(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            proxy.seen.append((self.command, self.path, self.headers.get("Range")))
            if self.headers.get("Expect") == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = proxy.next_fault(self.command)
            if fault == "reset":
                return self.reset()
            if fault in FAULTS:
                status, code = FAULTS[fault]
                text = f"<Error><Code>{code}</Code><Message>as ordered</Message></Error>".encode()
                self.answer(status, [("Content-Type", "application/xml")], text, len(text))
                return
            link = http.client.HTTPConnection(proxy.target.hostname or "", proxy.target.port)
            headers = {name: value for name, value in self.headers.items() if name != "Expect"}
            link.request(self.command, self.path, body, headers)
            reply = link.getresponse()
            content = reply.read()
            if fault == "lost":
                return self.reset()
            kept = [(n, v) for n, v in reply.getheaders() if n.lower() not in ("content-length", "connection", "date")]
            size = int(reply.headers.get("Content-Length") or len(content))
            if fault == "cut":
                content = content[: len(content) // 2]
                self.close_connection = True
            self.answer(reply.status, kept, content, size)
            link.close()

        def reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
            self.close_connection = True

        def answer(self, status: int, headers: list[tuple[str, str]], content: bytes, size: int) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def faulty(endpoint: str) -> Iterator[Proxy]:
    """The proxy, running."""
    proxy = Proxy(endpoint)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(proxy))
    server.daemon_threads = True
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
