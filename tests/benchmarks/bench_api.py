"""How fast the API answers on loopback, beside a server that does the least possible for the same rows.

    python tests/benchmarks/bench_api.py --scenario s0020 --seconds 5

Works on a copy of the database, in which the rows of the scenario stand for 24 scenarios. Each server is a process of
its own with one worker, asked over 16 connections that are kept open. `bare` runs one query on the same view with
asyncpg and writes its rows with orjson; `cold` is the API with no memory for answers, `warm` the API as it is. Behind
each comes a round during which the rows of another scenario are built and activated again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import psycopg
import uvicorn
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from api.database import statement  # noqa: E402
from extract.postgres import free_port  # noqa: E402
from extract.settings import settings  # noqa: E402

CONNECTIONS, SCENARIOS = 16, 24
COPY = "bench_api"
QUERIES = {"one": "reservoir_percentiles", "batch": "reservoir_storage_monthly"}
FACT, OF_SCENARIO = "marts.fct_reservoir_storage_monthly", "where scenario_id = %s"
ACTIVATE = "insert into ops.activation (scenario_id, load_id, is_active, changed_by) values (%s, %s, true, 'benchmark')"


def serve_bare(url: str, scenarios: list[str], port: int) -> None:
    """Serve the rows of two queries, with nothing around them."""
    with psycopg.connect(url) as link:
        link.execute("set search_path = api")
        major = [
            row[0] for row in link.execute("select reservoir_code from api_reservoir_group where group_code = 'major'")
        ]
        loads = dict(link.execute("select scenario_id, load_id from api_scenario where is_active").fetchall())
    chosen = {"one": scenarios[:1], "batch": scenarios}
    pools: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not pools:
            pools.append(await asyncpg.create_pool(url, server_settings={"search_path": "api", "jit": "off"}))
        body, name = b"[]", scope["path"].strip("/")
        if name in QUERIES:
            async with pools[0].acquire() as link:
                ids = chosen[name]
                rows = await link.fetch(statement(QUERIES[name]), ids, [loads[each] for each in ids], major)
            body = orjson.dumps([dict(row) for row in rows])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, port=port, log_level="error", lifespan="off")


def spread(url: str, scenario: str) -> list[str]:
    """Copy the rows of a scenario to others until there are enough active ones; their ids."""
    with psycopg.connect(url) as link:
        (load,) = link.execute(
            "select distinct load_id from marts.fct_reservoir_period_summary where scenario_id = %s", [scenario]
        ).fetchone() or ("",)
        tables: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in link.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_schema in ('marts', 'verification') and table_name like 'fct%' order by ordinal_position"
        ):
            tables.setdefault((schema, table), []).append(column)
        others = [
            row[0]
            for row in link.execute("select scenario_id from reference.dim_scenario order by 1")
            if row[0] != scenario
        ]
        chosen = others[: SCENARIOS - 1]
        for (schema, table), columns in tables.items():
            if not {"scenario_id", "load_id"} <= set(columns):
                continue
            rest = [column for column in columns if column not in ("scenario_id", "load_id")]
            names = sql.SQL(", ").join(map(sql.Identifier, ["scenario_id", "load_id", *rest]))
            link.execute(
                sql.SQL("delete from {} where scenario_id = any(%s)").format(sql.Identifier(schema, table)), [chosen]
            )
            link.execute(
                sql.SQL(
                    "insert into {table} ({names}) select n, n || '-copy', {rest} from {table}"
                    " cross join unnest(%s::text[]) as n where scenario_id = %s"
                ).format(
                    table=sql.Identifier(schema, table), names=names, rest=sql.SQL(", ").join(map(sql.Identifier, rest))
                ),
                [chosen, scenario],
            )
        for each in (scenario, *chosen):
            link.execute(ACTIVATE, [each, load if each == scenario else f"{each}-copy"])
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("analyze")
    return [scenario, *chosen]


@contextmanager
def process(command: list[str], port: int, **environment: str) -> Iterator[str]:
    """A server that answers; its URL."""
    url = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(url, timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        running.terminate()
        running.wait(30)


async def ask(url: str, seconds: float) -> tuple[float, list[float], int]:
    """Ask over all connections; requests per second, sorted times in ms, answers other than 200."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    request = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    times: list[float] = []
    errors = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(name, int(port))
        while (began := time.perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
            if b"content-length" in fields:
                await reader.readexactly(int(fields[b"content-length"]))
            else:
                while size := int(await reader.readuntil(b"\r\n"), 16):
                    await reader.readexactly(size + 2)
                await reader.readexactly(2)
            errors += not head.startswith(b"HTTP/1.1 200")
            times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return len(times) / (time.perf_counter() - began), sorted(times), errors


@contextmanager
def changes(url: str, scenario: str, wanted: bool) -> Iterator[None]:
    """Build and activate a scenario again and again, as its build does: delete and insert in one transaction."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.2):
            with psycopg.connect(url) as link:
                link.execute(f"create temp table kept on commit drop as select * from {FACT} {OF_SCENARIO}", [scenario])
                link.execute(f"delete from {FACT} {OF_SCENARIO}", [scenario])
                link.execute(f"insert into {FACT} select * from kept")
                link.execute(ACTIVATE, [scenario, f"{scenario}-copy"])

    thread = threading.Thread(target=work)
    if wanted:
        thread.start()
    yield
    stop.set()
    if wanted:
        thread.join()


def measure(server: str, url: str, paths: dict[str, str], database: str, changing: str, seconds: float) -> None:
    """Print a line per path, without and with changes."""
    for what, path in paths.items():
        asyncio.run(ask(url + path, 1))
        for changed in (False, True):
            with changes(database, changing, changed):
                rate, times, errors = asyncio.run(ask(url + path, seconds))
            p99 = times[min(len(times) - 1, round(len(times) * 0.99))]
            figures = f"{rate:.0f} | {statistics.median(times):.1f} | {p99:.1f} | {errors}"
            print(f"| {server} | {what} | {'during builds' if changed else ''} | {figures} |", flush=True)


def main() -> None:
    """Run all servers on both requests."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scenario", default="s0020")
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.bare:
        url, scenarios, port = chosen.bare
        serve_bare(url, scenarios.split(","), int(port))
        return
    source = settings().resolved_database_url()
    base, _, name = source.rpartition("/")
    url = f"{base}/{COPY}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as link:
        link.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(COPY)))
        link.execute(sql.SQL("create database {} template {}").format(sql.Identifier(COPY), sql.Identifier(name)))
    try:
        scenarios = spread(url, chosen.scenario)
        listed = ",".join(scenarios)
        routes = {
            "one": f"/api/statistics/scenarios/{chosen.scenario}/reservoir-percentiles",
            "batch": f"/api/statistics/batch?types=storage&scenarios={listed}",
        }
        print("| server | request | | requests/s | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|---|")
        port = free_port()
        program = [sys.executable, __file__, "--bare", url, listed, str(port)]
        with process(program, port) as at:
            measure("bare", at, {"one": "/one", "batch": "/batch"}, url, scenarios[-1], chosen.seconds)
        for server, memory in (("cold", "0"), ("warm", str(64 * 2**20))):
            port = free_port()
            program = [sys.executable, "-m", "extract.cli", "serve", "--port", str(port)]
            with process(program, port, DATABASE_URL=url, COEQWAL_API_CACHE_BYTES=memory) as at:
                measure(server, at, routes, url, scenarios[-1], chosen.seconds)
    finally:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as link:
            link.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(COPY)))


if __name__ == "__main__":
    main()
