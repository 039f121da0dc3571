"""Answers about scenarios and what tells them apart."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.models.numbers import Number, Percent, Score


class Scenario(BaseModel):
    """One scenario of the catalogue."""

    scenario_id: str = Field(description="Scenario id, s and four digits")
    short_code: str = Field(description="The scenario id again")
    run_name: str | None = Field(description="Name of the model run")
    name: str = Field(description="Name to show; the id where the registry has none")
    short_title: str | None = Field(description="Short title")
    description: str | None = Field(description="What distinguishes the scenario")
    short_description: str | None = Field(description="The description again")
    hydroclimate: str | None = Field(description="Code of the hydroclimate that drives the run")
    hydroclimate_short_code: str | None = Field(description="The code of the hydroclimate again")
    hydroclimate_id: int | None = Field(description="Number of the hydroclimate, see /api/scenarios/hydroclimates")
    sibling_group: str | None = Field(
        description="Group of scenarios that differ from each other in the hydroclimate only"
    )
    baseline_scenario: str | None = Field(description="Sibling group to compare with; null where there is none")
    is_active: bool = Field(description="Whether its results are served")
    load_id: str | None = Field(description="Receipt id of the load that the results come from")
    loaded_at: datetime | None = Field(description="Time of that load")
    kind: Literal["model_run", "synthetic"] | None = Field(
        description="model_run, or synthetic for made-up numbers of the project's own generator; null where nothing is "
        "loaded or it is not known"
    )


class ScenarioTheme(BaseModel):
    """One theme of a scenario."""

    short_code: str = Field(description="Code of the theme")
    name: str = Field(description="Name of the theme")
    short_title: str = Field(description="Title to show")
    needs_confirmation: bool = Field(description="Whether the modelling team has still to confirm it")


class ScenarioChoice(BaseModel):
    """One assumption or operation of a scenario."""

    short_code: str = Field(description="Code of the assumption or operation")
    name: str = Field(description="What is assumed or done differently")
    description: str | None = Field(description="Amount with its unit; null where it is no number")
    category: str = Field(description="Its subject")
    needs_confirmation: bool = Field(description="Whether the modelling team has still to confirm it")


class ScenarioDetail(Scenario):
    """One scenario with its period of record and its setting."""

    long_description: str | None = Field(description="The description again")
    hydroclimate_name: str | None = Field(description="Name of the hydroclimate")
    first_month: date | None = Field(description="First month of the model run (its first day)")
    last_month: date | None = Field(description="Last month of the model run (its first day)")
    themes: list[ScenarioTheme]
    key_assumptions: list[ScenarioChoice]
    key_operations: list[ScenarioChoice]


class ScenarioReservoirs(BaseModel):
    """The reservoirs with results in a scenario."""

    scenario_id: str = Field(description="Scenario id")
    reservoirs: list[str] = Field(description="Codes of the reservoirs with results")
    reservoir_count: int = Field(description="Number of those reservoirs")


class ScenariosWithStatistics(BaseModel):
    """Which scenarios have reservoir statistics."""

    scenarios: list[ScenarioReservoirs]
    total: int = Field(description="Number of scenarios")


class Sibling(BaseModel):
    """One scenario of a sibling group."""

    scenario_id: str = Field(description="Scenario id")
    hydroclimate: str | None = Field(description="Code of its hydroclimate")
    hydroclimate_id: int | None = Field(description="Number of its hydroclimate")
    is_active: bool = Field(description="Whether its results are served")


class SiblingGroup(BaseModel):
    """Scenarios of the same operations under different hydroclimates."""

    sibling_group: str = Field(description="Code of the group, the id of its first scenario")
    name: str = Field(description="What the operations are")
    short_name: str = Field(description="Name for labels of charts")
    baseline_group: str | None = Field(description="Sibling group to compare with; null where there is none")
    themes: list[str] = Field(description="Codes of its themes")
    scenarios: list[Sibling]


class SiblingGroups(BaseModel):
    """The sibling groups."""

    groups: list[SiblingGroup]
    total: int = Field(description="Number of groups")


class Hydroclimate(BaseModel):
    """One hydroclimate."""

    short_code: str = Field(description="Code of the hydroclimate")
    hydroclimate_id: int = Field(description="Number of the hydroclimate")
    name: str = Field(description="Name of the hydroclimate")
    is_reference: bool = Field(description="Whether scenarios of other climates are compared with this one")
    projection_year: int | None = Field(description="Year it is projected to; null for history")
    temperature_change_degc: Number = Field(description="Warming, °C; null for history")
    precipitation_change_pct: Percent = Field(description="Change of precipitation, %; null for history")
    sea_level_rise_cm: Number = Field(description="Rise of the sea level, cm; null where nobody has stated it")


class Hydroclimates(BaseModel):
    """The hydroclimates."""

    hydroclimates: list[Hydroclimate]
    total: int = Field(description="Number of hydroclimates")


class Theme(BaseModel):
    """One theme that scenarios are shown under."""

    short_code: str = Field(description="Code of the theme")
    name: str = Field(description="Name of the theme")
    short_title: str = Field(description="Title to show")
    description: str = Field(description="What its scenarios try out")
    sibling_groups: list[str] = Field(description="Codes of its sibling groups")


class Themes(BaseModel):
    """The themes."""

    themes: list[Theme]
    total: int = Field(description="Number of themes")


class Choice(BaseModel):
    """One assumption or operation of model runs."""

    short_code: str = Field(description="Code of the assumption or operation")
    name: str = Field(description="What is assumed or done differently")
    category: str = Field(description="Its subject")
    amount: Number = Field(description="Amount, in the unit beside it; null where it is no number")
    unit: str | None = Field(description="Unit of the amount")
    sibling_groups: list[str] = Field(description="Codes of the sibling groups that do so")


class Assumptions(BaseModel):
    """Assumptions of the model runs."""

    assumptions: list[Choice]
    total: int = Field(description="Number of assumptions")


class Operations(BaseModel):
    """What model runs do differently from today."""

    operations: list[Choice]
    total: int = Field(description="Number of operations")


class ComparedScenario(BaseModel):
    """The scores of a tier in one of the compared scenarios; null where it has no result."""

    scenario_id: str = Field(description="Scenario id")
    weighted_score: Score = Field(description="Mean level, score 1 (best) to 4")
    normalized_score: Score = Field(description="The same turned round, score 0 to 1 (best)")


class ComparedTier(BaseModel):
    """One tier in the compared scenarios."""

    name: str = Field(description="Name of the tier")
    type: str = Field(description="multi_value or single_value")
    scenarios: list[ComparedScenario] = Field(description="Its scores, in the order of the scenarios")


class Comparison(BaseModel):
    """The tiers of two scenarios side by side."""

    scenarios: list[str] = Field(description="The two scenario ids, in the order of the request")
    comparison: dict[str, ComparedTier] = Field(description="Code of the tier → its scores")
