"""Answers about tiers: outcomes of a scenario in four levels, 1 the best and 4 the worst."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.models.numbers import Fraction, Score
from api.models.several import ServedInPart

TierType = Literal["multi_value", "single_value"]


class Tier(BaseModel):
    """One tier of the catalogue."""

    short_code: str = Field(description="Code of the tier")
    name: str = Field(description="Name of the tier")
    description: str = Field(description="What it is about")
    tier_type: TierType = Field(description="Counts of locations, or one level for the whole")
    tier_count: int = Field(description="Levels shown side by side, 4 or 1 (count)")
    is_active: bool = Field(description="Always true: tiers that are not served are not listed")
    location_type: str = Field(description="Kind of its locations")
    expected_locations: int | None = Field(description="Locations that a delivery should cover (count)")


class TierScenario(BaseModel):
    """The tiers with results in a scenario."""

    scenario_id: str = Field(description="Scenario id")
    tiers: list[str] = Field(description="Codes of the tiers with results")
    tier_count: int = Field(description="Number of those tiers")


class TierScenarios(BaseModel):
    """Which scenarios have tier results."""

    scenarios: list[TierScenario]
    total: int = Field(description="Number of scenarios")


class TierShare(BaseModel):
    """The locations at one level."""

    tier: Literal["tier1", "tier2", "tier3", "tier4"] = Field(description="The level")
    value: int | None = Field(description="Locations at this level (count)")
    normalized: Fraction = Field(description="The same as fraction of all locations with a level")


class TierScores(BaseModel):
    """Scores of a tier, made from whole counts; null where no location has a level."""

    weighted_score: Score = Field(description="Mean level, score 1 (best) to 4")
    normalized_score: Score = Field(description="The same turned round, score 0 to 1 (best)")
    gini: Score = Field(description="Inequality of the levels (Gini), fraction; 0 for a single level")
    band_upper: Score = Field(description="The best level present, as score 0 to 1")
    band_lower: Score = Field(description="The worst level present, as score 0 to 1")


class TierResult(TierScores):
    """The result of a tier: `data`, `total`, `unrated` with several values; `level`, `score` with a single one."""

    name: str = Field(description="Name of the tier")
    type: TierType = Field(description="Counts of locations, or one level for the whole")
    data: list[TierShare] = Field(default=[], description="Locations by level, best first; with several values")
    total: int | None = Field(default=None, description="Locations with a level (count); with several values")
    unrated: int | None = Field(default=None, description="Locations without a level (count); with several values")
    level: int | None = Field(default=None, description="The level, 1 (best) to 4; with a single value")
    score: Score = Field(default=None, description="Continuous score as delivered, 1 to below 5; with a single value")


class ScenarioTiers(BaseModel):
    """The tiers of a scenario."""

    scenario: str = Field(description="Scenario id")
    tiers: dict[str, TierResult] = Field(description="Code of the tier → its result")


class TierBatch(ServedInPart):
    """The tiers of several scenarios."""

    scenarios: dict[str, ScenarioTiers] = Field(description="Scenario id → its tiers; empty where it has none")
    count: int = Field(description="Number of scenarios")


class OneTier(TierScores):
    """The result of one tier under the names of its own route."""

    scenario: str = Field(description="Scenario id")
    tier_code: str = Field(description="Code of the tier")
    name: str = Field(description="Name of the tier")
    tier_type: TierType = Field(description="Counts of locations, or one level for the whole")
    data: list[TierShare] = Field(default=[], description="Locations by level, best first; with several values")
    total_value: int | None = Field(default=None, description="Locations with a level (count); with several values")
    unrated_value: int | None = Field(default=None, description="Those without a level (count); with several values")
    single_tier_level: int | None = Field(default=None, description="The level, 1 to 4; with a single value")
    score: Score = Field(default=None, description="Continuous score as delivered, 1 to below 5; with a single value")


class TierLocation(BaseModel):
    """The level of one location."""

    location_id: str = Field(description="Code of the location, also the id of its feature in map tiles")
    location_name: str = Field(description="Name of the location")
    location_type: str = Field(description="Kind of the location")
    tier_level: int | None = Field(description="The level, 1 (best) to 4; null where none was delivered")
    tier_value: int | None = Field(description="Weight in the counts, 1 (count); null without a level")
    tier_score: Score = Field(description="Continuous score as delivered, 1 to below 5; null where there is none")
    is_tier_wide: bool = Field(description="Whether the level is that of the tier as a whole")
    display_order: int = Field(description="Place among the locations")


class LocationCounts(BaseModel):
    """How many locations there are."""

    total_locations: int = Field(description="All locations (count)")
    location_types: list[str] = Field(description="Kinds of the locations")
    tier_counts: dict[str, int] = Field(description="Level 1 to 4 → locations (count); those without are in none")
    delivery_id: str | None = Field(description="Delivery that the levels come from")


class TierLocations(BaseModel):
    """The locations of a tier in a scenario."""

    scenario: str = Field(description="Scenario id")
    tier_code: str = Field(description="Code of the tier")
    tier_name: str = Field(description="Name of the tier")
    tier_type: TierType = Field(description="Counts of locations, or one level for the whole")
    locations: list[TierLocation]
    metadata: LocationCounts


class LocationsOfTiers(BaseModel):
    """The locations of several tiers in a scenario."""

    scenario: str = Field(description="Scenario id")
    results: dict[str, TierLocations] = Field(description="Code of the tier → its locations")
    missing: list[str] = Field(description="Codes that were asked for and have no locations in this scenario")
