"""dbt's cache of a parse, made to fit the database of a test.

A parse of the project takes 12 s of processor time, and each test has a database of its own. What dbt finds differs
only in the database's name and in a digest of the connection, so one parse serves all. Where the digest should not fit,
dbt notices and parses anew: a wrong cache costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import pprint
from pathlib import Path
from urllib.parse import urlsplit

NAME = "test_000000000000"
URL = f"postgresql://nobody:x@127.0.0.1:1/{NAME}"
"""The database that the project is parsed for; it need not be there. Its name is as long as every other one's."""

FILE = "partial_parse.msgpack"


def adapted(folder: Path, url: str, to: Path) -> Path | None:
    """Write the cache of another database; none if its name has another length.

    Args:
        folder: dbt's target folder after a parse for `URL`.
        url: the database.
        to: an existing folder.
    """
    name = urlsplit(url).path.removeprefix("/")
    if len(name) != len(NAME):
        return None
    parsed = (folder / FILE).read_bytes()
    assert _digest(URL) in parsed, "dbt keeps another digest of a connection: every test would parse anew"
    parsed = parsed.replace(NAME.encode(), name.encode()).replace(_digest(URL), _digest(url))
    (to / FILE).write_bytes(parsed)
    return to / FILE


def _digest(url: str) -> bytes:
    """What dbt keeps of a connection, as `dbt.parser.manifest` makes it, for a profile like profiles.yml.example."""
    # here: the tests that need no server run without dbt
    from dbt.adapters.postgres.connections import PostgresCredentials

    parts = urlsplit(url)
    credentials = PostgresCredentials(
        host=parts.hostname or "",
        user=parts.username or "",
        password=parts.password or "",
        port=parts.port or 5432,
        database=parts.path.removeprefix("/"),
        schema="public",
        sslmode="prefer",
        application_name="dbt",
    )
    return hashlib.sha256(pprint.pformat(sorted(credentials.connection_info())).encode()).hexdigest().encode()
