"""Answers about the catalogue of reservoirs."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.models.numbers import Taf


class Reservoir(BaseModel):
    """One reservoir of the catalogue."""

    reservoir_id: str = Field(description="Code of the reservoir")
    reservoir_name: str = Field(description="Name of the reservoir")
    hydrologic_region: str | None = Field(description="Hydrologic region")
    river: str | None = Field(description="River that it lies on")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")
    capacity_status: str | None = Field(description="How well the capacity is established")
    dead_pool_taf: Taf = Field(description="Dead pool, TAF")
    groups: list[str] = Field(description="Codes of the groups that it belongs to")


class Reservoirs(BaseModel):
    """The catalogue of reservoirs."""

    reservoirs: list[Reservoir]


class ReservoirWithStatistics(BaseModel):
    """One reservoir that has results."""

    reservoir_id: str = Field(description="Code of the reservoir")
    name: str = Field(description="Name of the reservoir")
    capacity_taf: Taf = Field(description="Capacity, TAF; null where it is not established")


class ReservoirsWithStatistics(BaseModel):
    """The reservoirs that have a period summary in at least one scenario."""

    major: list[str] = Field(description="Codes of the group major")
    all: list[ReservoirWithStatistics]
    total: int = Field(description="Number of reservoirs with results")


class ReservoirGroup(BaseModel):
    """One group of reservoirs."""

    group_id: str = Field(description="Code of the group, as the parameter group takes it")
    name: str = Field(description="Name of the group")
    reservoirs: list[str] = Field(description="Codes of its reservoirs, in the order to show them")


class ReservoirGroups(BaseModel):
    """The groups of reservoirs."""

    groups: list[ReservoirGroup]
