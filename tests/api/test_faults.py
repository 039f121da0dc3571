"""Hostile values in every parameter of every route, and a database that fails under load and comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

HOSTILE = (
    "nan",
    "-1",
    "9" * 40,
    "\0",
    "s0001' or '1'='1'; drop table x; --",
    "../../etc/passwd",
    "180,90,-180,-90",
    "\ud7ff\U0010ffff",
)
LONG, ENDLESS = ",".join(["A"] * 30_000), ",".join(["A"] * 500_000)
SUMMARY = "/api/statistics/scenarios/s0001/period-summary"


def addresses(schema: dict[str, Any], value: str) -> list[tuple[str, dict[str, str]]]:
    """Each route with the value in every parameter of its path, and in each of its query in turn."""
    found = []
    for path, methods in schema["paths"].items():
        parameters = methods["get"].get("parameters", [])
        within = {each["name"] for each in parameters if each["in"] == "path"}
        given = {name: "s0001" if name.startswith("scenario") else "x" for name in within}
        quoted = httpx.URL("http://x/", params={"v": value}).query.decode().removeprefix("v=").replace("+", "%20")
        if within:
            found.append((path.format(**dict.fromkeys(within, quoted)), {}))
        needed = {each["name"]: "s0001" for each in parameters if each["in"] == "query" and each.get("required", False)}
        for each in parameters:
            if each["in"] == "query":
                found.append((path.format(**given), {**needed, each["name"]: value}))
    return found


@pytest.mark.parametrize("value", HOSTILE)
async def test_hostile_values_are_refused_everywhere(
    client: httpx.AsyncClient, schema: dict[str, Any], value: str
) -> None:
    wrong = []
    for path, query in addresses(schema, value):
        if path.startswith("/api/v1/tables/") and "reservoir_s" not in path:
            # all tables are read by the same code
            continue
        response = await client.get(path, params=query)
        if response.status_code not in (200, 302, 400, 404, 422):
            wrong.append(f"{response.status_code} {path} {query}")
    assert wrong == []


async def status(app: Any, path: str, query: str) -> int:
    """The status of an answer to a request that no client would send."""
    sent: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


async def test_lists_without_end_are_refused_everywhere(client: Any, schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for each in methods["get"].get("parameters", []):
            kinds = [kind.get("type") for kind in each["schema"].get("anyOf", [each["schema"]])]
            if each["in"] == "query" and "string" in kinds and "{" not in path:
                response = await client.get(path, params={each["name"]: LONG.replace(",", "")})
                assert response.status_code == 422, f"{path} {each['name']}"
    for query in ("scenario", "entity", "columns", "water_month"):
        assert await status(client.app, "/api/v1/tables/reservoir_storage_monthly", f"{query}={ENDLESS}") == 422
    assert await status(client.app, SUMMARY, f"reservoirs={ENDLESS}") == 422


async def test_database_that_is_restarted_under_load_is_not_missed_for_long(serve: Any, relay: Any) -> None:
    async with serve(await relay.start(), pool_max=4, cache_bytes=0, connect_timeout=5) as client:
        stopped = asyncio.Event()
        seen: list[int] = []

        async def load() -> None:
            while not stopped.is_set():
                seen.append((await client.get(SUMMARY)).status_code)

        clients = [asyncio.create_task(load()) for _ in range(8)]
        for _ in range(3):
            answered = len(seen) + 8
            while len(seen) < answered:
                await asyncio.sleep(0.01)
            await relay.stop()
            while seen[-1] != 503:
                await asyncio.sleep(0.01)
            await relay.start()
            while seen[-1] != 200:
                await asyncio.sleep(0.01)
        stopped.set()
        await asyncio.gather(*clients)
        assert set(seen) == {200, 503}
        assert {each.status_code for each in await asyncio.gather(*(client.get(SUMMARY) for _ in range(8)))} == {200}


async def test_exhausted_pool_is_a_503_and_over_when_a_connection_is_free(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        async with serve(own_stand_in_url, pool_max=1, connect_timeout=1, cache_bytes=0) as client:
            link.execute("lock table stand_in.api_reservoir_period_summary in access exclusive mode")
            waiting = asyncio.create_task(client.get(SUMMARY))
            while not link.execute("select 1 from pg_locks where not granted").fetchone():
                assert not waiting.done(), waiting.result().text
                await asyncio.sleep(0.01)
            refused = await client.get("/api/scenarios")
            assert (refused.status_code, refused.json()["code"]) == (503, "database_away")
            link.rollback()
            assert (await waiting).status_code == 200
            assert (await client.get("/api/scenarios")).status_code == 200
