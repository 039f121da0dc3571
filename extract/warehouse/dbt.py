"""Calls of the `dbt` command for the stages that build the warehouse."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from extract.database import DatabaseUrl
from extract.errors import CheckFailedError, DatabaseAwayError, DiskFullError, LostRaceError, UsageError
from extract.extras import need
from extract.settings import IS_CHECKOUT, PROJECT, Settings
from extract.warehouse.embedded import write_private
from extract.warehouse.load import connection

GRACE_SECONDS = 10.0
EXAMPLE = "postgresql://coeqwal:coeqwal@127.0.0.1:54329/coeqwal"
MARK = "# Written by `coeqwal db start` from profiles.yml.example. Delete this line to keep your own changes.\n"

Tell = Callable[[int, int], None]
"""Told how much of a stage is done, and of how much."""


VARIABLES = {"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TEMP", "TMP", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"}
PREFIXES = ("COEQWAL_", "DBT_", "KRB5", "LC_", "PG", "PYTHON")
"""What dbt is given of the environment."""

NODE_ENDED = {"LogSeedResult", "LogModelResult", "LogTestResult", "LogNodeNoOpResult", "LogSkipBecauseError"}
"""dbt's events that say that it is done with a node."""


def untold(done: int, total: int) -> None:
    """For those who want to know nothing of it."""


def dbt(arguments: Sequence[str], url: str, target: Path, tell: Tell = untold) -> str:
    """Run dbt on the project; of its output only what went wrong is let through.

    Args:
        arguments: as typed after `dbt`.
        url: the database, handed over as DATABASE_URL.
        target: folder for this run's artefacts, so that two runs do not write over each other.
        tell: told after each seed, model and test how many there are.

    Returns:
        What was done, in a few words.

    Raises:
        CheckFailedError: a model or a test failed; dbt's own output, just before, says which.
        DatabaseAwayError, LostRaceError, DiskFullError: the database kept a statement from being carried out; the same
            command may succeed later.
    """
    program = shutil.which("dbt", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        need("dbt")
        raise UsageError("the command dbt is not on the path", "activate the project's .venv")
    command = [
        program,
        "--log-format",
        "json",
        "--log-format-file",
        "text",
        "--log-level-file",
        "info",
        # which take seconds, and of which only the pages of `dbt docs` need one
        "--no-write-json" if arguments[0] == "build" else "--write-json",
        *arguments,
        "--target-path",
        str(target),
        "--log-path",
        str(target / "logs"),
    ]
    parsed = target.parent / "deploy" / "partial_parse.msgpack"
    if parsed.exists():
        command += ["--partial-parse-file-path", str(parsed)]
    # a profile of its own: the project's belongs to whoever types plain `dbt`, and may be of another data folder
    profiles = target.parent / "profile"
    write_profile(profiles / "profiles.yml", url)
    if IS_CHECKOUT and not (PROJECT / "profiles.yml").exists():
        # plain `dbt` with DATABASE_URL
        write_profile(PROJECT / "profiles.yml", EXAMPLE)
    environment = {
        **environment_of_dbt(),
        "DATABASE_URL": DatabaseUrl.parse(url).uri,
        "DBT_PROFILES_DIR": str(profiles),
    }
    log = target / "logs" / "dbt.log"
    known = log.stat().st_size if log.exists() else 0
    status, done = _run(command, environment, tell)
    if status != 0:
        _raise_if_retryable(log, known, url)
        raise CheckFailedError(
            f"`dbt {' '.join(arguments)}` ended with status {status}",
            f"read dbt's output above or {log}; what was published before is unchanged in every model that failed",
        )
    return done


def environment_of_dbt() -> dict[str, str]:
    """What dbt needs of this process' environment.

    dbt goes through the whole environment for every line of its log, to hide secrets in it: with the hundred variables
    of a container this would take longer than the statistics.
    """
    return {name: text for name, text in os.environ.items() if name in VARIABLES or name.startswith(PREFIXES)}


def _pass_on(lines: Iterable[str], tell: Tell) -> str:
    """Print of dbt's events those that `--quiet` leaves, errors and what a macro prints, and count its nodes.

    Returns:
        How many nodes of each kind ran, and which tests gave a warning.
    """
    done = 0
    kinds: Counter[str | None] = Counter()
    warnings = []
    for line in lines:
        try:
            event = json.loads(line)
            about, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError):  # not one of dbt's own lines
            print(line, end="", flush=True)
            continue
        if about["level"] == "error" or about["name"] == "PrintEvent":
            print(about["msg"], flush=True)
        if about["name"] in NODE_ENDED:
            done += 1
            tell(done, max(done, int(data.get("total", 0))))
            node = data.get("node_info", {})
            kinds[node.get("resource_type")] += 1
            if node.get("node_status") == "warn":
                warnings.append(f"warning: {node['node_name']}")
    counts = [f"{kinds[kind]} {kind}s" for kind in ("seed", "model", "test") if kinds[kind]]
    return ", ".join([*counts, *warnings]) or "done"


def _run(command: Sequence[str], environment: Mapping[str, str], tell: Tell) -> tuple[int, str]:
    """Run dbt in a process that does not outlive this one, however this one ends; exit status, and what it did."""
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        preexec_fn=with_parent(os.getpid()),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        done = _pass_on(process.stdout or (), tell)
        return process.wait(), done
    except BaseException:
        # so dbt takes back what its connections are doing
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=GRACE_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
        raise


def with_parent(parent: int) -> Callable[[], None] | None:
    """What a new process does to end with its parent, also with one that is killed outright; none but on Linux."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def end_with_parent() -> None:
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # which has ended meanwhile
            os._exit(1)

    return end_with_parent


def _raise_if_retryable(log: Path, known: int, url: str) -> None:
    """Say so where it was not the models or the data that failed.

    Args:
        log: dbt's log, in which the plugin has left the code of each error of the database.
        known: size of what earlier runs have left in it.
        url: the database.

    Raises:
        DatabaseAwayError, LostRaceError, DiskFullError: it was the database.
    """
    text = log.read_bytes() if log.exists() else b""
    text = text[known:] if len(text) >= known else text
    reasons = set(re.findall(r"\(SQLSTATE \w{5}, ([A-Z]+)\)", text.decode(errors="replace")))
    remedy = f"run the same command again; {log} has the details, and what was published before is unchanged"
    place = DatabaseUrl.parse(url).place
    if "FULL" in reasons:
        raise DiskFullError(f"the disk of the database {place} became full while dbt worked", remedy)
    if "AWAY" in reasons:
        raise DatabaseAwayError(f"the database {place} went away while dbt worked", remedy)
    if "RACE" in reasons:
        raise LostRaceError("the database refused a change of dbt because of another one at the same time", remedy)
    with connection(url):
        pass


def project_fingerprint() -> str:
    """Digest of everything that dbt builds from: models, macros, seeds, data tests, project file."""
    digest = sha256()
    for folder in ("dbt_project", "macros", "seeds", "tests/dbt"):
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".sql", ".yml", ".csv", ".py") and path.is_file():
                digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    digest.update((PROJECT / "dbt_project.yml").read_bytes())
    return digest.hexdigest()[:16]


def write_profile(profile: Path, url: str) -> None:
    """Write a `profiles.yml` from the example.

    Args:
        profile: the file.
        url: the database where DATABASE_URL is not set.
    """
    text = (PROJECT / "profiles.yml.example").read_text()
    temporary = profile.with_name(f".{profile.name}.{os.getpid()}")
    write_private(temporary, MARK + text.replace(EXAMPLE, DatabaseUrl.parse(url).uri))
    temporary.replace(profile)


def write_project_profile(settings: Settings, url: str) -> str:
    """Write the git-ignored `profiles.yml` of plain `dbt`, for the embedded server of the project's own data folder.

    The one of another data folder stays out of it, and so does a file that somebody made their own.

    Returns:
        Which database plain `dbt` works on, for a person.
    """
    profile = PROJECT / "profiles.yml"
    if not IS_CHECKOUT or settings.data_dir.resolve() != (PROJECT / "data").resolve():
        return (
            f"plain `dbt` in {PROJECT} does not work on this database, as the data folder is not the project's own:"
            f" give it DBT_PROFILES_DIR={settings.data_dir / 'dbt' / 'profile'}"
        )
    if profile.exists() and not profile.read_text().startswith(MARK):
        return f"plain `dbt` works on what {profile} says, which somebody made their own"
    write_profile(profile, url)
    return f"plain `dbt` in {PROJECT} works on this database"
