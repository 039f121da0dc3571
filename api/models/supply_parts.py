"""Parts of the answers about water supply: a water month, and the whole period, of a delivery or a shortage."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from api.models.blocks import (
    Block,
    DeliveryExceedance,
    DemandExceedance,
    PumpingExceedance,
    ShortageExceedance,
    VolumeMonth,
)
from api.models.numbers import Fraction, Percent, Taf

SHORT = "a volume above 0.1 TAF is a shortage"


class DeliveryMonth(VolumeMonth):
    """Water delivered in one water month over all years."""

    demand_avg_taf: Taf = Field(validation_alias="demand_mean_taf", description="Mean demand, TAF; null if not known")
    percent_of_demand: Percent = Field(
        validation_alias="demand_met_pct",
        description="Demand that is met, % of demand, over the years in which both are known",
    )


class ShortageMonth(VolumeMonth):
    """Shortage in one water month over all years."""

    frequency_pct: Percent = Field(
        validation_alias="shortage_frequency_pct", description=f"Years with a shortage, % of years; {SHORT}"
    )


class UrbanDeliveryMonth(DeliveryMonth):
    """Water delivered to an urban demand unit in one water month over all years, and what it pumps itself."""

    gw_pumping_avg_taf: Taf = Field(
        validation_alias="groundwater_pumping_mean_taf", description="Mean groundwater pumping, TAF"
    )


class UrbanShortageMonth(ShortageMonth):
    """Water that an urban demand unit lacks in one water month over all years, beside its demand."""

    demand_avg_taf: Taf = Field(validation_alias="demand_mean_taf", description="Mean demand, TAF; null if not known")
    percent_of_demand: Percent = Field(
        validation_alias="demand_met_pct",
        description="Demand that is met, % of demand, over the years in which both are known",
    )


class FarmShortageMonth(ShortageMonth):
    """Water that farms lack in one water month over all years."""

    shortage_frequency_pct: Percent = Field(description=f"frequency_pct by its newer name, % of years; {SHORT}")
    pct_of_demand_avg: Percent = Field(
        validation_alias="shortage_mean_pct", description="Mean over the years of shortage as % of demand"
    )
    shortage_pct_of_demand_avg: Percent = Field(
        validation_alias="shortage_mean_pct", description="pct_of_demand_avg by its newer name, % of demand"
    )
    shortage_pct_cv: Fraction = Field(description="Coefficient of variation of these percentages, fraction")


class FarmUnitShortageMonth(FarmShortageMonth):
    """Water that an agricultural demand unit lacks in one water month over all years."""

    percent_of_demand: Percent = Field(
        validation_alias="demand_met_pct",
        description="Demand that is met, % of demand, over the years in which both are known",
    )


class RefugeShortageMonth(VolumeMonth):
    """Water that a refuge lacks in one water month over all years."""

    shortage_frequency_pct: Percent = Field(description=f"Years with a shortage, % of years; {SHORT}")
    shortage_pct_avg: Percent = Field(
        validation_alias="shortage_mean_pct", description="Mean over the years of shortage as % of demand"
    )
    shortage_pct_cv: Fraction = Field(description="Coefficient of variation of shortage as % of demand, fraction")
    percent_of_demand: Percent = Field(
        validation_alias="demand_met_pct",
        description="Demand that is met, % of demand, over the years in which both are known",
    )


def _is_calculated(basis: str | None) -> bool | None:
    return None if basis is None or basis == "none" else basis == "calculated"


class PumpingMonth(VolumeMonth):
    """Groundwater pumped in one water month over all years."""

    is_calculated: Annotated[bool | None, BeforeValidator(_is_calculated)] = Field(
        validation_alias="groundwater_pumping_basis",
        description="True: demand less delivery, as the model run holds no series of it",
    )


class Years(Block):
    """The water years of the model run."""

    simulation_start_year: int | None = Field(description="First water year")
    simulation_end_year: int | None = Field(description="Last water year")
    total_years: int | None = Field(description="Water years (count)")


class DeliveryPeriod(Years):
    """Water delivered per water year."""

    complete_years: int | None = Field(description="Water years whose delivery is known (count)")
    annual_delivery_avg_taf: Taf = Field(
        validation_alias="annual_delivery_mean_taf", description="Mean delivery, TAF a year"
    )
    annual_delivery_cv: Fraction = Field(description="Coefficient of variation of the yearly delivery, fraction")
    delivery_exceedance: DeliveryExceedance


class ShortagePeriod(Block):
    """Shortage per water year, and what that says about reliability."""

    annual_shortage_avg_taf: Taf = Field(
        validation_alias="annual_shortage_mean_taf", description="Mean shortage, TAF a year; null if it is not known"
    )
    annual_shortage_cv: Fraction = Field(description="Coefficient of variation of the yearly shortage, fraction")
    shortage_years_count: int | None = Field(description=f"Water years with a shortage (count); {SHORT}")
    shortage_frequency_pct: Percent = Field(description=f"Water years with a shortage, % of years; {SHORT}")
    shortage_exceedance: ShortageExceedance
    shortage_complete_years: int | None = Field(description="Water years whose shortage is known (count)")
    shortage_source: str | None = Field(
        description="Where the shortage comes from: model (a series of the run), derived (demand less supplies), none"
    )
    reliability_pct: Percent = Field(
        description="Volumetric reliability in %: 100 (1 - sum of shortage / sum of the water it is measured against, "
        "which is the demand, or for contract water the allocation); not the demand met, which is avg_pct_demand_met; "
        "null if the shortage is not known"
    )
    annual_reliability: Fraction = Field(description="Water years without a shortage, fraction of years")
    monthly_reliability: Fraction = Field(description="Months without a shortage, fraction of months")
    p95_annual_shortage_pct: Percent = Field(
        description="95th percentile over the years of shortage as % of the water it is measured against; high is bad"
    )


class SupplyPeriod(DeliveryPeriod, ShortagePeriod):
    """Delivery, shortage and demand per water year."""

    annual_delivery_min_taf: Taf = Field(description="Least delivery of a year, TAF")
    annual_delivery_max_taf: Taf = Field(description="Largest delivery of a year, TAF")
    demand_source: str | None = Field(description="Where the demand comes from")
    annual_demand_avg_taf: Taf = Field(
        validation_alias="annual_demand_mean_taf", description="Mean demand, TAF a year; null if it is not known"
    )
    avg_pct_demand_met: Percent = Field(
        validation_alias="demand_met_pct",
        description="Demand that is met, % of demand: 100 (1 - sum of unmet demand / sum of demand)",
    )


class UrbanSupplyPeriod(SupplyPeriod):
    """Delivery, pumping, shortage and demand of an urban demand unit per water year."""

    annual_gw_pumping_avg_taf: Taf = Field(
        validation_alias="annual_groundwater_pumping_mean_taf", description="Mean groundwater pumping, TAF a year"
    )


class AllocatedPeriod(SupplyPeriod):
    """Delivery, shortage and demand of contract water per water year."""

    avg_pct_allocation_met: Percent = Field(
        validation_alias="reliability_pct",
        description="What is delivered of the project's allocation (delivery and shortage), %; "
        "for contract water the same as reliability_pct",
    )


class FarmPeriod(DeliveryPeriod, ShortagePeriod):
    """Demand, delivery, pumping and shortage of a farm unit per water year."""

    annual_demand_avg_taf: Taf = Field(validation_alias="annual_demand_mean_taf", description="Mean demand, TAF a year")
    annual_demand_cv: Fraction = Field(description="Coefficient of variation of the yearly demand, fraction")
    demand_exceedance: DemandExceedance
    annual_sw_delivery_avg_taf: Taf = Field(
        validation_alias="annual_delivery_mean_taf", description="Mean delivery of surface water, TAF a year"
    )
    annual_sw_delivery_cv: Fraction = Field(
        validation_alias="annual_delivery_cv", description="Coefficient of variation of that delivery, fraction"
    )
    annual_gw_pumping_avg_taf: Taf = Field(
        validation_alias="annual_groundwater_pumping_mean_taf", description="Mean pumping, TAF a year"
    )
    annual_gw_pumping_cv: Fraction = Field(
        validation_alias="annual_groundwater_pumping_cv",
        description="Coefficient of variation of the yearly pumping, fraction",
    )
    gw_pumping_exceedance: PumpingExceedance
    gw_pumping_pct_of_demand: Percent = Field(
        validation_alias="groundwater_pumping_demand_pct", description="Pumping, % of demand"
    )
    annual_shortage_pct_of_demand: Percent = Field(
        validation_alias="annual_shortage_mean_pct", description="Mean over the years of shortage as % of demand"
    )
    annual_shortage_pct_cv: Fraction = Field(
        description="Coefficient of variation of the yearly shortage as % of demand, fraction"
    )
    avg_pct_demand_met: Percent = Field(
        validation_alias="demand_met_pct", description="Demand that is met, % of demand; null if not known"
    )


class FarmAggregatePeriod(DeliveryPeriod, ShortagePeriod):
    """Delivery and shortage of an aggregate of farm deliveries per water year."""

    annual_shortage_pct_of_demand: Percent = Field(
        validation_alias="annual_shortage_mean_pct",
        description="Mean over the years of shortage as % of the allocation (delivery and shortage)",
    )
    annual_shortage_pct_cv: Fraction = Field(description="Coefficient of variation of these percentages, fraction")


class RefugePeriod(DeliveryPeriod, ShortagePeriod):
    """Demand, delivery and shortage of a refuge per water year."""

    annual_demand_avg_taf: Taf = Field(validation_alias="annual_demand_mean_taf", description="Mean demand, TAF a year")
    annual_demand_cv: Fraction = Field(description="Coefficient of variation of the yearly demand, fraction")
    demand_exceedance: DemandExceedance
    avg_pct_demand_met: Percent = Field(
        validation_alias="demand_met_pct", description="Demand that is met, % of demand; null if not known"
    )
    full_delivery_years_pct: Percent = Field(description="Years whose delivery reaches 95 % of the demand, % of years")

    delivery_exc_p5: Taf = Field(
        validation_alias="annual_delivery_exc_p5_taf", description="Delivery exceeded in 5 % of the years, TAF a year"
    )
    delivery_exc_p10: Taf = Field(
        validation_alias="annual_delivery_exc_p10_taf", description="Delivery exceeded in 10 % of the years, TAF a year"
    )
    delivery_exc_p25: Taf = Field(
        validation_alias="annual_delivery_exc_p25_taf", description="Delivery exceeded in 25 % of the years, TAF a year"
    )
    delivery_exc_p50: Taf = Field(
        validation_alias="annual_delivery_exc_p50_taf", description="Delivery exceeded in 50 % of the years, TAF a year"
    )
    delivery_exc_p75: Taf = Field(
        validation_alias="annual_delivery_exc_p75_taf", description="Delivery exceeded in 75 % of the years, TAF a year"
    )
    delivery_exc_p90: Taf = Field(
        validation_alias="annual_delivery_exc_p90_taf", description="Delivery exceeded in 90 % of the years, TAF a year"
    )
    delivery_exc_p95: Taf = Field(
        validation_alias="annual_delivery_exc_p95_taf", description="Delivery exceeded in 95 % of the years, TAF a year"
    )
    annual_shortage_pct_avg: Percent = Field(
        validation_alias="annual_shortage_mean_pct", description="Mean over the years of shortage as % of demand"
    )
    annual_shortage_pct_cv: Fraction = Field(
        description="Coefficient of variation of the yearly shortage as % of demand, fraction"
    )
    reliability_pct_95: Percent = Field(
        validation_alias="p95_annual_shortage_pct",
        description="In spite of its name a shortage: 95th percentile over the years of shortage as % of demand; "
        "0 is best, 100 is worst",
    )
