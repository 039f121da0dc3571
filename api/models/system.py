"""Answers about the service itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class Links(BaseModel):
    """Where to go from the root."""

    endpoints: str = Field(description="Path of the list of endpoints")
    documentation: str = Field(description="Path of the interactive documentation")
    health: str = Field(description="Path of the health check")
    explore: str = Field(description="Path of the page with charts, for people")


class Service(BaseModel):
    """What answers here."""

    service: str = Field(description="Name of the service")
    version: str = Field(description="Version of the code")
    description: str = Field(description="What the service offers, in one sentence")
    project: str = Field(description="The project that it belongs to")
    links: Links


class DataSummary(BaseModel):
    """How much there is, counted now; null for a family that this service does not hold."""

    scenarios: int | None = Field(description="Active scenarios (count)")
    sibling_groups: int | None = Field(description="Groups of scenarios of the same operations (count)")
    reservoirs: int | None = Field(description="Reservoirs of the catalogue (count)")
    tier_indicators: int | None = Field(description="Tier indicators (count)")
    network_nodes: int | None = Field(description="Network nodes (count)")
    network_arcs: int | None = Field(description="Network arcs (count)")


class Index(BaseModel):
    """The list of endpoints."""

    api: str = Field(description="Name of the service")
    version: str = Field(description="Version of the code")
    base_url: str = Field(description="URL under which all paths of the API lie")
    documentation: str = Field(description="Path of the interactive documentation")
    endpoints: dict[str, dict[str, str]] = Field(
        description="Group of endpoints → its description, and the path of each endpoint by name"
    )
    data_summary: DataSummary


class Health(BaseModel):
    """Whether results can be served: status 200 if so, else 503."""

    status: Literal["healthy", "unhealthy"] = Field(description="Whether results can be served")
    timestamp: datetime = Field(description="Time of the check, UTC")
    database: Literal["connected", "disconnected"] = Field(description="Whether the database answers")


class Alive(BaseModel):
    """The process runs and handles requests; the database is not asked."""

    status: Literal["alive"] = Field(description="Always alive")


class Ready(BaseModel):
    """Whether traffic should be sent here: status 200 if so, else 503."""

    status: Literal["ready", "not_ready"] = Field(description="Whether the API's views can be read")
    database: Literal["connected", "disconnected"] = Field(description="Whether the database answers")
    active_scenarios: int | None = Field(description="Active scenarios (count), null if not ready")
