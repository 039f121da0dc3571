"""Answers that are kept ready: repeated while the data are the same, never longer, and not more than fit."""

from __future__ import annotations

import asyncio
import gzip
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest

from api.cache import Answer, AnswerCache, Store
from api.snapshot import DataVersion

STORAGE = "/api/statistics/scenarios/s0001/storage-monthly"
RENAME = "update stand_in.api_scenario set name = %s where scenario_id = 's0001'"


def change(url: str, name: str) -> None:
    """What an activation or a build does, in the smallest form: a committed change."""
    with psycopg.connect(url) as link:
        link.execute(RENAME, [name])


async def name(client: httpx.AsyncClient) -> str:
    return str((await client.get("/api/scenarios/s0001")).json()["name"])


async def test_answer_is_repeated_without_the_database(serve: Any, relay: Any) -> None:
    async with serve(await relay.start(), cache_version_seconds=3600) as client:
        first = await client.get(f"{STORAGE}?group=cvp")
        await relay.stop()
        again = await client.get(f"{STORAGE}?group=cvp")
        assert (again.status_code, again.content) == (200, first.content)
        kept = ("ETag", "Cache-Control", "Vary", "Content-Type")
        assert [again.headers[each] for each in kept] == [first.headers[each] for each in kept]
        assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
        assert (await client.get(f"{STORAGE}?group=swp")).status_code == 503


async def test_changed_data_are_seen_at_once_where_the_database_is_always_asked(
    serve: Any, own_stand_in_url: str
) -> None:
    async with serve(own_stand_in_url, cache_version_seconds=0) as client:
        tag = (await client.get("/api/scenarios/s0001")).headers["ETag"]
        for each in ("One", "Two", "Two"):
            change(own_stand_in_url, each)
            assert await name(client) == each
        assert (await client.get("/api/scenarios/s0001")).headers["ETag"] != tag


async def test_change_that_is_not_committed_is_not_seen(serve: Any, own_stand_in_url: str) -> None:
    async with serve(own_stand_in_url, cache_version_seconds=0) as client:
        with psycopg.connect(own_stand_in_url) as first, psycopg.connect(own_stand_in_url) as second:
            first.execute(RENAME, ["Open"])
            # a later transaction that ends first: the newest id alone would not tell that the other one ended
            second.execute("insert into stand_in.api_tier (tier_code) values ('X')")
            second.commit()
            assert await name(client) == "Baseline"
            first.commit()
            assert await name(client) == "Open"


async def test_changed_data_are_seen_within_the_time_that_is_set(serve: Any, own_stand_in_url: str) -> None:
    async with serve(own_stand_in_url, cache_version_seconds=0.3) as client:
        assert await name(client) == "Baseline"
        change(own_stand_in_url, "New")
        for _ in range(300):
            if await name(client) == "New":
                break
            await asyncio.sleep(0.1)
        assert await name(client) == "New"


async def test_nothing_is_kept_where_no_memory_is_given(serve: Any, relay: Any) -> None:
    async with serve(await relay.start(), cache_bytes=0, cache_version_seconds=3600) as client:
        assert (await client.get(STORAGE)).headers["ETag"]
        await relay.stop()
        assert (await client.get(STORAGE)).status_code == 503


@pytest.mark.parametrize("first", ["gzip", "identity"])
async def test_kept_answer_serves_clients_with_and_without_compression(
    serve: Any, stand_in_url: str, first: str
) -> None:
    async with serve(stand_in_url) as client:
        for encoding in (first, "gzip", "identity", "gzip"):
            async with client.stream("GET", STORAGE, headers={"Accept-Encoding": encoding}) as response:
                raw = b"".join([part async for part in response.aiter_raw()])
            assert response.headers.get("Content-Encoding", "identity") == encoding
            assert int(response.headers["Content-Length"]) == len(raw)
            assert "Accept-Encoding" in response.headers["Vary"]
            body = gzip.decompress(raw) if encoding == "gzip" else raw
            assert body.startswith(b'{"scenario_id":"s0001"')
            tag = response.headers["ETag"]
            same = await client.get(STORAGE, headers={"Accept-Encoding": encoding, "If-None-Match": tag})
            assert (same.status_code, same.content) == (304, b"")


async def test_order_of_parameters_does_not_matter_and_their_values_do(serve: Any, relay: Any) -> None:
    table = "/api/v1/tables/reservoir_storage_monthly"
    async with serve(await relay.start(), cache_version_seconds=3600) as client:
        await client.get(f"{table}?entity=SHSTA&scenario=s0001")
        await relay.stop()
        assert (await client.get(f"{table}?scenario=s0001&entity=SHSTA")).status_code == 200
        for other in ("scenario=s0001&entity=OROVL", "scenario=s0001", "scenario=s0001&entity=SHSTA&limit=1"):
            assert (await client.get(f"{table}?{other}")).status_code == 503


@pytest.mark.parametrize("query", ["scenarios={0},{1}", "scenarios={0}&scenarios={1}"])
async def test_order_of_values_is_kept(client: httpx.AsyncClient, query: str) -> None:
    for order in (["s0001", "s0002"], ["s0002", "s0001"], ["s0001", "s0002"]):
        answer = await client.get(f"/api/statistics/batch?types=storage&{query.format(*order)}")
        assert answer.json()["scenarios"] == order


async def test_refusals_are_not_kept(serve: Any, own_stand_in_url: str) -> None:
    async with serve(own_stand_in_url, cache_version_seconds=3600) as client:
        assert (await client.get("/api/scenarios/s0077")).status_code == 404
        with psycopg.connect(own_stand_in_url) as link:
            link.execute(
                "insert into stand_in.api_scenario (scenario_id, name, is_active) values ('s0077', 'x', false)"
            )
            link.execute(
                "insert into stand_in.api_scenario_setting (scenario_id, themes, assumptions, operations)"
                " values ('s0077', '[]', '[]', '[]')"
            )
        assert (await client.get("/api/scenarios/s0077")).status_code == 200


def test_store_is_bounded_and_forgets_what_was_asked_for_the_longest_ago() -> None:
    store = Store(10_000)
    answer = Answer([], b"x" * 1000, None)
    for key in ("a", "b", "c"):
        store.get("1", key)
        store.put("1", key, answer)
    assert store.get("1", "a")
    store.put("1", "d", answer)
    assert [bool(store.get("1", key)) for key in "abcd"] == [True, False, True, True]
    store.put("1", "huge", Answer([], b"x" * 100_000, None))
    assert not any(store.get("1", key) for key in ("a", "b", "c", "d", "huge"))


def test_store_holds_one_version_only() -> None:
    store = Store(10_000)
    store.get("1", "a")
    store.put("1", "a", Answer([], b"old", None))
    assert store.get("2", "a") is None
    store.put("1", "a", Answer([], b"late, of the old version", None))
    assert store.get("2", "a") is None
    assert store.get("1", "a") is None


class Gate:
    """An application that answers, when it is let, what it is told to, and counts its runs."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.runs = 0
        self.opened = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.runs += 1
        await self.opened.wait()
        if self.status is None:
            raise OSError
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


async def asked_together(gate: Gate, max_bytes: int) -> list[Any]:
    """What three equal requests and a different one get that all arrive before the first answer; one client leaves."""

    class OneVersion:
        async def fetch(self, _: str) -> list[dict[str, str]]:
            return [{"version": "1"}]

    around = AnswerCache(gate, max_age=0, max_bytes=max_bytes)

    async def one(query: bytes) -> Any:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        app = SimpleNamespace(state=SimpleNamespace(pool=OneVersion(), data_version=DataVersion(0)))
        place = {"path": "/api/scenarios", "query_string": query, "headers": []}
        await around({"type": "http", "method": "GET", "app": app, **place}, None, send)  # type: ignore[arg-type]
        return sent[0]["status"], sent[1]["body"]

    tasks = [asyncio.create_task(one(query)) for query in (b"a=1", b"a=1", b"a=1", b"a=1", b"a=2")]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    gate.opened.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results.pop(1), asyncio.CancelledError)
    return results


async def test_equal_requests_that_arrive_together_are_computed_once() -> None:
    gate = Gate(200)
    assert await asked_together(gate, 10_000) == [(200, b"{}")] * 4
    assert gate.runs == 2


async def test_equal_requests_are_each_computed_where_nothing_is_kept() -> None:
    gate = Gate(200)
    assert await asked_together(gate, 0) == [(200, b"{}")] * 4
    assert gate.runs == 5


@pytest.mark.parametrize("status", [503, None])
async def test_failure_of_one_request_is_not_the_answer_to_the_others(status: int | None) -> None:
    gate = Gate(status)
    results = await asked_together(gate, 10_000)
    assert gate.runs == 4
    assert all(isinstance(each, OSError) if status is None else each[0] == 503 for each in results)
