"""Answers about the flow of river and canal reaches; names are those of the website.

`qN` = N-th percentile, low to high; `exc_pN` = exceeded N % of the time, so exc_p5 is high.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.models.distribution import Distribution, with_distributions
from api.models.numbers import Cfs, Fraction, Percent, Taf


class Channel(BaseModel):
    """One reach of the catalogue."""

    network_arc_id: str = Field(description="Code of the reach, that of its arc in the network")
    label: str = Field(description="Name of the reach")
    channel_class: str = Field(description="Class: stream, canal or reservoir_release")
    channel_class_label: str = Field(description="The class, to show")
    watershed_short_code: str | None = Field(description="Code of the watershed; null for canals and in the Delta")
    watershed_name: str | None = Field(description="Name of the watershed")
    hydrologic_region: str | None = Field(description="Code of the hydrologic region")
    unimp_sv_variable: str | None = Field(description="Variable of the unimpaired flow it is compared with")
    has_mif: bool = Field(description="Whether the model can have a required minimum flow for it")
    has_eflows: bool = Field(description="Whether the model can have a functional flow target for it")
    has_unimpaired: bool = Field(description="Whether an unimpaired flow is named for it")
    is_tidal: bool = Field(description="Whether tide and exports turn the flow, so that it has no ratios")


class Channels(BaseModel):
    """The reaches with flow statistics."""

    channels: list[Channel]
    total: int = Field(description="Number of reaches")


class Season(BaseModel):
    """One season of functional flows."""

    season_id: int = Field(description="Number of the season, its place in lists")
    short_code: str = Field(description="Code of the season")
    name: str = Field(description="Name of the season")
    description: str = Field(description="Name and months")
    calendar_months: str = Field(description="Its months in words")
    wy_months: list[int] = Field(description="Its months in their order as water months, 1 = October")
    sort_order: int = Field(description="Place in lists")


class Seasons(BaseModel):
    """The seasons of functional flows."""

    seasons: list[Season]
    total: int = Field(description="Number of seasons")


class MeanFlow(BaseModel):
    """Mean and variation of a flow over the years."""

    network_arc_id: str = Field(description="Code of the reach")
    sample_count: int | None = Field(description="Years with a flow (count)")
    flow_avg_cfs: Cfs = Field(description="Mean flow, CFS")
    flow_avg_taf: Taf = Field(description="Mean volume of the month or season, TAF")
    flow_cv: Fraction = Field(description="Coefficient of variation of the flow, fraction")
    unimp_avg_cfs: Cfs = Field(description="Mean unimpaired flow, CFS; null where none is known")
    pct_unimpaired_avg: Percent = Field(description="Mean over years of the flow as % of the unimpaired flow")
    pct_unimpaired_cv: Fraction = Field(description="Coefficient of variation of these percentages, fraction")
    pct_unimpaired_volume: Percent = Field(description="All flow as % of all unimpaired flow, by volume")
    pct_unimpaired_sample_count: int | None = Field(description="Years with both flows (count)")


@with_distributions(
    Distribution(Cfs, "flow, CFS", "flow_", "_cfs"),
    Distribution(Taf, "volume of the month, TAF", "flow_", "_taf"),
    Distribution(Percent, "% of the unimpaired flow"),
)
class ChannelMonth(MeanFlow):
    """Flow of a reach in one water month; q0 … exc_p95 without a prefix are % of the unimpaired flow."""

    water_month: int = Field(description="Water month, 1 = October")


@with_distributions(
    Distribution(Cfs, "flow, CFS", "flow_"),
    Distribution(Taf, "volume of the season, TAF", "flow_", "_taf"),
    Distribution(Percent, "% of the unimpaired flow", "unimp_"),
    Distribution(Percent, "% of the functional flow target", "ff_"),
)
class ChannelSeason(MeanFlow):
    """Flow of a reach in one season; null with `ff` where the run has no functional flow target for the reach."""

    season_id: int = Field(description="Number of the season")
    season_short_code: str = Field(description="Code of the season")
    season_name: str = Field(description="Name of the season")
    season_sort_order: int = Field(description="Place in lists")
    pct_ff_avg: Percent = Field(description="Mean over years of the flow as % of the functional flow target")
    pct_ff_cv: Fraction = Field(description="Coefficient of variation of these percentages, fraction")
    pct_ff_volume: Percent = Field(description="All flow as % of all targets, by volume")
    pct_ff_sample_count: int | None = Field(description="Years with flow and target (count)")
    deviation_avg: Percent = Field(description="pct_ff_avg less 100, %; negative = below the target")
    target_met_pct: Percent = Field(description="Years that reach the target, % of years")
    within_reference_pct: Percent = Field(description="Years within the natural range, % of years")
    alteration_class: str | None = Field(description="likely_unaltered, likely_altered or indeterminate")


@with_distributions(
    Distribution(Cfs, "mean flow of the water year, CFS", "flow_", "_cfs", begin="exc"),
    Distribution(Taf, "volume of the water year, TAF", "flow_", "_taf", begin="exc"),
)
class ChannelPeriod(BaseModel):
    """Flow of a reach over the whole period."""

    network_arc_id: str = Field(description="Code of the reach")
    simulation_start_year: int | None = Field(description="First water year")
    simulation_end_year: int | None = Field(description="Last water year")
    total_years: int | None = Field(description="Water years (count)")
    total_months: int | None = Field(description="Months with a flow (count)")
    annual_flow_avg_cfs: Cfs = Field(description="Mean flow of the water years, CFS")
    annual_flow_avg_taf: Taf = Field(description="Mean volume of the water years, TAF")
    annual_flow_cv: Fraction = Field(description="Coefficient of variation of the yearly volume, fraction")
    pearson_r: Fraction = Field(description="Correlation of flow and unimpaired flow over months, fraction -1 to 1")
    p_value: None = Field(
        description="Not computed; pearson_t with correlation_months_count - 2 degrees of freedom says it"
    )
    pearson_t: Fraction = Field(description="Student's t of the correlation, fraction")
    correlation_months_count: int | None = Field(description="Months with both flows (count)")
    avg_pct_unimpaired: Percent = Field(description="Mean over years of the flow as % of the unimpaired flow")
    annual_cv_pct_unimpaired: Fraction = Field(description="Coefficient of variation of these percentages, fraction")
    pct_unimpaired_volume: Percent = Field(description="All flow as % of all unimpaired flow, by volume")
    avg_pct_ff: Percent = Field(description="Mean over years of the flow as % of the functional flow target")
    annual_cv_pct_ff: Fraction = Field(description="Coefficient of variation of these percentages, fraction")
    pct_ff_volume: Percent = Field(description="All flow as % of all targets, by volume")
    mif_met_pct: Percent = Field(description="Months at or above the required minimum flow, % of months")
    below_mif_pct: Percent = Field(description="Months below the required minimum flow, % of months")
    at_mif_pct: Percent = Field(description="Months at the required minimum flow, % of months")
    mif_months_count: int | None = Field(description="Months with flow and required minimum (count)")
    has_mif: bool = Field(description="Whether the model can have a required minimum flow for it")
    has_eflows: bool = Field(description="Whether the model can have a functional flow target for it")
    unimp_sv_variable: str | None = Field(description="Variable of the unimpaired flow it is compared with")


class ChannelResults(BaseModel):
    """What every answer about the reaches of a scenario begins with."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    count: int = Field(description="Number of rows")


class ChannelsMonthly(ChannelResults):
    """Flow by reach and water month."""

    data: list[ChannelMonth]


class ChannelsSeasonal(ChannelResults):
    """Flow by reach and season."""

    data: list[ChannelSeason]


class ChannelsPeriod(ChannelResults):
    """Flow by reach over the whole period."""

    data: list[ChannelPeriod]
