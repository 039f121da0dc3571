"""Routes of river and canal reaches: the catalogue, seasons, and the flow statistics of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.database import Row
from api.errors import NoDataError, Problem
from api.models.rivers import Channels, ChannelsMonthly, ChannelsPeriod, ChannelsSeasonal, Seasons
from api.paging import LISTED, List
from api.parameters import MAX_LIST_LENGTH, Db, Published, PublishedLoad, refuse_unknown, split_list
from api.query import COMMA_SEPARATED, StrictRoute
from api.routes.system import SERVER_ERRORS
from api.shapes import Block
from api.snapshot import Snapshot

RESULTS = "/scenarios/{scenario_id}/channels"
REFUSED: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}}

router = APIRouter(prefix="/api/statistics", tags=["rivers"], responses=SERVER_ERRORS, route_class=StrictRoute)


@dataclass(frozen=True)
class ReachFilter:
    """Which reaches a request is about; a filter that is not given lets all pass."""

    channel_class: Annotated[str | None, Query(max_length=64, description="stream, canal or reservoir_release")] = None
    watershed: Annotated[str | None, Query(max_length=64, description="Code of a watershed")] = None
    has_mif: Annotated[bool | None, Query(description="With or without a required minimum flow")] = None
    has_eflows: Annotated[bool | None, Query(description="With or without a functional flow target")] = None
    channel_id: Annotated[
        str | None,
        Query(max_length=MAX_LIST_LENGTH, description="Codes of reaches separated by commas", examples=["C_SAC049"]),
        COMMA_SEPARATED,
    ] = None


async def select_reaches(db: Db, wanted: Annotated[ReachFilter, Depends()]) -> Sequence[Row]:
    """The reaches of the catalogue that pass every filter, in its order.

    Raises:
        UnknownCodeError: no reach is of the class or in the watershed, or the catalogue lacks a reach.
    """
    rows = await db.fetch("channels")
    codes = None if wanted.channel_id is None else split_list("channel_id", wanted.channel_id)
    asked: dict[str, Sequence[object] | None] = {
        "channel_class": _one(wanted.channel_class),
        "watershed_short_code": _one(wanted.watershed),
        "network_arc_id": codes,
        "has_mif": _one(wanted.has_mif),
        "has_eflows": _one(wanted.has_eflows),
    }
    for kind, column in (("channel class", "channel_class"), ("watershed", "watershed_short_code")):
        refuse_unknown(kind, [str(each) for each in asked[column] or ()], {row[column] for row in rows})
    refuse_unknown("channel", codes or (), {row["network_arc_id"] for row in rows})
    return [row for row in rows if all(values is None or row[column] in values for column, values in asked.items())]


Reaches = Annotated[Sequence[Row], Depends(select_reaches)]


@router.get("/channels", summary="Reaches", responses={**LISTED, **REFUSED})
async def list_channels(reaches: Reaches, listing: List) -> Channels:
    """The reaches with flow statistics, and what their flow can be compared with."""
    channels = [{**row, "channel_class_label": _words(row["channel_class"])} for row in reaches]
    listing.whole(len(channels))
    return Channels.model_validate({"channels": channels, "total": len(channels)})


@router.get("/env-flow-seasons", summary="Seasons of functional flows", responses=LISTED)
async def list_seasons(db: Db, listing: List) -> Seasons:
    """The seasons that the year is divided into for functional flows, with their months."""
    seasons = [
        {**row, "description": f"{row['name']}, {row['calendar_months']}"} for row in await db.fetch("env_flow_seasons")
    ]
    listing.whole(len(seasons))
    return Seasons.model_validate({"seasons": seasons, "total": len(seasons)})


@router.get(f"{RESULTS}/monthly", summary="Monthly flow", responses=REFUSED)
async def channels_monthly(published: Published, reaches: Reaches, db: Db) -> ChannelsMonthly:
    """Flow of each reach by water month, in CFS, in TAF, and as % of the unimpaired flow."""
    return ChannelsMonthly.model_validate(await _results(db, "channels_monthly", published, reaches))


@router.get(f"{RESULTS}/seasonal", summary="Seasonal flow", responses=REFUSED)
async def channels_seasonal(published: Published, reaches: Reaches, db: Db) -> ChannelsSeasonal:
    """Flow of each reach by season, in CFS, in TAF, and as % of the unimpaired flow and of the target."""
    return ChannelsSeasonal.model_validate(await _results(db, "channels_seasonal", published, reaches))


@router.get(f"{RESULTS}/period-summary", summary="Flow of the whole period", responses=REFUSED)
async def channels_period_summary(published: Published, reaches: Reaches, db: Db) -> ChannelsPeriod:
    """Flow of each reach over the whole period, how natural its course is, and how often minima and targets are met."""
    return ChannelsPeriod.model_validate(await _results(db, "channels_period_summary", published, reaches))


async def _results(db: Snapshot, query: str, published: PublishedLoad, reaches: Sequence[Row]) -> Block:
    """The frame of an answer with a row or more for each reach.

    Raises:
        NoDataError: the scenario has no flow of any of these reaches.
    """
    codes = [row["network_arc_id"] for row in reaches]
    rows = await db.fetch(query, [published.scenario_id], [published.load_id], codes)
    if not rows:
        raise NoDataError(f"Scenario {published.scenario_id} is active, but has no flow of these reaches.")
    return {
        "scenario_id": published.scenario_id,
        "load_id": published.load_id,
        "data": rows,
        "count": len(rows),
    }


def _one(value: object) -> Sequence[object] | None:
    return None if value is None else [value]


def _words(code: str) -> str:
    """A code in words to show."""
    return code.replace("_", " ").capitalize()
