"""Routes about the service itself: root, index, health and the generated documentation."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse

from api.contract import TABLES
from api.errors import NoDocumentationError, Problem
from api.models.system import Alive, DataSummary, Health, Index, Links, Ready, Service
from api.parameters import Db, DbPool
from api.public_address import public_address
from api.query import StrictRoute
from extract import __version__

NAME = "COEQWAL API"
DESCRIPTION = "Statistics of CalSim3 scenarios of California's water system, read from the COEQWAL warehouse."
GROUPS = {
    "system": "The service itself: what it offers and whether it is well.",
    "scenarios": "The scenarios whose results are served.",
    "tiers": "Outcomes of scenarios in four levels.",
    "tier map": "The same by location, with places and outlines as GeoJSON.",
    "reservoirs": "The catalogue of reservoirs and their groups.",
    "provenance": "Where a number comes from: its SQL, its variables, its files and its checks.",
    "tables": "Every table of the warehouse as it is, under one glossary of names: the contract for programs.",
    "reservoir statistics": "Storage, flood releases and the flood pool by scenario and reservoir.",
    "water supply": "The catalogues of aggregates, contractors, demand units and refuges.",
    "water supply statistics": "Demand, delivery, pumping and shortage by scenario and entity.",
    "batch": "Several kinds of statistics of several scenarios at once.",
    "rivers": "Flow of river and canal reaches by month, season and period.",
    "Delta": "Outflow, X2 and salinity of the Delta.",
    "data in depth": "Values year by year.",
    "files": "Model runs with their output and input, to download.",
    "network": "Nodes and arcs of the CalSim3 network: lists, search, map, and what flows where.",
    "verification": "Which questions about the numbers of a scenario were answered, and how.",
}
SERVER_ERRORS: dict[int | str, dict[str, Any]] = {
    500: {"model": Problem, "description": "The service failed; the log knows the error_id"},
    503: {"model": Problem, "description": "The database is away or not ready"},
    504: {"model": Problem, "description": "The database took too long"},
}

log = logging.getLogger(__name__)
router = APIRouter(tags=["system"], route_class=StrictRoute)


@router.get("/", summary="Root")
async def root() -> Service:
    """What answers here, and where to go on."""
    return Service(
        service=NAME,
        version=__version__,
        description=DESCRIPTION,
        project="Collaboratory for Equity in Water Allocation (COEQWAL)",
        links=Links(endpoints="/api", documentation="/docs", health="/api/health", explore="/explore"),
    )


@router.get("/api", summary="Index of endpoints", responses=SERVER_ERRORS)
async def index(request: Request, db: Db) -> Index:
    """Every endpoint by group, and how much there is to read."""
    (counts,) = await db.fetch("data_summary")
    return Index(
        api=NAME,
        version=__version__,
        base_url=f"{public_address(request)}api",
        documentation="/docs",
        endpoints=_endpoints(request.app),
        data_summary=DataSummary.model_validate({**counts}),
    )


def _endpoints(app: FastAPI) -> dict[str, dict[str, str]]:
    """Group → {description, endpoint → path}, from the schema, so that the index cannot be out of date."""
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for path, methods in app.openapi()["paths"].items():
        for operation in methods.values():
            group = operation["tags"][0]
            groups[group].setdefault("description", GROUPS[group])
            groups[group][operation["summary"]] = path
    return dict(groups)


@router.get("/api/health", summary="Health", responses={503: {"model": Health}})
async def health(response: Response, pool: DbPool) -> Health:
    """Whether the routes of data can answer: 200 if they can, 503 if not."""
    summary, connected = await _state(pool)
    response.status_code = 200 if summary else 503
    return Health(
        status="healthy" if summary else "unhealthy",
        timestamp=datetime.now(UTC),
        database="connected" if connected else "disconnected",
    )


@router.get("/api/health/live", summary="Liveness")
async def live() -> Alive:
    """Whether the process handles requests; a failure means: restart it."""
    return Alive(status="alive")


@router.get("/api/health/ready", summary="Readiness", responses={503: {"model": Ready}})
async def ready(response: Response, pool: DbPool) -> Ready:
    """Whether the API's views can be read; a failure means: send no traffic here for now."""
    summary, connected = await _state(pool)
    response.status_code = 200 if summary else 503
    return Ready(
        status="ready" if summary else "not_ready",
        database="connected" if connected else "disconnected",
        active_scenarios=summary["scenarios"] if summary else None,
    )


async def _state(pool: DbPool) -> tuple[Any, bool]:
    """How much can be served, None if a route of data could not answer; and whether the database answers at all."""
    views = await _answers(pool, "unreadable_views", [f"api_{table.name}" for table in TABLES])
    if views and views["names"]:
        log.warning("health check: not there or not readable: %s", ", ".join(views["names"]))
    elif views and (summary := await _answers(pool, "data_summary")):
        return summary, True
    return None, bool(views) or bool(await _answers(pool, "ping"))


async def _answers(pool: DbPool, query: str, *values: object) -> Any:
    """The one row of a query, or None when the database does not answer it."""
    try:
        (row,) = await pool.fetch(query, *values)
    except Exception as error:
        # Whatever the reason is, it belongs into the log and not into a public answer.
        log.warning("health check: %s: %s: %s", query, type(error).__name__, error)
        return None
    return row


@router.get("/dbt-docs", include_in_schema=False)
async def dbt_docs(request: Request) -> FileResponse:
    """The documentation of every model, as `dbt docs generate --static` wrote it."""
    page: Path = request.app.state.settings.docs_dir / "static_index.html"
    if not page.is_file():
        raise NoDocumentationError("The documentation of the models was not generated for this server.")
    return FileResponse(page, media_type="text/html")
