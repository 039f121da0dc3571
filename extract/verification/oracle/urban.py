"""The fact tables of urban demand units, contractors and community water system groups; see `supply`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from extract.verification.oracle import supply as oracle
from extract.verification.oracle.reservoirs import mean, remainder, sample
from extract.verification.oracle.run import Row, Values, seed
from extract.verification.oracle.supply import EMPTY, ModelRun, Volume

URBAN, CONTRACTOR, ARC, GROUP = "urban_demand_unit", "mi_contractor", "mi_contractor_arc", "cws_aggregate"
URBAN_MEASURES = ("delivery", "groundwater_pumping", "demand", "shortage", "groundwater_shortage")
CODE = {URBAN: "unit_code", CONTRACTOR: "contractor_code", GROUP: "aggregate_code"}


@dataclass(frozen=True)
class Supply:
    """An entity's months in TAF, NaN for unknown.

    Attributes:
        target: the water that the shortage is measured against.
        unmet: what of the demand is left unmet.
        residual: demand less all terms of the balance.
    """

    code: str
    demand_source: str
    shortage_source: str
    delivery: Values
    pumping: Values
    demand: Values
    shortage: Values
    target: Values
    unmet: Values
    residual: Values


def months(volume: Volume | None) -> Values:
    """The values of a measure that may be absent."""
    return EMPTY if volume is None or volume.values is None else volume.values


def usable(volume: Volume | None) -> bool:
    """Whether a measure is there and may be used."""
    return volume is not None and volume.values is not None


def recovered(delivery: Values, shortage: Values, allocation: Values) -> Values:
    """The demand behind contract water."""
    demand: Values = (delivery + shortage) / np.where(allocation == 0, np.nan, allocation)
    return demand


def urban_units(run: ModelRun) -> Iterator[Supply]:
    """The urban demand units with any series in the file."""
    for code in oracle.codes(URBAN):
        if not run.has_any(URBAN, code, *URBAN_MEASURES):
            continue
        given = {m: run.volume(URBAN, code, m) for m in URBAN_MEASURES}
        is_mapped = {m: bool(run.mapped(URBAN, code, m)) for m in URBAN_MEASURES}
        own_demand = any(row["part_b"] for row in run.mapped(URBAN, code, "demand"))
        contract = is_mapped["shortage"] and not own_demand
        short = given["shortage"] if usable(given["shortage"]) else given["groundwater_shortage"]
        delivery, pumping = months(given["delivery"]), months(given["groundwater_pumping"])
        demand, shortage = months(given["demand"]), months(short)
        allocation = run.allocation(URBAN, code)
        demand_source = "none"
        if usable(given["demand"]):
            demand_source = "constant" if given["demand"].basis == "constant" else "model"  # type: ignore[union-attr]
        elif allocation is not None and usable(given["delivery"]) and usable(short):
            demand_source, demand = "derived", recovered(delivery, shortage, allocation)
        supply = np.zeros_like(EMPTY)
        for measure in ("delivery", "groundwater_pumping"):
            supply = supply + (months(given[measure]) if is_mapped[measure] else 0)
        shortage_source = "none"
        if usable(short):
            shortage_source = "model"
        elif given["shortage"] is None and given["groundwater_shortage"] is None and not contract:
            supplies = [m for m in ("delivery", "groundwater_pumping") if is_mapped[m]]
            if usable(given["demand"]) and all(usable(given[m]) for m in supplies):
                shortage_source, shortage = "derived", remainder(demand - supply)
        yield Supply(
            code,
            demand_source,
            shortage_source,
            delivery,
            pumping,
            demand,
            shortage,
            delivery + shortage if contract else demand,
            demand - delivery if contract else shortage,
            demand - supply - shortage if shortage_source == "model" and not contract else EMPTY,
        )


def contractors(run: ModelRun) -> Iterator[Supply]:
    """The contractors with any series in the file."""
    for code in oracle.codes(CONTRACTOR):
        if not run.has_any(CONTRACTOR, code, "delivery", "shortage"):
            continue
        given = {m: run.volume(CONTRACTOR, code, m) for m in ("delivery", "shortage", "demand")}
        delivery, shortage, demand = (months(given[m]) for m in ("delivery", "shortage", "demand"))
        arcs = [row["arc_code"] for row in seed("04_calsim_data/mi_contractor_arc") if row["contractor_code"] == code]
        source, residual = "none", EMPTY
        if usable(given["demand"]):
            source = "constant"
            allocation = run.allocation(CONTRACTOR, code)
            residual = demand * (EMPTY if allocation is None else allocation) - delivery - shortage
        elif arcs:
            total = np.zeros_like(EMPTY)
            for arc in arcs:
                d, s = (months(run.volume(ARC, arc, m)) for m in ("delivery", "shortage"))
                a = run.allocation(ARC, arc)
                total = total + recovered(d, s, EMPTY if a is None else a)
            if not np.isnan(total).all():
                source, demand = "derived", total
        yield Supply(
            code,
            source,
            "model" if usable(given["shortage"]) else "none",
            delivery,
            EMPTY,
            demand,
            shortage,
            delivery + shortage,
            demand - delivery,
            residual,
        )


def groups(run: ModelRun) -> Iterator[Supply]:
    """The groups of community water systems with any series in the file."""
    for code in oracle.codes(GROUP):
        if not run.has_any(GROUP, code, "delivery", "shortage"):
            continue
        given = {m: run.volume(GROUP, code, m) for m in ("delivery", "shortage", "demand")}
        delivery, shortage, demand = (months(given[m]) for m in ("delivery", "shortage", "demand"))
        source = "constant" if usable(given["demand"]) else "none"
        if source == "none":
            demand = delivery + shortage
            source = "derived" if usable(given["delivery"]) and usable(given["shortage"]) else "none"
        yield Supply(
            code,
            source,
            "model" if usable(given["shortage"]) else "none",
            delivery,
            EMPTY,
            demand,
            shortage,
            delivery + shortage,
            demand - delivery,
            EMPTY,
        )


ENTITIES = {URBAN: urban_units, CONTRACTOR: contractors, GROUP: groups}


def delivery_monthly(run: ModelRun, kind: str) -> Iterator[Row]:
    """Rows of fct_<family>_delivery_monthly."""
    for each in ENTITIES[kind](run):
        for month, delivered in oracle.monthly(each.delivery):
            demand, unmet, pumping = oracle.by_month(month, each.demand, each.unmet, each.pumping)
            row: Row = {CODE[kind]: each.code, "water_month": month, **oracle.distribution(delivered)}
            row["demand_mean_taf"] = mean(sample(demand))
            row["demand_met_pct"] = oracle.percent(oracle.met_share(demand, unmet))
            if kind == URBAN:
                row["groundwater_pumping_mean_taf"] = mean(sample(pumping))
            yield row


def shortage_monthly(run: ModelRun, kind: str) -> Iterator[Row]:
    """Rows of fct_<family>_shortage_monthly."""
    for each in ENTITIES[kind](run):
        for month, short in oracle.monthly(each.shortage):
            row: Row = {CODE[kind]: each.code, "water_month": month, **oracle.distribution(short)}
            row["shortage_source"] = each.shortage_source
            row["shortage_frequency_pct"] = oracle.percent(mean(short > oracle.SHORTAGE_MINIMUM_TAF))
            yield row


def demand_monthly(run: ModelRun, kind: str) -> Iterator[Row]:
    """Rows of fct_<family>_demand_monthly."""
    for each in ENTITIES[kind](run):
        for month, demand in oracle.monthly(each.demand):
            row: Row = {CODE[kind]: each.code, "water_month": month, "demand_source": each.demand_source}
            yield row | oracle.distribution(demand)


def period_summary(run: ModelRun, kind: str) -> Iterator[Row]:
    """Rows of fct_<family>_period_summary."""
    table_a = {row["contractor_code"]: row for row in seed("04_calsim_data/mi_contractor")}
    for each in ENTITIES[kind](run):
        delivered = sample(oracle.annual(each.delivery))
        demand, unmet = oracle.annual(each.demand), oracle.annual(each.unmet)
        row: Row = {CODE[kind]: each.code, **oracle.simulation(run), "complete_years": delivered.size}
        row |= {"demand_source": each.demand_source, "shortage_source": each.shortage_source}
        row |= oracle.annual_distribution("delivery", oracle.annual(each.delivery))
        row |= oracle.annual_distribution("shortage", oracle.annual(each.shortage))
        row["annual_delivery_min_taf"] = float(delivered.min()) if delivered.size else None
        row["annual_delivery_max_taf"] = float(delivered.max()) if delivered.size else None
        row["annual_demand_mean_taf"] = mean(sample(demand))
        row |= oracle.reliability(each.target, each.shortage)
        row["demand_met_pct"] = oracle.percent(oracle.met_share(demand, unmet))
        if kind == URBAN:
            row["annual_groundwater_pumping_mean_taf"] = mean(sample(oracle.annual(each.pumping)))
        if kind == CONTRACTOR:
            amount = table_a[each.code]["table_a_taf"]
            row |= {
                "table_a_taf": float(amount) if amount else None,
                "table_a_status": table_a[each.code]["table_a_status"],
            }
            delivered_mean = row["annual_delivery_mean_taf"]
            has_both = bool(amount) and delivered_mean is not None
            row["annual_delivery_table_a_pct"] = delivered_mean / float(amount) * 100 if has_both else None
        yield row


def balances(run: ModelRun, kind: str) -> Iterator[Row]:
    """Rows of fct_water_balance_check."""
    for each in ENTITIES[kind](run):
        checked = ~np.isnan(each.residual)
        residual = each.residual[checked]
        if residual.size:
            off = int((np.abs(residual) > oracle.BALANCE_TOLERANCE_TAF).sum())
            yield {
                "entity_kind": kind,
                "entity_code": each.code,
                "checked_months_count": residual.size,
                "unbalanced_months_count": off,
                "is_balanced": off == 0,
                "demand_mean_taf": float(each.demand[checked].mean()),
                "residual_mean_taf": float(residual.mean()),
                "residual_largest_taf": float(np.abs(residual).max()),
                "tolerance_taf": oracle.BALANCE_TOLERANCE_TAF,
            }
