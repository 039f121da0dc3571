"""Answers of data in depth: values year by year, and the statistics of the years that were chosen."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.models.numbers import Fraction, Number, Percent
from api.models.several import ServedInPart

_SERIES = "in the unit of the series"


class YearValue(BaseModel):
    """The value of one water year."""

    water_year: int = Field(description="Water year")
    value: Number = Field(description=f"Value, {_SERIES}")


class RankedValue(YearValue):
    """A value with its place on the exceedance curve."""

    percentile: Percent = Field(
        description="Years that reach the value, %: rank / (years + 1), largest first (Weibull)"
    )


class Box(BaseModel):
    """A box plot after Tukey."""

    min: Number = Field(description=f"Lowest value, {_SERIES}")
    q1: Number = Field(description=f"Lower quartile, {_SERIES}")
    median: Number = Field(description=f"Median, {_SERIES}")
    q3: Number = Field(description=f"Upper quartile, {_SERIES}")
    max: Number = Field(description=f"Highest value, {_SERIES}")
    iqr: Number = Field(description=f"Upper less lower quartile, {_SERIES}")
    whisker_low: Number = Field(description=f"Lowest value within 1.5 iqr of the box, {_SERIES}")
    whisker_high: Number = Field(description=f"Highest value within 1.5 iqr of the box, {_SERIES}")
    outliers: list[Number] = Field(description=f"Values beyond the whiskers, {_SERIES}")


class Statistics(BaseModel):
    """Size, mean and variation of the sample."""

    n: int = Field(description="Years with a value (count)")
    mean: Number = Field(description=f"Mean, {_SERIES}")
    cv: Fraction = Field(description="Sample standard deviation / size of the mean, fraction")


class Series(BaseModel):
    """One series of a subject; the parts that `include` names."""

    measure: str = Field(description="Code of the measure")
    unit: str = Field(description="Unit of the values")
    values: list[YearValue] = Field(default=[], description="The values by water year")
    exceedance: list[RankedValue] = Field(default=[], description="The values from the largest to the smallest")
    box: Box | None = Field(default=None, description="The box plot of the values")
    statistics: Statistics | None = Field(default=None, description="Size, mean and variation of the sample")


class Subject(BaseModel):
    """What the values are about."""

    subject: str = Field(description="Code of the subject")
    kind: Literal["entity", "aggregate", "metric"] = Field(description="A place or user, a sum of them, or a quantity")
    subject_kind: str = Field(description="What the subject is, such as reservoir")
    label: str = Field(description="Name of the subject")
    periods: dict[str, dict[str, Series]] = Field(description="april, sept or annual → key of the series → series")


class DepthScenario(BaseModel):
    """The subjects of a scenario, under the key of the topic."""

    scenario: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    n_years: int = Field(description="Different water years with a value (count)")
    subjects: list[Subject] = Field(default=[], description="The subjects; of most topics")
    reservoirs: list[Subject] = Field(default=[], description="The subjects of reservoir-storage")
    rivers: list[Subject] = Field(default=[], description="The subjects of river-flows")


class DataInDepth(ServedInPart):
    """Values and statistics of a topic."""

    wyt_filter: list[int] | None = Field(description="Types of water years that the sample is limited to; null for all")
    scenarios: list[DepthScenario]
