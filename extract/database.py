"""How PostgreSQL is reached: the one reading of a database URL, and what every session is set to.

The URL is read by PostgreSQL's own rules for connection URIs, without its client library, which the API's image does
not have. What is not in the URL comes from the same places as for `psql`: PGHOST, PGPORT, PGUSER, PGDATABASE here,
PGPASSWORD, the password file, PGSSLMODE and the like in the drivers. No message repeats any part of a URL that cannot
be read, as any part of it may be the password.
"""

from __future__ import annotations

import getpass
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

from extract.errors import UsageError

SCHEMES = ("postgresql://", "postgres://")
SOCKET_FOLDERS = ("/run/postgresql", "/var/run/postgresql", "/tmp")  # noqa: S108 - where PostgreSQL puts it
FORM = (
    "write it as postgresql://user:password@host:5432/database; in user, password and database each of : / ? # [ ] @ %"
    " and each space is written as % and two hex digits (@ is %40, / is %2F, % is %25)"
)
SSL_PARAMETERS = (
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword",
    "ssl_min_protocol_version", "ssl_max_protocol_version",
)  # fmt: skip
OTHER_PARAMETERS = (
    "application_name", "channel_binding", "client_encoding", "connect_timeout", "fallback_application_name",
    "gssdelegation", "gssencmode", "gsslib", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle",
    "keepalives_interval", "krbsrvname", "load_balance_hosts", "options", "passfile", "require_auth", "requirepeer",
    "sslcertmode", "sslcompression", "sslnegotiation", "sslsni", "target_session_attrs", "tcp_user_timeout",
)  # fmt: skip
ASYNCPG_PARAMETERS = (*SSL_PARAMETERS, "passfile", "target_session_attrs", "krbsrvname", "gsslib")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

SESSION: Mapping[str, str] = {
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "public",
}
"""What a session means by a text, a time and a bare name, whatever server, database or role have as their defaults."""


def session_sql(settings: Mapping[str, str] = SESSION, *, local: bool = False) -> str:
    """The statement that sets a session, or with `local` the transaction that is open.

    Args:
        settings: name and value, both written by us and not by a user.
        local: only until the end of the transaction.
    """
    calls = (f"set_config('{name}', '{value}', {str(local).lower()})" for name, value in settings.items())
    return f"select {', '.join(calls)}"


def retryable(sqlstate: str, schema: str | None = None, message: str = "") -> Literal["AWAY", "RACE", "FULL"] | None:
    """Whether a statement may succeed later although nothing about it changes, and why it did not now.

    Args:
        sqlstate: PostgreSQL's code of the error.
        schema: where the constraint is that was violated. Rows of statistics that are not unique are a fault of theirs.
        message: of the server.
    """
    if sqlstate == "53100":
        return "FULL"
    if sqlstate[:2] in ("08", "53") or sqlstate in ("57P01", "57P02", "57P03", "57P05"):
        return "AWAY"
    if sqlstate[:2] == "40" or sqlstate in ("55P03", "55006", "42P06", "42P07", "42710"):
        return "RACE"
    if sqlstate == "23505" and schema in ("pg_catalog", "staging", "ops"):
        return "RACE"
    # two changes of one row of a catalogue have no code of their own
    return "RACE" if sqlstate == "XX000" and "concurrently" in message else None


@dataclass(frozen=True)
class DatabaseUrl:
    """One database and who logs in to it.

    Attributes:
        password: None to leave it to PGPASSWORD or the password file.
        host: a name, an IPv4 or IPv6 address, or the folder of a Unix socket.
        parameters: further parameters of PostgreSQL's client library, such as sslmode.
    """

    user: str
    password: str | None = field(repr=False)
    host: str
    port: int
    dbname: str
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str, name: str = "DATABASE_URL") -> DatabaseUrl:
        """Read a URL.

        Args:
            text: the URL.
            name: where it comes from, for messages.

        Raises:
            UsageError: it is no URL of one PostgreSQL database; the message repeats nothing of it.
        """
        try:
            return _parse(text.strip())
        except _BadUrlError as error:
            # without the cause: a trace would name it, and text of the URL with it
            raise UsageError(f"{name} is not the URL of a PostgreSQL database: {error}", FORM) from None

    @property
    def place(self) -> str:
        """The address without user and password, for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.dbname}"

    @property
    def uri(self) -> str:
        """The same as text, with nothing left to the environment but what may be secret."""
        login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password is not None else "")
        host = f"[{quote(self.host, safe=':')}]" if ":" in self.host else quote(self.host, safe="")
        query = "&".join(f"{key}={quote(value, safe='/')}" for key, value in self.parameters.items())
        return f"postgresql://{login}@{host}:{self.port}/{quote(self.dbname, safe='')}" + (f"?{query}" if query else "")

    def with_login(self, user: str, password: str | None) -> DatabaseUrl:
        """The same database for somebody else."""
        return replace(self, user=user, password=password)

    def for_asyncpg(self) -> dict[str, Any]:
        """Arguments of `asyncpg.connect`; parameters that it does not have are left out."""
        known = {key: value for key, value in self.parameters.items() if key in ASYNCPG_PARAMETERS}
        found: dict[str, Any] = {
            "host": self.host, "port": self.port, "user": self.user, "password": self.password, "database": self.dbname,
        }  # fmt: skip
        if known.get("sslrootcert") == "system":
            # the driver knows files only
            del known["sslrootcert"]
            found["ssl"] = ssl.create_default_context()
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in known.items())
        return {**found, "dsn": f"postgresql://?{query}"} if query else found


def readable(name: str) -> Callable[[str | None], str | None]:
    """A check of a setting: refuses a URL that cannot be read when the program starts.

    Args:
        name: of the environment variable.
    """

    def check(text: str | None) -> str | None:
        if text is not None:
            DatabaseUrl.parse(text, name)
        return text

    return check


class _BadUrlError(Exception):
    """What is wrong with a URL, without a word of it."""


def _parse(text: str) -> DatabaseUrl:
    scheme = next((scheme for scheme in SCHEMES if text.startswith(scheme)), None)
    if scheme is None:
        raise _BadUrlError("it does not begin with postgresql://")
    login, rest = _login(text[len(scheme) :])
    server, _, query = rest.partition("?")
    server, _, path = server.partition("/")
    if "@" in server or "@" in path:
        raise _BadUrlError("there is an @ too many; one that belongs to user or password is written %40")
    found = {**login, **_host(server), **({"dbname": _decoded(path)} if path else {}), **_query(query)}
    environment = {key: value for key in _FALLBACKS if (value := os.environ.get(_FALLBACKS[key]))}
    values = {**environment, **{key: value for key, value in found.items() if value}}
    port = _port(values.get("port", "5432"))
    host = values.get("host") or _socket_folder(port) or "localhost"
    if "," in host or "," in values.get("hostaddr", ""):
        raise _BadUrlError("it names several servers, and the warehouse is one")
    if re.search(r"[\s@]", host):
        raise _BadUrlError("its host is no name of a server")
    user = values.get("user") or _system_user()
    parameters = {key: value for key, value in values.items() if key in (*SSL_PARAMETERS, *OTHER_PARAMETERS)}
    if parameters.get("sslmode", "prefer") not in SSL_MODES:
        raise _BadUrlError(f"its sslmode is none of {', '.join(SSL_MODES)}")
    return DatabaseUrl(user, values.get("password"), host, port, values.get("dbname") or user, parameters)


_FALLBACKS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}


def _login(text: str) -> tuple[dict[str, str], str]:
    """User and password, if the URL has them, and the rest."""
    found = re.match(r"([^@/]*)@", text)
    if found is None:
        return {}, text
    user, _, password = found[1].partition(":")
    login = {"user": _decoded(user), "password": _decoded(password)}
    return {key: value for key, value in login.items() if value}, text[found.end() :]


def _host(text: str) -> dict[str, str]:
    found = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]*))(?::([^:]*))?", text)
    if found is None:
        raise _BadUrlError("host and port cannot be told apart; an IPv6 address stands in brackets")
    return {"host": _decoded(found[1] or found[2]), "port": _decoded(found[3] or "")}


def _query(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split("&") if text else ():
        key, separator, value = pair.partition("=")
        if not separator or "=" in value:
            raise _BadUrlError("its query, after the ?, is not made of name=value")
        key, value = _decoded(key), _decoded(value)
        if (key, value) == ("ssl", "true"):
            key, value = "sslmode", "require"
        if key not in (*_FALLBACKS, "password", *SSL_PARAMETERS, *OTHER_PARAMETERS):
            raise _BadUrlError("its query has a parameter that PostgreSQL or this project does not know")
        found[key] = value
    return found


def _decoded(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})|%00", text):
        raise _BadUrlError("a % is not followed by the two hex digits of a character")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _BadUrlError("its %-characters are not UTF-8") from None


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or not 0 < int(text) < 2**16:
        raise _BadUrlError("its port is not a number from 1 to 65535")
    return int(text)


def _socket_folder(port: int) -> str | None:
    """Where a server of this machine listens, for a URL without host."""
    return next((folder for folder in SOCKET_FOLDERS if Path(folder, f".s.PGSQL.{port}").exists()), None)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise _BadUrlError("it names no user") from None
