"""The server against clients that are slow, silent, endless or too many, by real sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from extract.ports import free_port
from tests.api.conftest import running

SECONDS = 1.0
MOST = 8
REQUEST = b"GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def guarded_url(stand_in_url: str) -> Iterator[str]:
    """URL of a server with narrow limits."""
    port = free_port()
    settings = {
        "DATABASE_URL": stand_in_url,
        "COEQWAL_API_HEADER_SECONDS": str(SECONDS),
        "COEQWAL_API_MAX_CONNECTIONS": str(MOST),
        "COEQWAL_API_KEEP_ALIVE_SECONDS": "2",
    }
    command = [sys.executable, "-m", "extract", "serve", "--port", str(port)]
    with running(command, port, env={**os.environ, **settings}, stdout=subprocess.DEVNULL) as url:
        yield url


def connected(url: str) -> socket.socket:
    """A connection to the server."""
    place = urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout=20)


def rest(link: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    try:
        while part := link.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def answer(link: socket.socket) -> bytes:
    """The next answer, whose body has a length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += link.recv(1)
    length = next(int(line[15:]) for line in received.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while length:
        part = link.recv(length)
        assert part
        received, length = received + part, length - len(part)
    return received


def trickle(link: socket.socket, data: bytes, pause: float) -> float:
    """Send byte by byte until the server has had enough; returns the seconds that it took."""
    began = time.monotonic()
    link.settimeout(pause)
    for byte in data:
        try:
            link.send(bytes([byte]))
            if not link.recv(1, socket.MSG_PEEK):
                break
        except TimeoutError:
            continue
        except OSError:
            break
        break
    link.settimeout(20)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "head",
    [b"GET /api/health/live HTTP/1.1\r\n" + b"X-A: aaaaaaaa\r\n" * 100, b"\r\n" * 1000, b"G" * 1000],
    ids=["headers", "empty lines", "first line"],
)
def test_a_head_that_comes_byte_by_byte_is_cut_off(guarded_url: str, head: bytes) -> None:
    with connected(guarded_url) as link:
        assert trickle(link, head, 0.1) < 5 * SECONDS
        refusal = rest(link)
        # a first line of nonsense may be refused before the time is over
        assert not refusal or refusal.split(b" ")[1] in (b"408", b"400")
        if refusal:
            assert b"x-content-type-options: nosniff" in refusal.lower()
    assert httpx.get(f"{guarded_url}/api/health/live").status_code == 200


def test_a_silent_connection_is_closed(guarded_url: str) -> None:
    with connected(guarded_url) as link:
        began = time.monotonic()
        rest(link)
        assert SECONDS * 0.8 < time.monotonic() - began < 5 * SECONDS


def test_a_body_nobody_wants_does_not_hold_the_connection(guarded_url: str) -> None:
    with connected(guarded_url) as link:
        link.sendall(REQUEST + b"Content-Length: 100000\r\n\r\n")
        assert answer(link).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        link.settimeout(0.2)
        while time.monotonic() - began < 10 * SECONDS:
            try:
                link.send(b"x")
                if not link.recv(1024):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - began < 6 * SECONDS


def test_a_head_without_end_is_refused(guarded_url: str) -> None:
    with connected(guarded_url) as link:
        try:
            for _ in range(3000):
                link.sendall(b"X-A: " + b"a" * 1000 + b"\r\n" if _ else REQUEST)
        except OSError:
            return
        assert rest(link).split(b" ")[1] == b"431"


def test_a_connection_that_is_used_again_is_not_cut_off(guarded_url: str) -> None:
    """The clock runs for the head of a request, and not from one request to the next."""
    with connected(guarded_url) as link:
        for _ in range(4):
            link.sendall(REQUEST[:20])
            time.sleep(SECONDS * 0.4)
            link.sendall(REQUEST[20:] + b"\r\n")
            assert answer(link).startswith(b"HTTP/1.1 200")
            time.sleep(SECONDS * 0.4)


def test_requests_that_come_together_are_all_answered(guarded_url: str) -> None:
    with connected(guarded_url) as link:
        link.sendall((REQUEST + b"\r\n") * 5 + REQUEST + b"Connection: close\r\n\r\n")
        assert rest(link).count(b"HTTP/1.1 200") == 6


def test_connections_beyond_the_limit_are_refused_and_the_others_served(guarded_url: str) -> None:
    time.sleep(0.5)
    with ExitStack() as stack:
        links = [stack.enter_context(connected(guarded_url)) for _ in range(MOST)]
        for link in links:
            link.sendall(REQUEST + b"\r\n")
            assert answer(link).startswith(b"HTTP/1.1 200")
        with connected(guarded_url) as one_too_many:
            refusal = rest(one_too_many)
            assert refusal.startswith(b"HTTP/1.1 503")
            assert b"x-content-type-options: nosniff" in refusal.lower()
        for link in links[1:]:
            link.sendall(REQUEST + b"\r\n")
            assert answer(link).startswith(b"HTTP/1.1 200")
        links[0].close()
        time.sleep(0.2)
        with connected(guarded_url) as again:
            again.sendall(REQUEST + b"\r\n")
            assert answer(again).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("request_line", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n"])
def test_what_is_no_http_is_refused_in_the_same_form(guarded_url: str, request_line: bytes) -> None:
    with connected(guarded_url) as link:
        link.sendall(request_line)
        refusal = rest(link)
        assert refusal.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert refusal.lower().count(b"x-content-type-options: nosniff") == 1


def test_head_over_the_network_has_the_length_and_no_body(guarded_url: str) -> None:
    path = f"{guarded_url}/api/statistics/scenarios/s0001/period-summary"
    plain = {"Accept-Encoding": "identity"}
    length = httpx.get(path, headers=plain).headers["content-length"]
    with connected(guarded_url) as link:
        place = urlsplit(path).path.encode()
        link.sendall(b"HEAD " + place + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = rest(link).partition(b"\r\n\r\n")
    assert body == b""
    assert f"content-length: {length}".encode() in head
    assert b"server:" not in head.lower()
