"""Calls of the `dbt` command for the stages that build the warehouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from extract.errors import CheckFailedError, UsageError
from extract.extras import need
from extract.load import connection
from extract.settings import PROJECT

Tell = Callable[[int, int], None]
"""Told how much of a stage is done, and of how much."""


NODE_ENDED = {"LogSeedResult", "LogModelResult", "LogTestResult", "LogNodeNoOpResult", "LogSkipBecauseError"}
"""dbt's events that say that it is done with a node."""


def untold(done: int, total: int) -> None:
    """For those who want to know nothing of it."""


def dbt(arguments: Sequence[str], url: str, target: Path, tell: Tell = untold) -> str:
    """Run dbt in the project's root; of its output only what went wrong is let through.

    Args:
        arguments: as typed after `dbt`.
        url: the database, handed over as DATABASE_URL.
        target: folder for this run's artefacts, so that two runs do not write over each other.
        tell: told after each seed, model and test how many there are.

    Returns:
        What was done, in a few words.

    Raises:
        CheckFailedError: a model or a test failed; dbt's own output, just before, says which.
    """
    program = shutil.which("dbt", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        need("dbt")
        raise UsageError("the command dbt is not on the path", "activate the project's .venv")
    if not (PROJECT / "profiles.yml").exists():
        write_profile(None)
    command = [
        program,
        "--log-format",
        "json",
        "--log-format-file",
        "text",
        *arguments,
        "--target-path",
        str(target),
        "--log-path",
        str(target / "logs"),
    ]
    parsed = target.parent / "deploy" / "partial_parse.msgpack"
    if parsed.exists():
        command += ["--partial-parse-file-path", str(parsed)]
    environment = {**os.environ, "DATABASE_URL": url, "DBT_PROFILES_DIR": str(PROJECT)}
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    ) as process:
        _pass_on(process.stdout or (), tell)
    if process.returncode != 0:
        raise CheckFailedError(
            f"`dbt {' '.join(arguments)}` ended with status {process.returncode}",
            f"read dbt's output above or {target / 'logs' / 'dbt.log'}; what was published before is unchanged"
            " in every model that failed",
        )
    return _summary(target / "run_results.json")


def _pass_on(lines: Iterable[str], tell: Tell) -> None:
    """Print of dbt's events those that `--quiet` leaves, errors and what a macro prints, and count its nodes."""
    done = 0
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
            tell(done, int(data["total"]))


def _summary(run_results: Path) -> str:
    """How many nodes of each kind ran well, and which tests gave a warning."""
    if not run_results.exists():
        return "done"
    results = json.loads(run_results.read_text())["results"]
    kinds = Counter(result["unique_id"].split(".")[0].replace("unit_test", "test") for result in results)
    warnings = [f"warning: {result['unique_id'].split('.')[2]}" for result in results if result["status"] == "warn"]
    return ", ".join([*(f"{kinds[kind]} {kind}s" for kind in ("seed", "model", "test") if kinds[kind]), *warnings])


def project_fingerprint() -> str:
    """Digest of everything that dbt builds from: models, macros, seeds, data tests, project file."""
    digest = sha256()
    for folder in ("dbt_project", "macros", "seeds", "tests/dbt"):
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".sql", ".yml", ".csv", ".py") and path.is_file():
                digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    digest.update((PROJECT / "dbt_project.yml").read_bytes())
    return digest.hexdigest()[:16]


def is_deployed(url: str) -> bool:
    """Whether dbt has built the end of its lineage, the views of schema `api`."""
    with connection(url) as link:
        return link.execute("select 1 from pg_views where schemaname = 'api' limit 1").fetchone() is not None


def write_profile(embedded_url: str | None) -> None:
    """Write the git-ignored `profiles.yml` from the example, unless somebody made it their own.

    Args:
        embedded_url: URL of the embedded server, the default where DATABASE_URL is not set.
    """
    profile = PROJECT / "profiles.yml"
    mark = "# Written by `coeqwal db start` from profiles.yml.example. Delete this line to keep your own changes.\n"
    if profile.exists() and not profile.read_text().startswith(mark):
        return
    text = (PROJECT / "profiles.yml.example").read_text()
    if embedded_url is not None:
        text = text.replace("postgresql://coeqwal:coeqwal@127.0.0.1:54329/coeqwal", embedded_url)
    descriptor = os.open(profile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(mark + text)
