"""Parts of answers that fill themselves from the columns of a row, and the ones that all families share.

Where a key of the answer is not the name of a column, the field names the column as its `validation_alias`. Keys of a
month: `qN` = N-th percentile, low to high; `exc_pN` = exceeded N % of the time, so exc_p5 is high. Water months are the
keys "1" (October) to "12" (September).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.models.numbers import Fraction, Taf


@dataclass(frozen=True)
class Columns:
    """Which columns of the row fill a part: the pattern, in which `*` is the name of the part's field."""

    pattern: str


SAME_ROW = Columns("*")
"""The part is filled from the whole row."""


class Block(BaseModel):
    """A part of an answer; its parts that are marked with `Columns` are filled from the same row."""

    # several keys may come from one column
    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _fill_parts(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        parts = {
            part: data if columns is None else {own: data[column] for own, column in columns.items()}
            for part, columns in _parts(cls).items()
        }
        return {**parts, **data} if parts else data


@cache
def _parts(model: type[Block]) -> dict[str, dict[str, str] | None]:
    """Part of a model → field of the part → column of the row; none for the whole row."""
    parts: dict[str, dict[str, str] | None] = {}
    for name, field in model.model_fields.items():
        for columns in field.metadata:
            if isinstance(columns, Columns):
                part: type[Block] = field.annotation  # type: ignore[assignment]
                each = {key: columns.pattern.replace("*", key) for key in part.model_fields}
                parts[name] = None if columns is SAME_ROW else each
    return parts


class Exceedance(Block):
    """A yearly volume by exceedance; p5 is high."""

    p5: Taf = Field(description="Exceeded in 5 % of the years, TAF a year")
    p10: Taf = Field(description="Exceeded in 10 % of the years, TAF a year")
    p25: Taf = Field(description="Exceeded in 25 % of the years, TAF a year")
    p50: Taf = Field(description="Exceeded in 50 % of the years, TAF a year")
    p75: Taf = Field(description="Exceeded in 75 % of the years, TAF a year")
    p90: Taf = Field(description="Exceeded in 90 % of the years, TAF a year")
    p95: Taf = Field(description="Exceeded in 95 % of the years, TAF a year")


DemandExceedance = Annotated[Exceedance, Columns("annual_demand_exc_*_taf")]
DeliveryExceedance = Annotated[Exceedance, Columns("annual_delivery_exc_*_taf")]
PumpingExceedance = Annotated[Exceedance, Columns("annual_groundwater_pumping_exc_*_taf")]
ShortageExceedance = Annotated[Exceedance, Columns("annual_shortage_exc_*_taf")]


class QuantilesTaf(Block):
    """One water month over all years, TAF."""

    q0: Taf = Field(validation_alias="q0_taf", description="Lowest value, TAF")
    q10: Taf = Field(validation_alias="q10_taf", description="10th percentile, TAF")
    q30: Taf = Field(validation_alias="q30_taf", description="30th percentile, TAF")
    q50: Taf = Field(validation_alias="q50_taf", description="Median, TAF")
    q70: Taf = Field(validation_alias="q70_taf", description="70th percentile, TAF")
    q90: Taf = Field(validation_alias="q90_taf", description="90th percentile, TAF")
    q100: Taf = Field(validation_alias="q100_taf", description="Highest value, TAF")


class DistributionTaf(QuantilesTaf):
    """One water month over all years, TAF, with exceedance."""

    exc_p5: Taf = Field(validation_alias="exc_p5_taf", description="Exceeded 5 % of the time, TAF")
    exc_p10: Taf = Field(validation_alias="exc_p10_taf", description="Exceeded 10 % of the time, TAF")
    exc_p25: Taf = Field(validation_alias="exc_p25_taf", description="Exceeded 25 % of the time, TAF")
    exc_p50: Taf = Field(validation_alias="exc_p50_taf", description="Exceeded 50 % of the time, TAF")
    exc_p75: Taf = Field(validation_alias="exc_p75_taf", description="Exceeded 75 % of the time, TAF")
    exc_p90: Taf = Field(validation_alias="exc_p90_taf", description="Exceeded 90 % of the time, TAF")
    exc_p95: Taf = Field(validation_alias="exc_p95_taf", description="Exceeded 95 % of the time, TAF")
    cv: Fraction = Field(description="Coefficient of variation (sample standard deviation / mean), fraction")
    sample_count: int | None = Field(description="Years with a value (count)")


class VolumeMonth(DistributionTaf):
    """A volume of water in one water month over all years."""

    avg_taf: Taf = Field(validation_alias="mean_taf", description="Mean, TAF")


class Results(BaseModel):
    """What every answer about one scenario begins with."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    group: str | None = Field(default=None, description="The group that was asked for; absent if none was")
    without_data: list[str] = Field(description="Codes that were asked for and have no results in this scenario")
