"""Answers about the Delta: outflow, the position of X2, and salinity; each row names its unit."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.models.distribution import Distribution, with_distributions
from api.models.numbers import Cfs, Fraction, Number, Percent, Taf

_ROW = "in the unit of the row"


class DeltaVariable(BaseModel):
    """One variable of the catalogue."""

    variable_code: str = Field(description="Code of the variable")
    variable_name: str = Field(description="Name of the variable")
    category: str = Field(description="x2, salinity_compliance, salinity_pumps or outflow")
    station_code: str | None = Field(description="Code of its station; null without one")
    unit: str = Field(description="Unit of its values")


class DeltaVariables(BaseModel):
    """The variables of the Delta."""

    variables: list[DeltaVariable]
    total: int = Field(description="Number of variables")


class Standards(BaseModel):
    """How often limits are kept; null for variables and months that have none."""

    exceed_450_pct: Percent = Field(description="Months above 450 µmho/cm, % of months")
    exceed_900_pct: Percent = Field(description="Months above 900 µmho/cm, % of months")
    exceed_1600_pct: Percent = Field(description="Months above 1,600 µmho/cm, % of months")
    exceed_2500_pct: Percent = Field(description="Months above 2,500 µmho/cm, % of months")
    standard_basis: str | None = Field(description="Where the salinity standard comes from")
    d1641_exceed_pct: Percent = Field(description="Months above the salinity standard of Decision 1641, % of months")
    d1641_outflow_met_pct: Percent = Field(description="Months with the outflow of Decision 1641, % of months")
    x2_collinsville_met_pct: Percent = Field(description="Months with X2 west of Collinsville, % of months")
    x2_chipps_met_pct: Percent = Field(description="Months with X2 west of Chipps Island, % of months")
    x2_port_chicago_met_pct: Percent = Field(description="Months with X2 west of Port Chicago, % of months")
    x2_fall_met_pct: Percent = Field(description="Months with X2 within the fall limit, % of months")


class DeltaRow(Standards):
    """What a row about a variable begins with."""

    variable_code: str = Field(description="Code of the variable")
    variable_name: str = Field(description="Name of the variable")
    category: str = Field(description="x2, salinity_compliance, salinity_pumps or outflow")
    station_code: str | None = Field(description="Code of its station; null without one")
    unit: str = Field(description="Unit of the values that name none: KM, UMHOS/CM or TAF")
    avg: Number = Field(description=f"Mean, {_ROW}")
    cv: Fraction = Field(description="Coefficient of variation, fraction")
    avg_cfs: Cfs = Field(description="Mean flow, CFS; only outflow")
    sample_count: int | None = Field(description="Months with a value (count)")


@with_distributions(Distribution(Number, _ROW))
class DeltaMonth(DeltaRow):
    """A variable in one water month."""

    water_month: int = Field(description="Water month, 1 = October")


@with_distributions(
    Distribution(Number, f"all months, {_ROW}", begin="exc"),
    Distribution(Number, f"Aprils, {_ROW}", "april_", begin="exc"),
    Distribution(Number, f"Septembers, {_ROW}", "september_", begin="exc"),
    Distribution(Taf, "volume of the water year, TAF", "annual_", "_taf", begin="exc"),
)
class DeltaPeriod(DeltaRow):
    """A variable over the whole period; seasons and years only with all their months."""

    simulation_start_year: int | None = Field(description="First water year")
    simulation_end_year: int | None = Field(description="Last water year")
    total_years: int | None = Field(description="Water years (count)")
    april_sample_count: int | None = Field(description="Aprils with a value (count)")
    april_avg: Number = Field(description=f"Mean of the Aprils, {_ROW}")
    april_cv: Fraction = Field(description="Coefficient of variation of the Aprils, fraction")
    september_sample_count: int | None = Field(description="Septembers with a value (count)")
    september_avg: Number = Field(description=f"Mean of the Septembers, {_ROW}")
    september_cv: Fraction = Field(description="Coefficient of variation of the Septembers, fraction")
    spring_years_count: int | None = Field(description="Springs with all months (count)")
    spring_avg: Number = Field(description=f"Mean of the springs, {_ROW}")
    spring_cv: Fraction = Field(description="Coefficient of variation of the springs, fraction")
    fall_years_count: int | None = Field(description="Falls with all months (count)")
    fall_avg: Number = Field(description=f"Mean of the falls, {_ROW}")
    fall_cv: Fraction = Field(description="Coefficient of variation of the falls, fraction")
    annual_years_count: int | None = Field(description="Water years with all months (count); only outflow")
    annual_avg_taf: Taf = Field(description="Mean volume of the water years, TAF; only outflow")
    annual_cv: Fraction = Field(description="Coefficient of variation of the yearly volume, fraction")


class DeltaMonthly(BaseModel):
    """The variables by water month."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    data: list[DeltaMonth]
    count: int = Field(description="Number of rows")


class DeltaPeriodSummary(BaseModel):
    """The variables over the whole period."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the numbers come from")
    data: list[DeltaPeriod]
    count: int = Field(description="Number of rows")
