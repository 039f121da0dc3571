"""Answers of the tier map; features are GeoJSON (RFC 7946): longitude before latitude, degrees, WGS 84."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.models.tiers import TierLocation, TierType


class MapScenario(BaseModel):
    """How much a scenario has for the map."""

    scenario_code: str = Field(description="Scenario id")
    tier_count: int = Field(description="Tiers with locations (count)")
    location_count: int = Field(description="Locations of all tiers (count)")


class MapScenarios(BaseModel):
    """The scenarios with tier locations."""

    scenarios: list[MapScenario]
    total: int = Field(description="Number of scenarios")


class MapTier(BaseModel):
    """One tier for the map."""

    tier_code: str = Field(description="Code of the tier")
    tier_name: str = Field(description="Name of the tier")
    description: str = Field(description="What it is about")
    tier_type: TierType = Field(description="Counts of locations, or one level for the whole")
    tier_count: int = Field(description="Levels shown side by side, 4 or 1 (count)")
    location_count: int | None = Field(default=None, description="Locations in the scenario asked for (count)")


class MapTiers(BaseModel):
    """The tiers for the map."""

    tiers: list[MapTier]
    total: int = Field(description="Number of tiers")


class SummaryTier(MapTier):
    """One tier of a scenario."""

    tier_levels_used: int = Field(description="Different levels that its locations have (count)")


class MapSummary(BaseModel):
    """The tiers of a scenario."""

    scenario: str = Field(description="Scenario id")
    tiers: list[SummaryTier]
    total_tiers: int = Field(description="Number of tiers")


class Geometry(BaseModel):
    """A GeoJSON geometry."""

    type: Literal["Point", "MultiPolygon"] = Field(description="Kind of the geometry")
    coordinates: list[Any] = Field(description="Positions, longitude before latitude, degrees")


class LocationProperties(TierLocation):
    """What is known of a location on the map."""

    location_type_display: str = Field(description="Kind of the location, to show")
    tier_color_class: str | None = Field(description="tier-1 to tier-4; null without a level")
    geometry_status: str = Field(
        description="point, polygons, placeholder (squares too small to be the outline), not_public or none"
    )


class LocationFeature(BaseModel):
    """A location as GeoJSON."""

    type: Literal["Feature"] = Field(description="GeoJSON type")
    id: str = Field(description="Code of the location")
    geometry: Geometry | None = Field(description="Point or outline; null where none is public")
    properties: LocationProperties


class MapMetadata(BaseModel):
    """What the features are about."""

    scenario: str = Field(description="Scenario id")
    tier_code: str = Field(description="Code of the tier")
    tier_name: str = Field(description="Name of the tier")
    tier_type: TierType = Field(description="Counts of locations, or one level for the whole")
    feature_count: int = Field(description="All locations (count)")
    without_geometry_count: int = Field(description="Locations whose geometry is null (count)")
    location_types: list[str] = Field(description="Kinds of the locations")
    delivery_id: str | None = Field(description="Delivery that the levels come from")


class LocationMap(BaseModel):
    """The locations of a tier as a GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"] = Field(description="GeoJSON type")
    features: list[LocationFeature]
    metadata: MapMetadata
