"""Answers about the catalogues of water supply: aggregates, contractors and demand units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.models.blocks import Block
from api.models.numbers import Acres, Taf


def _added_up(variables: Sequence[str]) -> str | None:
    return " + ".join(variables) or None


Variables = Annotated[str | None, BeforeValidator(_added_up)]
"""Names of series of the model run, with a plus between those that are added up."""


class SupplyAggregate(Block):
    """One aggregate of deliveries."""

    short_code: str = Field(validation_alias="aggregate_code", description="Code of the aggregate")
    label: str = Field(validation_alias="aggregate_name", description="Name of the aggregate")
    project: str | None = Field(description="CVP or SWP; null where both are added")
    region: str | None = Field(validation_alias="side", description="nod, sod (north, south of the Delta) or total")
    delivery_variable: Variables = Field(
        validation_alias="delivery_variables", description="Series of the model run that make the delivery"
    )
    description: Variables = Field(
        validation_alias="delivery_variables", description="What is added up, as delivery_variable says it"
    )


class SupplyAggregates(Block):
    """The aggregates of deliveries."""

    aggregates: list[SupplyAggregate]
    count: int = Field(description="Aggregates (count)")


class ContractorEntry(Block):
    """One contractor of the State Water Project."""

    short_code: str = Field(validation_alias="contractor_code", description="Code of the contractor")
    name: str = Field(validation_alias="contractor_name", description="Name of the contractor, or of its share")
    label: str = Field(validation_alias="contractor_name", description="The name again")
    project: str = Field(description="Project of the contract")
    region: str = Field(validation_alias="service_area", description="Part of the project that it belongs to")
    contractor_type: str = Field(description="MI (municipal and industrial) or AG (agricultural)")
    contract_amount_taf: Taf = Field(
        validation_alias="table_a_taf", description="Table A amount, TAF a year; null where no public source gives it"
    )
    contract_amount_status: str = Field(
        validation_alias="table_a_status",
        description="How far the amount can be trusted: confirmed, reported, not_known",
    )
    groups: list[str] = Field(validation_alias="group_codes", description="Codes of the groups that it belongs to")
    without_series_reason: str | None = Field(description="Why the model run holds no series of it; null where it does")


class Contractors(Block):
    """The catalogue of contractors."""

    contractors: list[ContractorEntry]
    count: int = Field(description="Contractors (count)")


class UnitEntry(Block):
    """One demand unit."""

    du_id: str = Field(validation_alias="unit_code", description="Code of the demand unit")
    label: str = Field(validation_alias="unit_label", description="Name to show, the code where no list has one")
    wba_id: str | None = Field(validation_alias="wba_code", description="Water budget area")
    hydrologic_region: str | None = Field(description="Hydrologic region")
    cs3_type: str | None = Field(description="Type of the unit in the model")
    gw: bool | None = Field(validation_alias="has_groundwater", description="Whether it pumps groundwater")
    sw: bool | None = Field(validation_alias="has_surface_water", description="Whether it gets surface water")


class UrbanUnitEntry(UnitEntry):
    """One urban demand unit."""

    community_agency: str | None = Field(validation_alias="agency", description="Water agency; null if not known")
    du_class: Literal["Urban"] = Field(description="Class of the unit")
    project: str | None = Field(description="Project that delivers the water; null where no list says it")
    variable_type: Literal["delivery", "gw_pumping", "missing"] = Field(
        description="What the model run holds of it: a delivery, groundwater pumping only, or nothing"
    )
    delivery_variable: Variables = Field(
        validation_alias="delivery_variables", description="Series of the model run that make the delivery"
    )
    shortage_variable: Variables = Field(
        validation_alias="shortage_variables", description="Series of the model run that make the shortage"
    )
    groups: list[str] = Field(validation_alias="group_codes", description="Codes of the groups that it belongs to")
    without_series_reason: str | None = Field(description="Why the model run holds no series of it; null where it does")


class UrbanUnits(Block):
    """The catalogue of urban demand units."""

    demand_units: list[UrbanUnitEntry]
    count: int = Field(description="Demand units (count)")


class GroupedUnit(UrbanUnitEntry):
    """One urban demand unit of a group."""

    display_name: str = Field(validation_alias="unit_label", description="Name to show")


class UrbanUnitGroup(Block):
    """One group of urban demand units."""

    short_code: str = Field(
        validation_alias="group_code", description="Code of the group, as the parameter group takes it"
    )
    label: str = Field(validation_alias="group_name", description="What its units have in common")
    description: str = Field(validation_alias="group_name", description="What its units have in common")
    units: list[GroupedUnit] = Field(description="Its units, in the order to show them")


class UrbanUnitGroups(Block):
    """The groups of urban demand units."""

    groups: list[UrbanUnitGroup]
    total_units: int = Field(description="Demand units that are in a group (count)")


class FarmUnitEntry(UnitEntry):
    """One agricultural demand unit."""

    agency: str | None = Field(description="Districts and agencies that the unit stands for")
    provider: str | None = Field(description="Who provides the surface water")
    total_acres: Acres = Field(description="Area of its polygons, acres")
    has_gis_data: bool | None = Field(validation_alias="has_polygons", description="Whether its outline is public")
    without_series_reason: str | None = Field(description="Why the model run holds no series of it; null where it does")


class FarmUnits(Block):
    """The catalogue of agricultural demand units."""

    demand_units: list[FarmUnitEntry]
    count: int = Field(description="Demand units (count)")


class RefugeEntry(UnitEntry):
    """One wildlife refuge."""

    refuge_or_wildlife_area: str | None = Field(validation_alias="unit_label", description="Name of the refuge")
    managed_by: str | None = Field(description="Agencies that manage it")
    provider: str | None = Field(description="Who provides the surface water")
    total_acres: Acres = Field(description="Area of its polygons, acres")


class RefugeUnits(Block):
    """The catalogue of wildlife refuges."""

    demand_units: list[RefugeEntry]
    count: int = Field(description="Refuges (count)")
