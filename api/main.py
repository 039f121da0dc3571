"""The application factory; run it with `uvicorn --factory api.main:create_app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.database import Database
from api.errors import ErrorBoundary
from api.middleware import CacheValidation, ProcessTime
from api.routes import reservoirs, scenarios, statistics, supply, supply_catalogue, system, verification
from api.settings import ApiSettings
from extract import __version__

_GZIP_MIN_BYTES = 1000
_GZIP_LEVEL = 6


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """The web service as an ASGI application; no connection is opened before it starts.

    Args:
        settings: default: from the environment.
    """
    settings = settings or ApiSettings()
    database = Database(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        try:
            yield
        finally:
            await database.close()

    # FastAPI whose documentation pages come from this server, not from a content network
    app = FastAPIOffline(
        title=system.NAME,
        version=__version__,
        description=system.DESCRIPTION,
        openapi_tags=[{"name": name, "description": text} for name, text in system.GROUPS.items()],
        lifespan=lifespan,
        middleware=_middleware(settings),
    )
    app.state.database = database
    app.state.settings = settings
    for module in (system, scenarios, reservoirs, statistics, supply_catalogue, supply, verification):
        app.include_router(module.router)
    return app


def _middleware(settings: ApiSettings) -> list[Middleware]:
    """The middleware from the outside in."""
    return [
        Middleware(ProcessTime),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_origin_regex=settings.cors_origin_regex,
            allow_methods=["GET"],
            allow_credentials=False,
            expose_headers=["ETag", "X-Process-Time"],
        ),
        Middleware(GZipMiddleware, minimum_size=_GZIP_MIN_BYTES, compresslevel=_GZIP_LEVEL),
        Middleware(CacheValidation, max_age=settings.cache_max_age),
        Middleware(ErrorBoundary),
    ]
