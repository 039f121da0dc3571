"""Ports of this machine: one that is free, and whether a server can listen at an address."""

from __future__ import annotations

import errno
import socket

from extract.errors import RetryableError, UsageError

MAX_PORT = 65535


class PortTakenError(RetryableError):
    """Another program listens where ours was to listen."""

    code = "PORT_TAKEN"


def free_port(prefer: int = 0) -> int:
    """A TCP port of the loopback interface that nobody listens on, if possible a certain one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", prefer))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(host: str, port: int) -> None:
    """Make sure that a server can listen at an address, before it says that it does.

    Raises:
        UsageError: there is no such address on this machine, or this user may not listen there.
        PortTakenError: somebody listens there.
    """
    where = f"port {port} of {host}"
    try:
        if not 0 < port <= MAX_PORT:  # the system would take the rest of a division
            raise OverflowError(f"ports are 1 to {MAX_PORT}")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            other = f"coeqwal serve --port {free_port(prefer=port + 1 if port < MAX_PORT else 0)}"
            raise PortTakenError(
                f"{where} is taken: another program listens there", f"stop that one, or take another port: `{other}`"
            ) from error
        raise UsageError(
            f"nobody can listen at {where} ({error})", "give an address of this machine and a port from 1024 to 65535"
        ) from error
