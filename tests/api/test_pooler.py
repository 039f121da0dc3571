"""The service behind PgBouncer, and with a login that can do nothing but read."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from api.database import Pool
from api.settings import ApiSettings
from extract.database import DatabaseUrl
from extract.errors import UsageError
from extract.ports import free_port
from extract.settings import Settings
from extract.warehouse import reader

BINARY = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SUMMARY = "/api/statistics/scenarios/s0001/period-summary"
Pooler = Callable[..., str]


@pytest.fixture
def pooler(tmp_path: Path) -> Iterator[Pooler]:
    """Call it with a database's URL and PgBouncer's settings for the URL through PgBouncer."""
    if BINARY is None:
        pytest.skip("PgBouncer is not installed (Debian's package pgbouncer)")
    running: list[subprocess.Popen[bytes]] = []

    def start(url: str, **settings: str) -> str:
        behind = DatabaseUrl.parse(url)
        port = free_port()
        options = {
            "listen_addr": "127.0.0.1", "listen_port": str(port), "unix_socket_dir": "", "auth_type": "any",
            "default_pool_size": "3", **settings,
        }  # fmt: skip
        login = f"user={behind.user} password={behind.password}"
        file = tmp_path / f"{port}.ini"
        file.write_text(
            f"[databases]\nwarehouse = host={behind.host} port={behind.port} dbname={behind.dbname} {login}\n"
            "[pgbouncer]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
        )
        # PgBouncer does not run as root
        account = {} if os.geteuid() else {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid}
        if account:
            os.chmod(file, 0o644)
            for folder in (tmp_path, *tmp_path.parents):
                if folder == Path(tempfile.gettempdir()):
                    break
                os.chmod(folder, 0o755)
        running.append(
            subprocess.Popen(
                [str(BINARY), "-q", str(file)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **account
            )
        )
        through = f"postgresql://anyone@127.0.0.1:{port}/warehouse"
        for _ in range(100):
            try:
                psycopg.connect(through).close()
                return through
            except psycopg.OperationalError:
                assert running[-1].poll() is None, "PgBouncer ended"
                time.sleep(0.1)
        raise AssertionError("PgBouncer does not answer")

    yield start
    for each in running:
        each.terminate()
        each.wait(20)


IGNORED = "search_path,statement_timeout,default_transaction_read_only,jit,extra_float_digits"


@pytest.mark.parametrize("ignored", ["", IGNORED], ids=["as installed", "startup parameters ignored"])
@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_behind_pgbouncer_every_answer_is_the_same(
    serve: Any, own_stand_in_url: str, pooler: Pooler, mode: str, ignored: str
) -> None:
    paths = [
        SUMMARY,
        "/api/scenarios",
        "/api/statistics/reservoirs",
        "/api/v1/tables/reservoir_storage_monthly?scenario=s0001",
    ]
    through = pooler(own_stand_in_url, pool_mode=mode, ignore_startup_parameters=ignored)
    async with serve(own_stand_in_url, cache_bytes=0) as client:
        direct = [(await client.get(path)).json() for path in paths]
    # at rest at once, and never
    for rest in (0, 3600):
        async with serve(through, cache_bytes=0, pool_max=2, cache_version_seconds=rest) as client:
            for _ in range(2):
                answers = await asyncio.gather(*(client.get(path) for path in paths * 5))
                assert [answer.status_code for answer in answers] == [200] * len(answers)
                assert [answer.json() for answer in answers] == direct * 5
            assert (await client.get("/api/health")).json()["status"] == "healthy"
            assert (await client.get("/api/health/ready")).json()["status"] == "ready"


async def test_nothing_is_left_on_a_server_connection_that_others_get(
    serve: Any, own_stand_in_url: str, pooler: Pooler
) -> None:
    through = pooler(own_stand_in_url, pool_mode="transaction", default_pool_size="1")
    shown = ("role", "search_path", "statement_timeout", "default_transaction_read_only", "datestyle")
    with psycopg.connect(own_stand_in_url) as link:
        before = [link.execute(f"show {name}").fetchone() for name in shown]
        link.execute("create table public.written (x int)")
    async with serve(through, cache_bytes=0) as client:
        for _ in range(3):
            assert (await client.get(SUMMARY)).status_code == 200
            with psycopg.connect(through, prepare_threshold=None) as other:
                assert [other.execute(f"show {name}").fetchone() for name in shown] == before
                other.execute("insert into public.written values (1)")
                assert other.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)


async def test_a_slow_statement_is_given_up_behind_pgbouncer(serve: Any, own_stand_in_url: str, pooler: Pooler) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("create or replace view api.api_reservoir_group as select g.* from"
                     " stand_in.api_reservoir_group as g, lateral (select pg_sleep(30)) as s")  # fmt: skip
    through = pooler(own_stand_in_url, pool_mode="transaction")
    async with serve(through, statement_timeout=0.3) as client:
        answer = await client.get(SUMMARY)
        assert (answer.status_code, answer.json()["code"]) == (504, "database_timeout")
        assert (await client.get("/api/scenarios")).status_code == 200


async def test_where_no_transaction_is_possible_health_says_so(
    serve: Any, own_stand_in_url: str, pooler: Pooler, caplog: pytest.LogCaptureFixture
) -> None:
    through = pooler(own_stand_in_url, pool_mode="statement")
    async with serve(through) as client:
        assert "the service starts without its database" in caplog.text
        assert "transaction" in caplog.text
        for path in (SUMMARY, "/api/scenarios", "/api/health", "/api/health/ready"):
            assert (await client.get(path)).status_code == 503, path


async def test_what_is_asked_of_a_pooler(own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PgBouncer: a server whose process has another number than it says is one."""
    asked: list[dict[str, Any]] = []
    connect = asyncpg.connect

    async def watched(**options: Any) -> Any:
        asked.append(options)
        return await connect(**options)

    monkeypatch.setattr(asyncpg, "connect", watched)
    monkeypatch.setattr("api.database._Session.get_server_pid", lambda self: 1)
    pool = Pool(ApiSettings(database_url=own_stand_in_url, pool_max=1))
    await pool.open()
    assert [each.get("statement_cache_size") for each in asked] == [0, 0]
    assert all(each["server_settings"] == {"application_name": "coeqwal-api"} for each in asked)
    for _ in range(2):
        async with pool.connection() as connection:
            shown = [await connection.fetchval(f"show {name}") for name in ("role", "search_path", "timezone")]
            assert shown == ["coeqwal_read", "api", "UTC"]
            assert await connection.fetchval("show transaction_isolation") == "repeatable read"
            assert await connection.fetchval("show transaction_read_only") == "on"
    async with pool._pool.acquire() as connection:
        assert await connection.fetchval("show search_path") != "api"
        assert await connection.fetchval("show role") == "none"
    await pool.close()


@pytest.fixture
def login(own_stand_in_url: str, tmp_path: Path) -> Iterator[tuple[Settings, str]]:
    """Settings whose API logs in as a new role, and that role's name; it is gone afterwards."""
    name = f"reader_{os.urandom(4).hex()}"
    url = DatabaseUrl.parse(own_stand_in_url).with_login(name, "p@ss:/ %é").uri
    yield Settings(database_url=own_stand_in_url, api_database_url=url, data_dir=tmp_path), name
    with psycopg.connect(own_stand_in_url) as link:
        if link.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            link.execute(f"drop owned by {name}; drop role {name}")


WRITING = [
    "insert into api.api_scenario (scenario_id) values ('s0666')",
    "delete from staging.dss_series",
    "select * from staging.dss_series",
    "select * from ops.ingest_run",
    "select * from stand_in.api_scenario",
    "create table api.mine (x int)",
    "create table public.mine (x int)",
    "create schema mine",
    "create role mine",
    "set role coeqwal",
    "alter view api.api_scenario owner to current_user",
]


async def test_the_login_of_the_api_can_only_read(serve: Any, login: tuple[Settings, str]) -> None:
    settings, name = login
    assert name in reader.ensure(settings)
    url = settings.reader_url()
    assert url
    with psycopg.connect(url) as link:
        shown = [link.execute(f"show {each}").fetchone() for each in ("search_path", "statement_timeout", "timezone")]
        assert shown == [("api",), ("30s",), ("UTC",)]
        assert link.execute("select count(*) > 0 from api_scenario").fetchone() == (True,)
        for statement in WRITING:
            link.rollback()
            link.execute("set transaction read write")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(statement)
    async with serve(url) as client:
        assert (await client.get("/api/health/ready")).status_code == 200
        assert (await client.get(SUMMARY)).status_code == 200


def test_the_login_may_be_prepared_again_and_gets_a_new_password(login: tuple[Settings, str]) -> None:
    settings, name = login
    reader.ensure(settings)
    reader.ensure(settings)
    other = DatabaseUrl.parse(str(settings.api_database_url)).with_login(name, "new").uri
    reader.ensure(settings.model_copy(update={"api_database_url": other}))
    psycopg.connect(other).close()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(str(settings.api_database_url))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("alter role {} createrole", "administer"),
        ("alter role {} superuser", "superuser"),
        ("grant pg_read_all_data to {}", "member of other roles"),
        ("grant insert on staging.dss_series to {}", "change a table"),
        ("alter table stand_in.api_scenario owner to {}", "owns something"),
    ],
)
def test_a_login_that_can_do_more_is_refused(login: tuple[Settings, str], more: str, reason: str) -> None:
    settings, name = login
    with psycopg.connect(str(settings.database_url)) as link:
        link.execute(f"create role {name} login")
        link.execute(more.format(name))
    try:
        with pytest.raises(UsageError, match=reason):
            reader.ensure(settings)
    finally:
        with psycopg.connect(str(settings.database_url)) as link:
            link.execute(f"reassign owned by {name} to current_user")


def test_the_owner_is_no_login_of_the_api(own_stand_in_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=own_stand_in_url, api_database_url=own_stand_in_url, data_dir=tmp_path)
    with pytest.raises(UsageError, match="superuser"):
        reader.ensure(settings)


def test_a_login_is_made_once_and_its_url_kept(
    own_stand_in_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "USER", f"reader_{os.urandom(4).hex()}")
    here = Settings(database_url=own_stand_in_url, data_dir=tmp_path / "here")
    there = Settings(database_url=own_stand_in_url, data_dir=tmp_path / "there")
    for each in (here, there):
        each.data_dir.mkdir()
    try:
        assert "can only read" in reader.ensure(here)
        kept = here.reader_url()
        assert kept
        assert here.reader_file.stat().st_mode & 0o777 == 0o600
        psycopg.connect(kept).close()
        reader.ensure(here)
        assert "COEQWAL_API_DATABASE_URL" in reader.ensure(there)
        assert (here.reader_url(), there.reader_url()) == (kept, None)
        psycopg.connect(kept).close()
        elsewhere = Settings(database_url="postgresql://a@db/other", data_dir=here.data_dir)
        assert elsewhere.reader_url() is None
    finally:
        with psycopg.connect(own_stand_in_url) as link:
            link.execute(f"drop owned by {reader.USER}; drop role {reader.USER}")
