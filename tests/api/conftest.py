"""A stand-in for the built warehouse, fast and with rows chosen by hand, and the application on top of it.

The stand-in's views are generated from the contracts of the dbt models in `dbt_project/models/api`, so it cannot
offer a column that the warehouse does not; what they hold is in `tests/support/stand_in.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import yaml
from fastapi import FastAPI
from psycopg import sql

from api.database import Pool
from api.main import create_app
from api.settings import ApiSettings
from api.snapshot import Snapshot
from extract.ports import free_port
from tests.support import stand_in, stand_in_catalogue, stand_in_files, stand_in_network, stand_in_supply

ROOT = Path(__file__).resolve().parents[2]
Contract = dict[str, dict[str, str]]
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]

HOSTS = ("test",)
"""Under which name the clients of the tests reach the service."""

BY_HAND = {
    "api_scenario": stand_in.scenarios(),
    "api_reservoir": stand_in.reservoirs(),
    "api_reservoir_group": stand_in.reservoir_groups(),
    **stand_in_supply.BY_HAND,
    **stand_in_catalogue.BY_HAND,
    "api_network_node": stand_in_network.nodes(),
    "api_network_arc": stand_in_network.arcs(),
    "api_scenario_file": stand_in_files.rows(),
    "api_verification_status": stand_in.verification(),
}
"""View → its rows, where they cannot be made by rule."""


@pytest.fixture(scope="session")
def contract() -> Contract:
    """View → column → type, from the yml files of the api models."""
    views: Contract = {}
    for file in sorted((ROOT / "dbt_project" / "models" / "api").rglob("*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            views[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    assert views, "no api model is described"
    return views


@pytest.fixture(scope="session")
def stand_in_template(new_database: Callable[..., str], prepared_template: str, contract: Contract) -> str:
    """A database with the stand-in; not to be connected to, only copied."""
    url = new_database(prepared_template)
    with psycopg.connect(url) as link:
        link.execute("create schema api; create schema stand_in; grant usage on schema api to coeqwal_read")
        for view, columns in contract.items():
            listed = sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))  # type: ignore[arg-type]
                for name, kind in columns.items()
            )
            link.execute(sql.SQL("create table stand_in.{} ({})").format(sql.Identifier(view), listed))
            link.execute(
                sql.SQL("create view api.{v} as select * from stand_in.{v}; grant select on api.{v} to coeqwal_read")
                .format(v=sql.Identifier(view))
            )  # fmt: skip
        stand_in.fill(link, contract, BY_HAND)
    return url


@pytest.fixture(scope="session")
def stand_in_url(new_database: Callable[..., str], stand_in_template: str) -> str:
    """The stand-in that tests share; not to be changed."""
    return new_database(stand_in_template)


@pytest.fixture
def own_stand_in_url(new_database: Callable[..., str], stand_in_template: str) -> str:
    """A stand-in of the test's own."""
    return new_database(stand_in_template)


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The OpenAPI document of the application; not to be changed."""
    return create_app().openapi()


@pytest.fixture(scope="session")
def shared_app(stand_in_url: str) -> FastAPI:
    """The application over the shared stand-in; the first request of a new one takes half a second."""
    return create_app(ApiSettings(database_url=stand_in_url, allowed_hosts=HOSTS))


@pytest.fixture
def serve(shared_app: FastAPI, stand_in_url: str) -> Serve:
    """Call it with a database's URL and settings for a client of the application, started and stopped around it."""

    @asynccontextmanager
    async def served(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        is_shared = url == stand_in_url and not settings
        app = (
            shared_app
            if is_shared
            else create_app(ApiSettings(database_url=url, **{"allowed_hosts": HOSTS, **settings}))
        )
        # made anew with the first request: what the middleware remembers is of one test
        app.middleware_stack = None
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
        ):
            client.app = app  # type: ignore[attr-defined]
            yield client

    return served


@pytest.fixture
async def client(serve: Serve, stand_in_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over the shared stand-in."""
    async with serve(stand_in_url) as each:
        yield each


@pytest.fixture
async def pool(own_stand_in_url: str) -> AsyncIterator[Pool]:
    """The service's connections to a stand-in of the test's own."""
    each = Pool(ApiSettings(database_url=own_stand_in_url))
    await each.open()
    yield each
    await each.close()


@pytest.fixture
async def database(pool: Pool) -> AsyncIterator[Snapshot]:
    """That stand-in as one request sees it."""
    async with Snapshot(pool) as each:
        yield each


class Relay:
    """A TCP relay before the database, by which a test can take the database away and bring it back."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0

    async def start(self) -> str:
        """Let connections through; returns the database's URL by way of the relay."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        user, _, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{user}@127.0.0.1:{self._port}"))

    async def stop(self) -> None:
        """Cut all connections and let no new ones in."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0.05)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()


@pytest.fixture
async def relay(own_stand_in_url: str) -> AsyncIterator[Relay]:
    """A relay before a stand-in of the test's own, not started."""
    each = Relay(own_stand_in_url)
    yield each
    await each.stop()


@contextlib.contextmanager
def running(command: Sequence[str], port: int, **options: Any) -> Iterator[str]:
    """A server process that answers, and its URL; ended afterwards.

    Args:
        command: the program and its arguments.
        port: where it listens.
        options: of `subprocess.Popen`.
    """
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, **options)
    try:
        for _ in range(1200):
            try:
                httpx.get(f"{url}/api/health/live").raise_for_status()
                break
            except httpx.TransportError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        assert process.wait(60) is not None


@pytest.fixture
def served_log(tmp_path: Path) -> Path:
    """The file that the output of that server goes to."""
    return tmp_path / "serve.log"


@pytest.fixture
def served_url(stand_in_url: str, served_log: Path) -> Iterator[str]:
    """URL of a real uvicorn server."""
    port = free_port()
    command = [sys.executable, "-m", "extract.cli.main", "serve", "--port", str(port)]
    settings = {"DATABASE_URL": stand_in_url, "COEQWAL_API_CACHE_MAX_AGE": "7"}
    with (
        served_log.open("w") as log,
        running(command, port, env={**os.environ, **settings}, stdout=log, stderr=log) as url,
    ):
        yield url
