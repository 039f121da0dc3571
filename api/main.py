"""The application factory; `python -m api.server` runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api.cache import AnswerCache
from api.database import Pool
from api.downloads import Downloads
from api.errors import ErrorBoundary, Problem, answer_problem
from api.middleware import CorsByPath, HeadAsGet, RateLimit, RequestRecord
from api.routes import (
    batch,
    data_in_depth,
    delta,
    explore,
    files,
    network,
    provenance,
    reservoirs,
    rivers,
    scenarios,
    statistics,
    supply,
    supply_catalogue,
    system,
    tables,
    tier_map,
    tiers,
    verification,
)
from api.settings import ApiSettings
from api.snapshot import DataVersion, SnapshotMiddleware
from extract import __version__

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A parameter, or a combination of them, has no meaning"},
    422: {"model": Problem, "description": "A parameter is missing, of another kind, or out of bounds"},
    429: {"model": Problem, "description": "The client asked too often; the header Retry-After says when to try again"},
}
"""What every route may answer."""


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """The web service as an ASGI application; no connection is opened before it starts.

    Args:
        settings: default: from the environment.
    """
    settings = settings or ApiSettings()
    pool = Pool(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await pool.open()
        try:
            yield
        finally:
            await pool.close()

    # FastAPI whose documentation pages come from this server, not from a content network
    app = FastAPIOffline(
        title=system.NAME,
        version=__version__,
        description=system.DESCRIPTION,
        openapi_tags=[{"name": name, "description": text} for name, text in system.GROUPS.items()],
        lifespan=lifespan,
        middleware=_middleware(settings),
        responses=_PROBLEMS,
        # FastAPI's own traces would hold addresses and queries of clients
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # the name of a call in a generated client
        generate_unique_id_function=attrgetter("name"),
        exception_handlers={HTTPException: answer_problem, RequestValidationError: answer_problem},
    )
    app.state.pool = pool
    app.state.data_version = DataVersion(settings.cache_version_seconds)
    app.state.downloads = Downloads(settings)
    app.state.settings = settings
    for module in (
        system,
        scenarios,
        tiers,
        tier_map,
        reservoirs,
        statistics,
        supply_catalogue,
        supply,
        rivers,
        delta,
        data_in_depth,
        batch,
        network,
        files,
        tables,
        provenance,
        verification,
        explore,
    ):
        app.include_router(module.router)
    return app


def _middleware(settings: ApiSettings) -> list[Middleware]:
    """The middleware from the outside in."""
    limit = [Middleware(RateLimit, limits=settings.rate_limit)] if settings.rate_limit else []
    return [
        Middleware(RequestRecord),
        Middleware(
            CorsByPath,
            plain_paths=files.PLAIN_PATHS,
            origins=settings.cors_origins,
            origin_regex=settings.cors_origin_regex,
        ),
        *limit,
        Middleware(HeadAsGet),
        Middleware(ErrorBoundary),
        Middleware(AnswerCache, max_age=settings.cache_max_age, max_bytes=settings.cache_bytes),
        Middleware(SnapshotMiddleware),
    ]
