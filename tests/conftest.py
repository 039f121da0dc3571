"""Fixtures for all tests: a throw-away PostgreSQL server, databases on it, the real `dbt` command, real data.

By default the server is the embedded one. COEQWAL_TEST_DATABASE_URL names another server (a superuser's URL);
COEQWAL_PG_BIN names other binaries for the embedded server.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from psycopg import sql

from extract.reference import geometry
from extract.warehouse import load
from extract.warehouse.dbt import environment_of_dbt
from extract.warehouse.embedded import EmbeddedServer, bundled_binaries
from tests.support import parse_cache

# The runs of the tests are small: what a registered scenario's run has to hold is the subject of test_identity.py.
os.environ.setdefault("COEQWAL_MIN_MAPPED_SHARE", "0")
os.environ.setdefault("COEQWAL_MIN_MONTHS", "1")

ROOT = Path(__file__).resolve().parent.parent
NewDatabase = Callable[..., str]
RunDbt = Callable[..., subprocess.CompletedProcess[str]]
ROWS_ONLY = {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test"}
"""Environment for a build whose data tests are not what a test is about; they are most of its time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a PostgreSQL server or an S3 server, by fixtures and parameters that they use."""
    for item in items:
        for fixture, marker in (("server_url", "database"), ("s3_endpoint", "s3")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and "s3" in item.callspec.params.values():
            item.add_marker("s3")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real CalSim3 files."""
    folder = Path(os.environ.get("COEQWAL_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real_data: the folder with real CalSim3 files is absent")
    return folder


@pytest.fixture(scope="session")
def earlier_tiers(real_data: Path) -> Path:
    """The folder with tier files of the earlier platform."""
    folder = real_data.parent / "reference" / "upstream" / "10_tier"
    if not folder.is_dir():
        pytest.skip("real_data: the folder with the earlier platform's tier files is absent")
    return folder


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a throw-away server, as a superuser."""
    given = os.environ.get("COEQWAL_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = EmbeddedServer(tmp_path_factory.mktemp("server") / "pg", _binaries(), (Path(sys.executable),))
    url = server.start()
    with psycopg.connect(url, autocommit=True) as link:
        # It ends with the session, so only a crash of the machine could tell the difference.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            link.execute(f"alter system set {setting} = off")
        link.execute("select pg_reload_conf()")
    yield url
    server.stop()


def _binaries() -> Path:
    return Path(os.environ.get("COEQWAL_PG_BIN") or bundled_binaries())


def on_database(server_url: str, name: str) -> str:
    """The same server's URL with another database."""
    base, _, _ = server_url.rpartition("/")
    return f"{base}/{name}"


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Iterator[NewDatabase]:
    """Call it for the URL of a new database: empty, or a copy of another one. All are dropped at the end."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        template_name = template.rpartition("/")[2]
        with psycopg.connect(server_url, autocommit=True) as link:
            link.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and datname <> 'template0'",
                [template_name],
            )
            link.execute(f'create database "{name}" template "{template_name}"')
        made.append(name)
        return on_database(server_url, name)

    yield make
    with psycopg.connect(server_url, autocommit=True) as link:
        for name in made:
            link.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what workers side by side make once; COEQWAL_TEST_CACHE names one that later sessions use too."""
    if kept := os.environ.get("COEQWAL_TEST_CACHE"):
        return Path(kept)
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let no other worker make this file meanwhile."""
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def parsed_project(shared_folder: Path) -> Path:
    """dbt's target folder after a parse of the project, and what dbt printed. Not to be changed."""
    folder = shared_folder / f"parsed-{_sources_digest()}"
    with one_at_a_time(folder):
        if not folder.exists():
            being_made = Path(f"{folder}.part")
            result = _dbt(parse_cache.URL, ["parse", "--no-partial-parse"], being_made, {}, check=True)
            (being_made / "stdout.txt").write_text(result.stdout)
            being_made.rename(folder)
    return folder


@pytest.fixture(scope="session")
def manifest(parsed_project: Path) -> dict[str, Any]:
    """The manifest of the project; parsing needs no database. Not to be changed by a test."""
    made: dict[str, Any] = json.loads((parsed_project / "manifest.json").read_text())
    return made


@pytest.fixture(scope="session")
def parsed_for(parsed_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """Call it with a database's URL for the environment in which dbt needs not parse the project for it."""
    made: dict[str, dict[str, str]] = {}

    def find(url: str) -> dict[str, str]:
        if url not in made:
            file = parse_cache.adapted(parsed_project, url, tmp_path_factory.mktemp("parsed"))
            made[url] = {"DBT_PARTIAL_PARSE_FILE_PATH": str(file)} if file else {}
        return made[url]

    return find


@pytest.fixture(scope="session")
def run_dbt(parsed_for: Callable[[str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> RunDbt:
    """Call it with a database's URL and dbt's arguments: the real command line, in the repository's root.

    dbt writes its JSON files, for which it needs seconds, with `DBT_WRITE_JSON="true"` only.
    """

    def run(url: str, *arguments: str, check: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        around = {"DBT_WRITE_JSON": "false", **parsed_for(url), **environment}
        return _dbt(url, arguments, tmp_path_factory.mktemp("target"), around, check)

    return run


def _dbt(
    url: str, arguments: Sequence[str], target: Path, environment: dict[str, str], check: bool
) -> subprocess.CompletedProcess[str]:
    profiles = target / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "profiles.yml").write_text((ROOT / "profiles.yml.example").read_text())
    places = ["--target-path", str(target), "--log-path", str(target / "logs"), "--profiles-dir", str(profiles)]
    result = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments, *places],
        cwd=ROOT,
        env={**environment_of_dbt(), "DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if check and result.returncode != 0:
        raise AssertionError(f"dbt {' '.join(arguments)} failed:\n{result.stdout[-6000:]}\n{result.stderr[-2000:]}")
    return result


@pytest.fixture(scope="session")
def prepared_template(new_database: NewDatabase) -> str:
    """A database with the landing tables and the polygons only."""
    url = new_database()
    load.prepare(url)
    geometry.load_polygons(url)
    return url


@pytest.fixture(scope="session")
def deployed_template(shared_folder: Path, new_database: NewDatabase, prepared_template: str, run_dbt: RunDbt) -> str:
    """A database in which `dbt build` has run once, with no scenario loaded. Not to be changed by a test.

    Workers that run side by side deploy once and share a dump, later sessions too as long as the sources stay the same.
    """
    if "COEQWAL_TEST_DATABASE_URL" in os.environ:
        return _deployed(new_database(prepared_template), run_dbt)
    dump = shared_folder / f"deployed-{_sources_digest()}.dump"
    with one_at_a_time(dump):
        if not dump.exists():
            url = _deployed(new_database(prepared_template), run_dbt)
            subprocess.run([_binaries() / "pg_dump", "--format=custom", f"--file={dump}.part", url], check=True)
            Path(f"{dump}.part").rename(dump)
            return url
    url = new_database()
    subprocess.run([_binaries() / "pg_restore", "--exit-on-error", f"--dbname={url}", dump], check=True)
    return url


def _deployed(url: str, run_dbt: RunDbt) -> str:
    # on other binaries the whole suite runs a second time in parts, and the checks were green before
    again = ROWS_ONLY if "COEQWAL_PG_BIN" in os.environ else {}
    run_dbt(url, "build", check=True, **again)
    return url


def _sources_digest() -> str:
    """A digest of everything that a deployed database depends on."""
    digest = hashlib.sha256((ROOT / "dbt_project.yml").read_bytes() + str(_binaries()).encode())
    for folder in ("dbt_project", "macros", "seeds", "tests/dbt", "extract/warehouse/sql"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in {".py", ".sql", ".yml", ".csv", ".geojsonl"}:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Address of a server that speaks the S3 protocol over HTTP."""
    from moto.server import ThreadedMotoServer  # here: it is nearly a second to import

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_environment(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Credentials and endpoint in the environment, as a role would bring them; gives the endpoint."""
    settings = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ENDPOINT_URL_S3": s3_endpoint,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return s3_endpoint


@pytest.fixture
def bucket(s3_environment: str) -> str:
    """Name of a new bucket."""
    name = f"runs-{uuid.uuid4().hex[:12]}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return name


@pytest.fixture
def with_aws_s3(s3_environment: str) -> Callable[[str], str]:
    """Call it with a database's URL to give that database the stand-in for RDS's aws_s3 extension."""

    def install(url: str) -> str:
        folder = ROOT / "tests" / "support" / "aws_s3"
        command = shlex.join([sys.executable, str(folder / "fetch.py"), s3_environment])
        with psycopg.connect(url, autocommit=True) as link:
            link.execute((folder / "stand_in.sql").read_bytes())
            link.execute(
                sql.SQL("alter database {} set aws_s3_stand_in.program = {}").format(
                    sql.Identifier(link.info.dbname), sql.Literal(command)
                )
            )
        return url

    return install


@pytest.fixture
def warehouse_url(new_database: NewDatabase, deployed_template: str) -> str:
    """A deployed warehouse of the test's own."""
    return new_database(deployed_template)
