"""The statistics of agriculture, refuges and their aggregates a second time, from the wide CSV with numpy.

Shares nothing with the SQL but the seeds. Every function gives one dict per row, with every column of its fact table;
None stands for NULL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from extract.verification.oracle.reservoirs import (
    DAYS,
    WATER_MONTHS,
    WATER_YEARS,
    distribution,
    exceedances,
    known,
    mean,
    percentile,
    remainder,
    sample,
    variation,
)
from extract.verification.oracle.run import MONTHS, Row, Run, Values, seed, whole_years

EVENT_TAF = 0.1
BALANCE_TAF = 0.1
FULL_DELIVERY = 0.95
EMPTY = np.full(MONTHS, np.nan)
UNIT_MEASURES = ("demand", "delivery", "groundwater_pumping", "shortage", "groundwater_shortage")


@dataclass
class Entity:
    """A unit or aggregate of a run; months in TAF with NaN for unknown.

    Attributes:
        target: what the shortage is measured against.
        present: measures whose series is in the file.
        residual: what the water balance leaves over; unknown where shortage itself comes from the balance.
    """

    code: str
    present: set[str]
    delivery: Values
    demand: Values
    target: Values
    shortage: Values
    pumping: Values
    shortage_source: str
    pumping_basis: str
    key: str = field(default="unit_code")
    residual: Values = field(default_factory=lambda: EMPTY)


def mapping(kind: str) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Rows of variable_map by entity and measure."""
    made: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in seed("04_calsim_data/variable_map"):
        if row["entity_kind"] == kind:
            made.setdefault(row["entity_code"], {}).setdefault(row["measure"], []).append(row)
    return made


def one_series(run: Run, row: dict[str, str]) -> tuple[bool, Values | None]:
    """Whether the series is in the file, and its monthly volumes if they may be used."""
    found = run.chosen(row)
    if not found:
        return False, None
    units = found[0].units.strip().upper()
    if len(found) > 1 or units not in ("CFS", "TAF"):
        return True, None
    per_unit = DAYS * 86400 / 43560000 if units == "CFS" else 1.0
    return True, known(found[0].values) * per_unit * float(row["sign"]) * float(row["factor"])


def volume(run: Run, rows: list[dict[str, str]]) -> tuple[bool, Values | None]:
    """The same of a measure: one series, or the sum of all of its parts."""
    parts = [one_series(run, row) for row in rows]
    if rows[0]["is_sum"] != "true":
        return parts[0]
    present = any(there for there, _ in parts)
    total = sum((EMPTY if values is None else values) for _, values in parts)
    return present, np.asarray(total)


def units(run: Run, kind: str) -> Iterator[Entity]:
    """The units of a kind with a series in the file: demand + RP = delivery + pumping + reuse + shortage."""
    for code, measures in mapping(f"{kind}_demand_unit").items():
        found = {measure: volume(run, rows) for measure, rows in measures.items()}
        present = {measure for measure, (there, _) in found.items() if there}
        if not present & set(UNIT_MEASURES):
            continue

        def term(measure: str) -> Values | None:
            """What the balance has of a measure: 0 if the unit has no such term, None if it is not known."""
            return found[measure][1] if measure in found else np.zeros(MONTHS)  # noqa: B023

        demand, riparian, delivery, reuse = (
            found.get("demand", (False, None))[1],
            term("riparian_et"),
            term("delivery"),
            term("reuse"),
        )
        measured = (found[m][1] for m in ("shortage", "groundwater_shortage") if m in found)
        given = [values for values in measured if values is not None]
        has_shortage_series = bool(present & {"shortage", "groundwater_shortage"})
        pumped = found.get("groundwater_pumping", (False, None))[1]
        left = None
        if demand is not None and riparian is not None and delivery is not None and reuse is not None:
            left = demand + riparian - delivery - reuse
        shortage: Values = EMPTY
        pumping: Values = EMPTY
        source, basis = "none", "none"
        if given:
            shortage, source = given[0], "model"
        elif not has_shortage_series and left is not None and term("groundwater_pumping") is not None:
            shortage, source = remainder(left - np.asarray(term("groundwater_pumping"))), "derived"
        if pumped is not None:
            pumping, basis = pumped, "model"
        elif "groundwater_pumping" in found and "groundwater_pumping" not in present and left is not None and given:
            pumping, basis = remainder(left - given[0]), "calculated"
        residual, drawn = EMPTY, term("groundwater_pumping")
        if left is not None and given and drawn is not None:
            residual = left - drawn - given[0]
        asked = EMPTY if demand is None else demand
        got = found["delivery"][1] if "delivery" in found else None
        yield Entity(
            code,
            present,
            EMPTY if got is None else got,
            asked,
            asked,
            shortage,
            pumping,
            source,
            basis,
            residual=residual,
        )


def aggregates(run: Run, kind: str) -> Iterator[Entity]:
    """The aggregates of a kind with a series in the file."""
    for code, measures in mapping(f"{kind}_aggregate").items():
        found = {measure: volume(run, rows) for measure, rows in measures.items()}
        present = {measure for measure, (there, _) in found.items() if there}
        if not present & {"delivery", "shortage"}:
            continue
        delivery, shortage = (found.get(m, (False, None))[1] for m in ("delivery", "shortage"))
        delivery = EMPTY if delivery is None else delivery
        source = "none" if shortage is None else "model"
        shortage = EMPTY if shortage is None else shortage
        target = delivery + shortage
        yield Entity(code, present, delivery, EMPTY, target, shortage, EMPTY, source, "none", "aggregate_code")


def entities(run: Run, family: str) -> Iterator[Entity]:
    """The entities of a family: agricultural, refuge, ag_aggregate or refuge_aggregate."""
    kind, _, rest = family.partition("_")
    return aggregates(run, kind) if rest else units(run, kind)


def over_zero(part: Values, whole: Values) -> Values:
    """Percent, unknown where the whole is 0."""
    share: Values = np.where(whole == 0, np.nan, part) / np.where(whole == 0, np.nan, whole) * 100
    return share


def share_met(target: Values, shortage: Values) -> float | None:
    """Volume that is met, of the periods in which both are known; 0 to 1."""
    both = ~np.isnan(target + shortage)
    asked = target[both].sum()
    return None if asked == 0 else float(min(1.0, max(0.0, 1 - shortage[both].sum() / asked)))


def percent(value: float | None) -> float | None:
    """A share in percent."""
    return None if value is None else value * 100


def months_of(run: Run, family: str, measure: str) -> Iterator[Row]:
    """Rows of fct_<family>_<measure>_monthly."""
    attribute = "pumping" if measure == "groundwater_pumping" else measure
    for e in entities(run, family):
        if measure in ("delivery", "demand") and measure not in e.present:
            continue
        for month in range(1, 13):
            chosen = month == WATER_MONTHS
            values = sample(getattr(e, attribute)[chosen])
            row: Row = {e.key: e.code, "water_month": month, **distribution(values)}
            if measure == "groundwater_pumping":
                row["groundwater_pumping_basis"] = e.pumping_basis if values.size else "none"
            if measure == "shortage":
                short = int((values > EVENT_TAF).sum())
                shares = sample(over_zero(e.shortage, e.target)[chosen])
                row["shortage_source"] = e.shortage_source if values.size else "none"
                row["shortage_months_count"] = short if values.size else None
                row["shortage_frequency_pct"] = short / values.size * 100 if values.size else None
                row["shortage_mean_pct"], row["shortage_pct_cv"] = mean(shares), variation(shares)
                if e.key == "unit_code":
                    row["demand_met_pct"] = percent(share_met(e.demand[chosen], e.shortage[chosen]))
            yield row


def balances(run: Run, family: str) -> Iterator[Row]:
    """Rows of fct_water_balance_check, of agricultural units or refuges."""
    for e in entities(run, family):
        checked = ~np.isnan(e.residual)
        if checked.any():
            off = int((abs(e.residual[checked]) > BALANCE_TAF).sum())
            yield {
                "entity_kind": f"{family}_demand_unit",
                "entity_code": e.code,
                "checked_months_count": int(checked.sum()),
                "unbalanced_months_count": off,
                "is_balanced": off == 0,
                "demand_mean_taf": float(e.demand[checked].mean()),
                "residual_mean_taf": float(e.residual[checked].mean()),
                "residual_largest_taf": float(abs(e.residual[checked]).max()),
                "tolerance_taf": BALANCE_TAF,
            }


def by_year(values: Values) -> Values:
    """Sums of the water years, NaN unless all twelve months are known."""
    return np.array([values[year == WATER_YEARS].sum() for year in np.unique(WATER_YEARS)])


def annual(name: str, years: Values) -> Row:
    """Mean, spread and exceedances of annual volumes."""
    values = sample(years)
    row: Row = {f"annual_{name}_mean_taf": mean(values), f"annual_{name}_cv": variation(values)}
    return row | exceedances(values, f"annual_{name}_exc_p{{}}_taf")


def reliability(e: Entity) -> Row:
    """The shortage and reliability columns of a period summary."""
    years, target = by_year(e.shortage), by_year(e.target)
    values, shares, months = sample(years), sample(over_zero(years, target)), sample(e.shortage)
    short = int((values > EVENT_TAF).sum())
    met = share_met(target, years)
    row: Row = {"shortage_source": e.shortage_source if months.size else "none", "shortage_complete_years": values.size}
    row |= annual("shortage", years)
    row["shortage_years_count"] = short if values.size else None
    row["shortage_frequency_pct"] = short / values.size * 100 if values.size else None
    row["annual_shortage_mean_pct"], row["annual_shortage_pct_cv"] = mean(shares), variation(shares)
    row["p95_annual_shortage_pct"] = percentile(shares, 95)
    row["volumetric_reliability"] = met
    row["annual_reliability"] = 1 - short / values.size if values.size else None
    row["monthly_reliability"] = 1 - int((months > EVENT_TAF).sum()) / months.size if months.size else None
    return row | ({"demand_met_pct": percent(met)} if e.key == "unit_code" else {})


def summary(run: Run, family: str) -> Iterator[Row]:
    """Rows of fct_<family>_period_summary."""
    first, last = (int(WATER_YEARS[p]) for p in run.span())
    for e in entities(run, family):
        delivery, demand, pumping = by_year(e.delivery), by_year(e.demand), by_year(e.pumping)
        row: Row = {e.key: e.code, "simulation_start_year": first, "simulation_end_year": last}
        row |= {"total_years": whole_years(*run.span()), "complete_years": sample(delivery).size}
        row |= annual("delivery", delivery)
        if e.key == "unit_code":
            row |= annual("demand", demand)
        if family != "refuge_aggregate":
            row |= reliability(e)
        if family == "agricultural":
            both = ~np.isnan(demand + pumping)
            asked = demand[both].sum()
            row |= annual("groundwater_pumping", pumping)
            row["groundwater_pumping_basis"] = e.pumping_basis if sample(e.pumping).size else "none"
            row["groundwater_pumping_demand_pct"] = percent(pumping[both].sum() / asked) if asked != 0 else None
        if family == "refuge":
            counted = (demand > 0) & ~np.isnan(delivery)
            full = delivery[counted] >= demand[counted] * FULL_DELIVERY
            row["full_delivery_years_pct"] = percent(float(full.mean())) if counted.any() else None
        yield row
