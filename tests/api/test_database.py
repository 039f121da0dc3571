"""The database behind the service: read only, away and back, slow, replaced while it is read."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest

from api.database import Pool

SUMMARY = "/api/statistics/scenarios/s0001/period-summary"
DRIVER_WORDS = ("asyncpg", "postgres", "connect", "refused", "canceling", "statement", "relation", "permission", "role")


def assert_problem(response: httpx.Response, status: int, code: str, caplog: pytest.LogCaptureFixture) -> None:
    """A 5xx answer without the driver's words, whose id leads to them in the log."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert not [word for word in DRIVER_WORDS if word in body["detail"].lower()]
    assert [record for record in caplog.records if body["error_id"] in record.getMessage()]


@pytest.mark.parametrize("first", ["select 1", "set transaction read write", "set default_transaction_read_only = off"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into api.api_scenario (scenario_id) values ('s0666')",
        "delete from staging.dss_series",
        "select * from stand_in.api_scenario",
        "create table api.mine (x int)",
        "create schema mine",
    ],
)
async def test_a_connection_of_the_pool_can_only_read_the_views(pool: Pool, first: str, statement: str) -> None:
    async with pool.connection() as connection:
        with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
            await connection.execute(f"begin; {first}; {statement}; commit")


async def test_session_of_the_pool_reads_as_it_should(pool: Pool) -> None:
    for _ in range(2):
        async with pool.connection() as connection:
            found = [
                await connection.fetchval(f"show {name}")
                for name in ("role", "search_path", "default_transaction_read_only", "statement_timeout")
            ]
            assert found == ["coeqwal_read", "api", "on", "10s"]
            assert await connection.fetchval("show application_name") == "coeqwal-api"


async def test_transaction_that_is_left_open_ends_with_its_request(pool: Pool) -> None:
    async with pool.connection() as connection:
        await connection.execute("begin; set local search_path = public")
        server = await connection.fetchval("select pg_backend_pid()")
    async with pool.connection() as connection:
        assert await connection.fetchval("select pg_backend_pid()") == server
        assert await connection.fetchval("show search_path") == "api"


async def test_without_the_reading_role_nothing_is_served(
    serve: Any, own_stand_in_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(own_stand_in_url, autocommit=True) as link:
        link.execute("create role no_member login password 'x'")
    try:
        stranger = own_stand_in_url.partition("@")[2]
        async with serve(f"postgresql://no_member:x@{stranger}") as client:
            assert_problem(await client.get("/api/scenarios"), 503, "database_unusable", caplog)
    finally:
        with psycopg.connect(own_stand_in_url, autocommit=True) as link:
            link.execute("drop role no_member")


async def test_database_away_at_the_start_and_back_later(
    serve: Any, relay: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url = await relay.start()
    await relay.stop()
    async with serve(url) as client:
        for path in ("/api/scenarios", SUMMARY, "/api"):
            assert_problem(await client.get(path), 503, "database_away", caplog)
        assert (await client.get("/api/health/live")).status_code == 200
        assert (await client.get("/")).status_code == 200
        await relay.start()
        assert (await client.get(SUMMARY)).status_code == 200


async def test_database_goes_away_and_comes_back(serve: Any, relay: Any, caplog: pytest.LogCaptureFixture) -> None:
    async with serve(await relay.start(), pool_min=3, cache_version_seconds=0) as client:
        assert (await client.get(SUMMARY)).status_code == 200
        await relay.stop()
        response = await client.get(SUMMARY)
        assert_problem(response, 503, "database_away", caplog)
        assert response.headers["Retry-After"] == "5"
        await relay.start()
        answers = await asyncio.gather(*(client.get(SUMMARY) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}


SLEEPING = "create or replace view api.{0} as select t.* from stand_in.{0} as t cross join lateral pg_sleep({1})"


@pytest.mark.parametrize("running", [False, True])
async def test_server_that_cuts_connections_is_not_noticed(serve: Any, own_stand_in_url: str, running: bool) -> None:
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'coeqwal-api'"
        " and datname = current_database() and (%s or state = 'idle')"
    )
    with psycopg.connect(own_stand_in_url, autocommit=True) as link:
        link.execute(SLEEPING.format("api_reservoir_group", 0.2))
        async with serve(own_stand_in_url, pool_min=2) as client:
            request = asyncio.create_task(client.get(SUMMARY))
            if running:
                await asyncio.sleep(0.3)
            else:
                await request
            assert link.execute(cut, [running]).fetchall()
            assert (await request).status_code == 200
            assert (await client.get(SUMMARY)).status_code == 200


@pytest.mark.parametrize("path", ["/api/health", "/api/health/ready"])
async def test_health_follows_the_database(serve: Any, relay: Any, path: str) -> None:
    async with serve(await relay.start()) as client:
        up = await client.get(path)
        assert (up.status_code, up.json()["database"]) == (200, "connected")
        await relay.stop()
        down = await client.get(path)
        assert (down.status_code, down.json()["database"]) == (503, "disconnected")
        assert set(down.json()) == set(up.json())
        await relay.start()
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        ("drop schema api cascade", "/api/scenarios"),
        ("alter schema api rename to elsewhere", "/api/scenarios"),
        ("drop view api.api_reservoir_period_summary cascade", SUMMARY),
        ("revoke select on api.api_reservoir_period_summary from coeqwal_read", SUMMARY),
        ("revoke usage on schema api from coeqwal_read", SUMMARY),
    ],
)
async def test_health_says_what_routes_of_data_say(
    serve: Any, own_stand_in_url: str, caplog: pytest.LogCaptureFixture, damage: str, path: str
) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute(damage)
    async with serve(own_stand_in_url) as client:
        assert_problem(await client.get(path), 503, "database_unusable", caplog)
        health = await client.get("/api/health")
        assert health.status_code == 503
        assert (health.json()["status"], health.json()["database"]) == ("unhealthy", "connected")
        ready = await client.get("/api/health/ready")
        assert ready.status_code == 503
        assert ready.json() == {"status": "not_ready", "database": "connected", "active_scenarios": None}
        assert (await client.get("/api/health/live")).status_code == 200


async def test_slow_statement_is_given_up(serve: Any, own_stand_in_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute(SLEEPING.format("api_reservoir_group", 30))
    async with serve(own_stand_in_url, statement_timeout=0.2) as client:
        assert_problem(await client.get(SUMMARY), 504, "database_timeout", caplog)
        assert (await client.get("/api/scenarios")).status_code == 200


async def test_more_requests_than_connections_wait_their_turn(serve: Any, stand_in_url: str) -> None:
    async with serve(stand_in_url, pool_max=2) as client:
        answers = await asyncio.gather(*(client.get(SUMMARY) for _ in range(40)))
        assert {answer.status_code for answer in answers} == {200}


def deploy(url: str, columns: str, times: int) -> None:
    """Replace a view as a dbt deploy does: build it aside, swap the names, drop the old one."""
    with psycopg.connect(url) as link:
        for _ in range(times):
            link.execute(f"create view api.tmp as select {columns} from stand_in.api_reservoir_period_summary")
            link.execute("alter view api.api_reservoir_period_summary rename to backup")
            link.execute("alter view api.tmp rename to api_reservoir_period_summary")
            link.execute("grant select on api.api_reservoir_period_summary to coeqwal_read")
            link.commit()
            link.execute("drop view api.backup cascade")
            link.commit()


async def test_view_replaced_while_it_is_read(serve: Any, own_stand_in_url: str, contract: Any) -> None:
    columns = list(contract["api_reservoir_period_summary"])
    other = ", ".join(f"{name}::bigint" if name == "total_years" else name for name in [*reversed(columns), "1 as n"])
    async with serve(own_stand_in_url, pool_max=4) as client:
        expected = (await client.get(SUMMARY)).json()

        async def read_on(deploying: asyncio.Task[None]) -> int:
            count = 0
            while not deploying.done():
                response = await client.get(SUMMARY)
                assert response.status_code == 200, response.text
                assert response.json() == expected
                count += 1
            return count

        for shape in (", ".join(columns), other):
            deploying = asyncio.create_task(asyncio.to_thread(deploy, own_stand_in_url, shape, 40))
            counts = await asyncio.gather(*(read_on(deploying) for _ in range(4)))
            await deploying
            assert sum(counts) > 40


async def test_fault_of_the_service_is_a_500_with_an_id(
    serve: Any, own_stand_in_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("alter view api.api_scenario rename column short_title to title")
    async with serve(own_stand_in_url) as client:
        with caplog.at_level(logging.ERROR):
            response = await client.get("/api/scenarios", headers={"Origin": "https://coeqwal.org"})
        assert_problem(response, 500, "internal_error", caplog)
        assert response.headers["access-control-allow-origin"] == "https://coeqwal.org"
        assert "short_title" not in response.text
