"""The route that gives several kinds of statistics of several scenarios at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.errors import BadParameterError, Problem
from api.models.batch import Batch
from api.parameters import MAX_LIST_LENGTH, Db, PublishedLoad, several_scenarios, split_list
from api.query import COMMA_SEPARATED, StrictRoute
from api.results import frame, keys, read
from api.routes.system import SERVER_ERRORS
from api.selection import CWS_AGGREGATES, FARM_AGGREGATES, Family, choose, reservoir_group
from api.shapes import Block, by_entity
from api.snapshot import Snapshot

MAX_SCENARIOS = 32

Loads = Sequence[PublishedLoad]
Answers = dict[str, Block]

router = APIRouter(
    prefix="/api/statistics",
    tags=["batch"],
    responses={400: {"model": Problem}, 404: {"model": Problem}, **SERVER_ERRORS},
    route_class=StrictRoute,
)


@router.get("/batch", summary="Several scenarios at once", response_model_exclude_unset=True)
async def batch(
    db: Db,
    scenarios: Annotated[
        str,
        Query(
            max_length=MAX_LIST_LENGTH,
            description=f"Scenario ids separated by commas, {MAX_SCENARIOS} at most",
            examples=["s0020,s0021"],
        ),
        COMMA_SEPARATED,
    ],
    types: Annotated[
        str,
        Query(
            max_length=MAX_LIST_LENGTH,
            description="Kinds of statistics separated by commas: storage, cws, ag, env_flow",
            examples=["storage,cws"],
        ),
        COMMA_SEPARATED,
    ] = "storage,cws,ag",
) -> Batch:
    """Storage of the major reservoirs, aggregates of cities and farms, and river flow of several scenarios.

    All or nothing: if a query fails, the answer is an error and not a part. A scenario without results of a kind stands
    in `without_data`. Scenarios that are not known or not active are named and do not hide the others.
    """
    kinds = split_list("types", types)
    unknown = [kind for kind in kinds if kind not in _KINDS]
    if unknown:
        raise BadParameterError(f"'types' takes {', '.join(_KINDS)}.", unknown)
    several = await several_scenarios(db, "scenarios", scenarios, MAX_SCENARIOS)
    loads = several.loads
    answers = {kind: await _KINDS[kind](db, loads) for kind in kinds}
    missing = {kind: [each.scenario_id for each in loads if each.scenario_id not in answers[kind]] for kind in kinds}
    return Batch.model_validate(
        {
            "scenarios": [load.scenario_id for load in loads],
            **answers,
            "without_data": {kind: scenario_ids for kind, scenario_ids in missing.items() if scenario_ids},
            **several.not_served,
        },
    )


async def _storage(db: Snapshot, loads: Loads) -> Answers:
    """Storage of the major reservoirs."""
    chosen = await reservoir_group(db)
    parts = {"monthly_percent": "reservoir_storage_monthly", "monthly_taf": "reservoir_storage_monthly"}
    blocks = await read(db, loads, chosen, monthly=parts)
    return {load.scenario_id: frame(load, chosen, found) for load in loads if (found := blocks[load.scenario_id])}


async def _cws(db: Snapshot, loads: Loads) -> Answers:
    """Groups of community water systems."""
    parts = {
        "monthly_delivery": "cws_aggregate_delivery_monthly",
        "monthly_shortage": "cws_aggregate_shortage_monthly",
    }
    return await _aggregates(db, loads, CWS_AGGREGATES, parts, "cws_aggregate_period_summary")


async def _ag(db: Snapshot, loads: Loads) -> Answers:
    """Aggregates of farm deliveries."""
    parts = {"monthly_delivery": "ag_aggregate_delivery_monthly", "monthly_shortage": "ag_aggregate_shortage_monthly"}
    return await _aggregates(db, loads, FARM_AGGREGATES, parts, "ag_aggregate_period_summary")


async def _aggregates(db: Snapshot, loads: Loads, family: Family, monthly: Mapping[str, str], period: str) -> Answers:
    """Months and summary of aggregates."""
    chosen = await choose(db, family)
    months = await read(db, loads, chosen, monthly=monthly)
    summaries = await read(db, loads, chosen, period=period)
    return {
        load.scenario_id: {
            "monthly": frame(load, chosen, months[load.scenario_id]),
            "period": frame(load, chosen, summaries[load.scenario_id]),
        }
        for load in loads
        if months[load.scenario_id] or summaries[load.scenario_id]
    }


async def _env_flow(db: Snapshot, loads: Loads) -> Answers:
    """Flow of all reaches."""
    codes = [row["network_arc_id"] for row in await db.fetch("channels")]
    queries = {
        "monthly": "channels_monthly",
        "seasonal": "channels_seasonal",
        "period": "channels_period_summary",
    }
    rows = {
        part: by_entity(await db.fetch(query, *keys(loads), codes), "scenario_id") for part, query in queries.items()
    }
    return {
        load.scenario_id: {part: _flow_frame(load, found.get(load.scenario_id, [])) for part, found in rows.items()}
        for load in loads
        if any(load.scenario_id in found for found in rows.values())
    }


def _flow_frame(load: PublishedLoad, rows: Sequence[Mapping[str, Any]]) -> Block:
    """The rows of one scenario as the routes of river flow give them."""
    return {
        "scenario_id": load.scenario_id,
        "load_id": load.load_id,
        "data": rows,
        "count": len(rows),
    }


_KINDS: dict[str, Callable[[Snapshot, Loads], Awaitable[Answers]]] = {
    "storage": _storage,
    "cws": _cws,
    "ag": _ag,
    "env_flow": _env_flow,
}
