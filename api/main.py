"""The application factory; run it with `uvicorn --factory api.main:create_app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.database import Pool
from api.downloads import Downloads
from api.errors import ErrorBoundary
from api.middleware import CacheValidation, CorsByPath, ProcessTime
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
from extract import __version__

_GZIP_MIN_BYTES = 1000
_GZIP_LEVEL = 6


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
    )
    app.state.pool = pool
    app.state.downloads = Downloads(settings)
    app.state.settings = settings
    for module in (
        system,
        explore,
        scenarios,
        tiers,
        tier_map,
        reservoirs,
        statistics,
        supply_catalogue,
        supply,
        batch,
        rivers,
        delta,
        data_in_depth,
        network,
        files,
        tables,
        verification,
        provenance,
    ):
        app.include_router(module.router)
    return app


def _middleware(settings: ApiSettings) -> list[Middleware]:
    """The middleware from the outside in."""
    return [
        Middleware(ProcessTime),
        Middleware(
            CorsByPath,
            plain_paths=files.PLAIN_PATHS,
            exact={
                "allow_origins": settings.cors_origins,
                "allow_origin_regex": settings.cors_origin_regex,
                "allow_methods": ["GET"],
                "allow_credentials": False,
                "expose_headers": ["ETag", "X-Process-Time", "X-Total-Count"],
            },
        ),
        Middleware(
            GZipMiddleware,
            minimum_size=_GZIP_MIN_BYTES,
            compresslevel=_GZIP_LEVEL,
            # CSV files are downloads of hundreds of MB, which clients may resume
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/csv"),
        ),
        Middleware(CacheValidation, max_age=settings.cache_max_age),
        Middleware(ErrorBoundary),
    ]
