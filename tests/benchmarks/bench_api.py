"""How fast the API answers on loopback, beside a server that does the least possible for the same rows.

    python tests/benchmarks/bench_api.py --scenario s0020 --rounds 7

Works on a copy of the database, in which the rows of the scenario stand for 24 scenarios. Each server is a process of
its own with one worker, asked over 16 connections that are kept open; the servers take turns of a second. `bare` runs
one query on the same view with asyncpg and writes its rows with orjson; `cold` is the API with no memory for answers,
`warm` the API as it is. Then the same while dbt builds the scenario and it is activated again and again.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from operator import truediv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import orjson
import psycopg
import uvicorn
import uvloop
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from api.database import statement  # noqa: E402
from extract.ports import free_port  # noqa: E402
from extract.settings import settings  # noqa: E402

CONNECTIONS, SCENARIOS = 16, 24
# of each server to PostgreSQL: with more than two per core they only take time from each other
POOL = 2 * (os.cpu_count() or 1)
COPY = "bench_api"
QUERIES = {"one": "reservoir_percentiles", "batch": "reservoir_storage_monthly"}
ACTIVATE = "insert into ops.activation (scenario_id, load_id, is_active, changed_by)"
LOAD_OF = (
    "select %s, load_id, true, 'benchmark' from api.api_scenario where scenario_id = %s and load_id is not null limit 1"
)


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
        if scope["type"] == "lifespan":
            session = {"search_path": "api", "jit": "off"}
            pools.append(await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, server_settings=session))
            await send({"type": "lifespan.startup.complete"})
            return
        body, name = b"[]", scope["path"].strip("/")
        if name in QUERIES:
            async with pools[0].acquire() as link:
                ids = chosen[name]
                rows = await link.fetch(statement(QUERIES[name]), ids, [loads[each] for each in ids], major)
            body = orjson.dumps([dict(row) for row in rows])
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, port=port, log_level="error")


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
            values = [each, load if each == scenario else f"{each}-copy"]
            link.execute(f"{ACTIVATE} values (%s, %s, true, 'benchmark')", values)
    with psycopg.connect(url, autocommit=True) as link:
        # so that autovacuum has nothing to do meanwhile
        link.execute("vacuum analyze")
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


class Connection(asyncio.Protocol):
    """A connection that asks again as soon as it has an answer; as little work as possible, for the cores are shared.

    Args:
        request: its bytes.
        end: when to stop, by `time.perf_counter`.
    """

    def __init__(self, request: bytes, end: float) -> None:
        self.times: list[float] = []
        self.errors = 0
        self.ended = asyncio.get_running_loop().create_future()
        self._request = request
        self._end = end

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._missing = -1
        self._head = b""
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count what is missing of the answer; ask again when nothing is."""
        if self._missing < 0:
            self._head += data
            head, found, data = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self.errors += not head.startswith(b"HTTP/1.1 200")
            self._missing = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        self._missing -= len(data)
        if self._missing == 0:
            now = time.perf_counter()
            self.times.append((now - self._began) * 1000)
            if now < self._end:
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """An end that was not ours is an error."""
        self.errors += self._missing != 0
        self.ended.set_result(None)


async def ask(url: str, seconds: float) -> tuple[float, list[float], int]:
    """Ask over all connections; requests per second, times in ms, answers other than 200."""
    parts = urlsplit(url)
    request = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    began = time.perf_counter()
    connections = [Connection(request, began + seconds) for _ in range(CONNECTIONS)]
    for each in connections:
        await asyncio.get_running_loop().create_connection(lambda each=each: each, parts.hostname, parts.port)
    await asyncio.gather(*(each.ended for each in connections))
    took = time.perf_counter() - began
    times = [one for each in connections for one in each.times]
    return len(times) / took, times, sum(each.errors for each in connections)


@contextmanager
def rebuilt(url: str, scenario: str) -> Iterator[threading.Event]:
    """Build the scenario with dbt, and activate it again every half second; the event says that dbt is done."""
    done = threading.Event()

    def build() -> None:
        with TemporaryDirectory() as target:
            program = str(Path(sys.executable).parent / "dbt")
            subprocess.run(
                [program, "build", "--quiet", "--select", f"scenario:{scenario}", "--target-path", target],
                env={**os.environ, "DATABASE_URL": url},
                cwd=ROOT,
                check=True,
            )
        done.set()

    def activate() -> None:
        while not done.wait(0.5):
            with psycopg.connect(url) as link:
                link.execute(f"{ACTIVATE} {LOAD_OF}", [scenario, scenario])

    with ThreadPoolExecutor() as threads:
        working = [threads.submit(build), threads.submit(activate)]
        try:
            yield done
        finally:
            for each in working:
                each.result()


class Figures:
    """What the rounds of one server gave."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.times: list[float] = []
        self.errors = 0

    def add(self, url: str, seconds: float) -> None:
        """Ask for a while."""
        rate, times, errors = uvloop.run(ask(url, seconds))
        self.rates.append(rate)
        self.times += times
        self.errors += errors

    def __str__(self) -> str:
        times = sorted(self.times)
        p99 = times[min(len(times) - 1, round(len(times) * 0.99))]
        return f"{statistics.median(self.rates):.0f} | {statistics.median(times):.1f} | {p99:.1f} | {self.errors}"


def measure(urls: dict[str, dict[str, str]], rounds: int, seconds: float, during: str, done: threading.Event) -> None:
    """Print a line per server and request; the servers take turns, so that each has the same machine."""
    for what in QUERIES:
        figures = {server: Figures() for server in urls}
        for _ in range(rounds):
            for server, paths in urls.items():
                figures[server].add(paths[what], seconds)
        for server, each in figures.items():
            # of each round, as the machine's speed may drift
            ratio = statistics.median(map(truediv, each.rates, figures["bare"].rates))
            print(f"| {server} | {what}{during} | {each} | {ratio:.2f} |", flush=True)
    if during and done.is_set():
        print("the build ended before the last round", file=sys.stderr)


def main() -> None:
    """Run all servers on both requests."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scenario", default="s0020")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=1)
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
        bare_port, *ports = (free_port() for _ in range(3))
        with ExitStack() as stack:
            program = [sys.executable, __file__, "--bare", url, listed, str(bare_port)]
            at = stack.enter_context(process(program, bare_port))
            urls = {"bare": {what: f"{at}/{what}" for what in QUERIES}}
            for server, memory, port in zip(("cold", "warm"), ("0", str(64 * 2**20)), ports, strict=True):
                program = [sys.executable, "-m", "extract.cli.main", "serve", "--port", str(port)]
                environment = {"DATABASE_URL": url, "COEQWAL_API_CACHE_BYTES": memory}
                environment["COEQWAL_API_POOL_MAX"] = str(POOL)
                at = stack.enter_context(process(program, port, **environment))
                urls[server] = {what: at + path for what, path in routes.items()}
            for paths in urls.values():
                for path in paths.values():
                    uvloop.run(ask(path, 1))
            print(
                "| server | request | requests/s | p50 ms | p99 ms | errors | of bare |\n|---|---|---|---|---|---|---|"
            )
            measure(urls, chosen.rounds, chosen.seconds, "", threading.Event())
            with rebuilt(url, chosen.scenario) as done:
                measure(urls, chosen.rounds, chosen.seconds, " during a build", done)
    finally:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as link:
            link.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(COPY)))


if __name__ == "__main__":
    main()
