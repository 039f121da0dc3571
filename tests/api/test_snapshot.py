"""A request sees one snapshot of the database, held by one read-only transaction."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
from psycopg import sql

from api.database import Pool, recorded
from api.queries import QUERIES
from api.snapshot import DataVersion, Snapshot

ROUTE = "/api/statistics/scenarios/s0001/period-summary?group=major"
LOADS = ("s0001-0123456789ab", "s0001-eeeeeeeeeeee")
FACT, SCENARIO = "stand_in.api_reservoir_period_summary", "stand_in.api_scenario"
CHANGES_SESSION = re.compile(
    r"set_config|pg_(try_)?advisory|\b(set|reset|listen|unlisten|declare|prepare|discard|temp|temporary)\b"
)


def rebuild(url: str, old: str, new: str) -> None:
    """What a build and an activation do: in one moment, other numbers, and the registry names their load."""
    with psycopg.connect(url) as link:
        for table in (FACT, SCENARIO):
            statement = sql.SQL("update {} set load_id = %s where scenario_id = 's0001' and load_id = %s")
            link.execute(statement.format(sql.Identifier(*table.split("."))), [new, old])


async def open_transactions(url: str) -> int:
    """How many transactions of the service are open."""
    with psycopg.connect(url) as link:
        (count,) = link.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
        ).fetchone() or (-1,)
    return int(count)


async def test_snapshot_is_one_transaction_from_the_first_query_to_the_answer(
    pool: Pool, own_stand_in_url: str
) -> None:
    async with Snapshot(pool) as snapshot:
        assert await open_transactions(own_stand_in_url) == 0
        await asyncio.gather(*(snapshot.fetch("reservoirs") for _ in range(5)))
        assert await open_transactions(own_stand_in_url) == 1
        await snapshot.close()
        assert await open_transactions(own_stand_in_url) == 0


async def test_snapshot_keeps_its_moment(pool: Pool, own_stand_in_url: str) -> None:
    async with Snapshot(pool) as snapshot:
        (before,) = await snapshot.fetch("published_scenarios", ["s0001"])
        rebuild(own_stand_in_url, *LOADS)
        (after,) = await snapshot.fetch("published_scenarios", ["s0001"])
    assert before["load_id"] == after["load_id"] == LOADS[0]


async def test_snapshot_cannot_write(pool: Pool) -> None:
    async with Snapshot(pool) as snapshot:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await snapshot.select("create temporary table x ()")


async def test_failed_query_leaves_no_transaction_and_a_usable_connection(pool: Pool, own_stand_in_url: str) -> None:
    for _ in range(3):
        with pytest.raises(asyncpg.UndefinedTableError):
            async with Snapshot(pool) as snapshot:
                await snapshot.select("select 1 from api_nosuch")
    assert await open_transactions(own_stand_in_url) == 0
    async with Snapshot(pool) as snapshot:
        assert await snapshot.fetch("reservoirs")


async def test_every_query_is_traced_with_its_rows(pool: Pool) -> None:
    with recorded() as readings:
        async with Snapshot(pool) as snapshot:
            rows = await snapshot.fetch("reservoir_group_members", "major")
    (reading,) = readings
    assert (reading.name, reading.values, reading.rows) == ("reservoir_group_members", ("major",), rows)


async def test_connection_is_given_back_before_the_answer_is_sent(
    serve: Any, own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One connection and a client that does not read: the next request is answered all the same."""
    async with serve(own_stand_in_url, pool_max=1, cache_bytes=0) as client:
        released = asyncio.Event()

        async def unread(message: Any) -> None:
            await released.wait()

        scope = {
            "type": "http", "method": "GET", "path": "/api/scenarios", "raw_path": b"/api/scenarios", "headers": [],
            "query_string": b"", "root_path": "", "scheme": "http", "server": ("test", 80), "client": ("1.1.1.1", 1),
            "http_version": "1.1",
        }  # fmt: skip
        waiting = asyncio.create_task(client.app(scope, None, unread))
        await asyncio.sleep(0.5)
        assert (await asyncio.wait_for(client.get("/api/scenarios"), 5)).status_code == 200
        assert not waiting.done()
        released.set()
        await waiting


class Slow:
    """A pool whose answers take a while, counted."""

    def __init__(self) -> None:
        self.asked = 0

    async def fetch(self, _: str) -> list[dict[str, str]]:
        self.asked += 1
        version = str(self.asked)
        await asyncio.sleep(0.01)
        return [{"version": version}]


async def test_version_is_never_older_than_the_question_and_shared_by_those_who_wait() -> None:
    pool: Any = Slow()
    forgetful, lasting = DataVersion(0), DataVersion(3600)
    # the second one came after the first question, whose answer may be of before; the others share its answer
    assert await asyncio.gather(*(forgetful.current(pool) for _ in range(5))) == ["1", *["2"] * 4]
    assert [await lasting.current(pool) for _ in range(3)] == ["3"] * 3


async def test_no_answer_mixes_two_loads(serve: Any, own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build between lookup and facts: the facts are still those of the load that was looked up."""
    fetch, done = Snapshot.fetch, []

    async def late(self: Snapshot, query: str, *values: object) -> Any:
        if query == "reservoir_period_summary" and not done:
            done.append(True)
            rebuild(own_stand_in_url, *LOADS)
        return await fetch(self, query, *values)

    async with serve(own_stand_in_url, cache_bytes=0, cache_version_seconds=0) as client:
        before = (await client.get(ROUTE)).json()
        done.clear()
        monkeypatch.setattr(Snapshot, "fetch", late)
        after = await client.get(ROUTE)
    assert (before["load_id"], after.status_code) == (LOADS[0], 200)
    assert after.json() == before


async def test_requests_during_builds_are_answered_of_one_load(serve: Any, own_stand_in_url: str) -> None:
    """Under load, with a memory that forgets at once: each answer is whole, of the one load or of the other."""
    async with serve(own_stand_in_url, cache_bytes=0, cache_version_seconds=0) as client:
        whole = (await client.get(ROUTE)).json()
        answers: list[httpx.Response] = []

        def build() -> None:
            loads = LOADS
            while len(answers) < 60:
                rebuild(own_stand_in_url, *loads)
                loads = loads[::-1]

        building = asyncio.create_task(asyncio.to_thread(build))

        async def read_on() -> None:
            while not building.done():
                answers.append(await client.get(ROUTE))

        await asyncio.gather(building, *(read_on() for _ in range(4)))
    assert {one.status_code for one in answers} == {200}
    assert {one.json()["load_id"] for one in answers} == set(LOADS)
    assert all(one.json() == {**whole, "load_id": one.json()["load_id"]} for one in answers)


def test_no_query_changes_its_session() -> None:
    """Sessions go from request to request as they are."""
    files = sorted((Path(__file__).parents[2] / "api" / "sql").glob("*.sql"))
    assert len(files) > 30
    texts = {file.stem: re.sub(r"--.*", "", file.read_text("utf-8").lower()) for file in files} | QUERIES
    assert not [name for name, text in texts.items() if CHANGES_SESSION.search(text)]


@pytest.mark.parametrize(
    "text",
    ["select set_config('search_path', 'public', false)", "set role x", "create temp table x ()", "listen x",
     "select pg_advisory_lock(1)", "select pg_try_advisory_lock(1)", "declare x cursor for select 1"],
)  # fmt: skip
def test_query_that_changes_its_session_is_found(text: str) -> None:
    assert CHANGES_SESSION.search(text)
