"""A request sees one moment of the database: with queries on their own while nothing changes, in a transaction else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from api.database import Pool, Row, recorded
from api.moment import Database, MomentPassedError, Present

ROUTE = "/api/statistics/scenarios/s0001/period-summary?group=major"
LOADS = ("s0001-0123456789ab", "s0001-eeeeeeeeeeee")
FACT, SCENARIO = "stand_in.api_reservoir_period_summary", "stand_in.api_scenario"
MEMBERS = ("reservoir_group_members", "major")
CHANGES_SESSION = re.compile(
    r"set_config|pg_(try_)?advisory|\b(set|reset|listen|unlisten|declare|prepare|discard|temp|temporary)\b"
)


def rebuild(url: str, old: str, new: str) -> None:
    """What a build and an activation do: in one moment, other numbers, and the registry names their load."""
    with psycopg.connect(url) as link:
        for table in (FACT, SCENARIO):
            statement = sql.SQL("update {} set load_id = %s where scenario_id = 's0001' and load_id = %s")
            link.execute(statement.format(sql.Identifier(*table.split("."))), [new, old])


@pytest.fixture
async def present(pool: Pool) -> Present:
    """The present of the pool's database, whose data count as being at rest at once."""
    return Present(0)


@pytest.mark.parametrize(("at_rest", "transactions"), [(True, 0), (False, 1)])
async def test_queries_at_rest_need_no_transaction(
    pool: Pool, present: Present, own_stand_in_url: str, at_rest: bool, transactions: int
) -> None:
    async with Database(pool, present if at_rest else None) as database:
        await database.fetch("reservoirs")
        with psycopg.connect(own_stand_in_url) as link:
            found = link.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and state = 'idle in transaction'"
            ).fetchone()
    assert found == (transactions,)


async def test_change_between_two_queries_is_found(pool: Pool, present: Present, own_stand_in_url: str) -> None:
    async def request() -> None:
        async with Database(pool, present) as database:
            await database.fetch("published_scenarios", ["s0001"])
            rebuild(own_stand_in_url, *LOADS)
            await database.fetch("reservoirs")

    with pytest.raises(MomentPassedError):
        await request()


async def test_change_after_a_remembered_lookup_is_found(pool: Pool, present: Present, own_stand_in_url: str) -> None:
    async def request(change: bool) -> None:
        async with Database(pool, present) as database:
            await database.look_up(*MEMBERS)
            if change:
                rebuild(own_stand_in_url, *LOADS)

    await request(change=False)
    with pytest.raises(MomentPassedError):
        await request(change=True)


async def test_change_is_found_also_where_the_code_fails_of_it(
    pool: Pool, present: Present, own_stand_in_url: str
) -> None:
    async def request() -> None:
        async with Database(pool, present) as database:
            await database.fetch("reservoirs")
            rebuild(own_stand_in_url, *LOADS)
            raise KeyError("a row that the other moment had")

    with pytest.raises(MomentPassedError):
        await request()


async def test_transaction_keeps_its_moment(pool: Pool, own_stand_in_url: str) -> None:
    async with Database(pool) as database:
        (before,) = await database.fetch("published_scenarios", ["s0001"])
        rebuild(own_stand_in_url, *LOADS)
        (after,) = await database.fetch("published_scenarios", ["s0001"])
    assert before["load_id"] == after["load_id"] == LOADS[0]


async def test_data_that_just_changed_are_read_in_a_transaction(pool: Pool, own_stand_in_url: str) -> None:
    restless = Present(3600)
    async with Database(pool, restless) as database:
        await database.fetch("reservoirs")
        rebuild(own_stand_in_url, *LOADS)
        (row,) = await database.fetch("published_scenarios", ["s0001"])
    assert row["load_id"] == LOADS[0]


async def test_lookup_is_remembered_until_the_data_change(
    pool: Pool, present: Present, own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = Database.fetch

    async def counted(self: Database, query: str, *values: object) -> Any:
        asked.append(query)
        return await fetch(self, query, *values)

    monkeypatch.setattr(Database, "fetch", counted)

    async def look_up() -> list[str]:
        with recorded() as readings:
            async with Database(pool, present) as database:
                rows = await database.look_up(*MEMBERS)
        # also a remembered one is a reading: provenance asks which tables an answer is made of
        (reading,) = readings
        assert (reading.name, reading.values, reading.rows) == (MEMBERS[0], MEMBERS[1:], rows)
        return [row["reservoir_code"] for row in rows]

    first = await look_up()
    assert await look_up() == first
    assert len(asked) == 1
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("delete from stand_in.api_reservoir_group where reservoir_code = %s", [first[0]])
    assert await look_up() == first[1:]
    assert len(asked) == 2


async def test_what_was_looked_up_in_another_moment_is_not_remembered(
    pool: Pool, present: Present, own_stand_in_url: str
) -> None:
    version = await present.version(pool)
    rebuild(own_stand_in_url, *LOADS)
    later = await present.version_now(pool)
    rows: list[Row] = [{"reservoir_code": "OLD"}]
    present.remember(version, {(MEMBERS[0], MEMBERS[1:]): rows})
    assert version != later
    assert present.recall(later, (MEMBERS[0], MEMBERS[1:])) is None
    present.remember(later, {(MEMBERS[0], MEMBERS[1:]): rows})
    assert present.recall(later, (MEMBERS[0], MEMBERS[1:])) == rows
    assert present.recall(version, (MEMBERS[0], MEMBERS[1:])) is None


async def test_memory_for_lookups_is_bounded(pool: Pool, present: Present) -> None:
    version = await present.version(pool)
    for number in range(2000):
        present.remember(version, {(MEMBERS[0], (str(number),)): []})
    kept = [present.recall(version, (MEMBERS[0], (str(number),))) is not None for number in range(2000)]
    assert sum(kept) == 1000


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
    present, pool = Present(0), Slow()
    first = asyncio.create_task(present.version_now(pool))  # type: ignore[arg-type]
    await asyncio.sleep(0.001)
    # asked for while the first answer was on its way, which may be of a moment before
    others = [present.version_now(pool) for _ in range(5)]  # type: ignore[arg-type]
    assert await asyncio.gather(*others) == ["2"] * 5
    assert await first == "1"
    assert pool.asked == 2


async def test_no_answer_mixes_two_loads(serve: Any, own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build between lookup and facts: with the old load's id the new facts would not be found at all."""
    fetch, done = Database.fetch, []

    async def late(self: Database, query: str, *values: object) -> Any:
        if query == "reservoir_period_summary" and not done:
            done.append(True)
            rebuild(own_stand_in_url, *LOADS)
        return await fetch(self, query, *values)

    async with serve(own_stand_in_url, cache_bytes=0, cache_version_seconds=0) as client:
        before = (await client.get(ROUTE)).json()
        done.clear()
        monkeypatch.setattr(Database, "fetch", late)
        after = await client.get(ROUTE)
    assert (before["load_id"], after.status_code) == (LOADS[0], 200)
    assert after.json() == {**before, "load_id": LOADS[1]}


async def test_refusal_that_the_next_moment_takes_back_is_not_given(
    serve: Any, own_stand_in_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scenario is activated while its request is refused for being inactive: the answer is that of the new moment."""

    def activate() -> None:
        with psycopg.connect(own_stand_in_url) as link:
            link.execute(f"update {SCENARIO} set is_active = true where scenario_id = 's0001'")

    still_to_do: list[Callable[[], None]] = [activate]
    settle = Database.settle

    async def late(self: Database) -> None:
        if still_to_do:
            still_to_do.pop()()
        await settle(self)

    with psycopg.connect(own_stand_in_url) as link:
        link.execute(f"update {SCENARIO} set is_active = false where scenario_id = 's0001'")
    async with serve(own_stand_in_url, cache_version_seconds=0) as client:
        monkeypatch.setattr(Database, "settle", late)
        assert (await client.get(ROUTE)).status_code == 200


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
    assert len(files) > 50
    texts = {file.stem: re.sub(r"--.*", "", file.read_text("utf-8").lower()) for file in files}
    assert not [name for name, text in texts.items() if CHANGES_SESSION.search(text)]


@pytest.mark.parametrize(
    "text",
    ["select set_config('search_path', 'public', false)", "set role x", "create temp table x ()", "listen x",
     "select pg_advisory_lock(1)", "select pg_try_advisory_lock(1)", "declare x cursor for select 1"],
)  # fmt: skip
def test_query_that_changes_its_session_is_found(text: str) -> None:
    assert CHANGES_SESSION.search(text)
