"""Answers about scenarios."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class Scenario(BaseModel):
    """One scenario of the catalogue."""

    scenario_id: str = Field(description="Scenario id, s and four digits")
    short_code: str = Field(description="The scenario id again")
    run_name: str | None = Field(description="Name of the model run")
    name: str = Field(description="Name to show; the id where the registry has none")
    short_title: str | None = Field(description="Short title")
    description: str | None = Field(description="What distinguishes the scenario")
    hydroclimate: str | None = Field(description="Code of the hydroclimate that drives the run")
    sibling_group: str | None = Field(
        description="Group of scenarios that differ from each other in the hydroclimate only"
    )
    is_active: bool = Field(description="Whether its results are served")
    load_id: str | None = Field(description="Receipt id of the load that the results come from")
    loaded_at: datetime | None = Field(description="Time of that load")


class ScenarioDetail(Scenario):
    """One scenario with its period of record."""

    first_month: date | None = Field(description="First month of the model run (its first day)")
    last_month: date | None = Field(description="Last month of the model run (its first day)")


class ScenarioReservoirs(BaseModel):
    """The reservoirs with results in a scenario."""

    scenario_id: str = Field(description="Scenario id")
    reservoirs: list[str] = Field(description="Codes of the reservoirs with results")
    reservoir_count: int = Field(description="Number of those reservoirs")


class ScenariosWithStatistics(BaseModel):
    """Which scenarios have reservoir statistics."""

    scenarios: list[ScenarioReservoirs]
    total: int = Field(description="Number of scenarios")
