"""Which function of the oracle gives the rows of which table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from extract.verification.oracle import applied_water, delta, reservoirs, rivers, urban, water_years
from extract.verification.oracle.river_series import Files, files_of
from extract.verification.oracle.run import Row, Run
from extract.verification.oracle.supply import ModelRun

DELIVERED = {"fct_tier_check", "fct_tier_location_result", "fct_tier_result"}
"""Tables of delivered results: no model run says what is in them, the delivered files do."""


@dataclass(frozen=True)
class Fact:
    """A table that the oracle can recompute.

    Attributes:
        family: the family of statistics, named like its folder in `models/marts`.
        keys: the columns that tell the rows of a scenario apart.
        rows: the rows that a run gives, with every column but scenario and load.
        table: the table, with its schema.
        entity_kind: the only kind of entity whose rows are meant, where a table has those of several families.
    """

    family: str
    keys: tuple[str, ...]
    rows: Callable[[Run], Iterable[Row]]
    table: tuple[str, str]
    entity_kind: str | None = None


def _supply(function: Callable[..., Iterable[Row]], kind: str) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(ModelRun(run), kind=kind)


def _river(function: Callable[[Files], Iterable[Row]]) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(files_of(run))


def _delta(function: Callable[[delta.Output], Iterable[Row]]) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(delta.output_of(run))


BALANCES: dict[str, tuple[str, Callable[[Run], Iterable[Row]]]] = {
    "urban": (urban.URBAN, _supply(urban.balances, urban.URBAN)),
    "contractor": (urban.CONTRACTOR, _supply(urban.balances, urban.CONTRACTOR)),
    "agricultural": ("agricultural_demand_unit", partial(applied_water.balances, family="agricultural")),
    "refuge": ("refuge_demand_unit", partial(applied_water.balances, family="refuge")),
}


def _facts() -> dict[str, Fact]:
    made: dict[str, Fact] = {}

    def add(table: str, family: str, keys: tuple[str, ...], rows: Callable[[Run], Iterable[Row]]) -> None:
        made[table] = Fact(family, keys, rows, ("marts", table))

    month = ("water_month",)
    add("fct_reservoir_storage_monthly", "reservoir", ("reservoir_code", *month), reservoirs.storage_monthly)
    add("fct_reservoir_spill_monthly", "reservoir", ("reservoir_code", *month), reservoirs.spill_monthly)
    add("fct_reservoir_period_summary", "reservoir", ("reservoir_code",), reservoirs.period_summary)
    add("fct_storage_aggregate_monthly", "reservoir", ("aggregate_code", *month), reservoirs.aggregate_monthly)
    add("fct_delta_monthly", "delta", ("variable_code", *month), _delta(delta.monthly))
    add("fct_delta_period_summary", "delta", ("variable_code",), _delta(delta.period_summary))
    add("fct_water_year_type", "water_year", ("index_code", "water_year"), _river(water_years.water_year_types))
    for family, (kind, balances) in BALANCES.items():
        made[f"fct_water_balance_check of {family}"] = Fact(
            family, ("entity_code",), balances, ("verification", "fct_water_balance_check"), kind
        )
    for name, keys, function in (
        ("availability", (), rivers.availability),
        ("monthly", month, rivers.monthly),
        ("period_summary", (), rivers.period_summary),
        ("seasonal", ("season_code",), rivers.seasonal),
        ("year_type", ("year_type_number",), rivers.year_type),
    ):
        add(f"fct_env_flow_{name}", "env_flow", ("reach_code", *keys), _river(function))
    for family, kind in {"urban": urban.URBAN, "contractor": urban.CONTRACTOR, "cws_aggregate": urban.GROUP}.items():
        code, folder = urban.CODE[kind], family.removesuffix("_aggregate")
        for name, keys, of_units in (
            ("delivery_monthly", month, urban.delivery_monthly),
            ("shortage_monthly", month, urban.shortage_monthly),
            ("period_summary", (), urban.period_summary),
        ):
            add(f"fct_{family}_{name}", folder, (code, *keys), _supply(of_units, kind))
    demand = _supply(urban.demand_monthly, urban.URBAN)
    add("fct_urban_demand_monthly", "urban", (urban.CODE[urban.URBAN], *month), demand)
    for family, measures in {
        "agricultural": ("demand", "delivery", "groundwater_pumping", "shortage"),
        "refuge": ("demand", "delivery", "shortage"),
        "ag_aggregate": ("delivery", "shortage"),
        "refuge_aggregate": ("delivery",),
    }.items():
        folder = "refuge" if family.startswith("refuge") else "agricultural"
        code = "aggregate_code" if family.endswith("_aggregate") else "unit_code"
        for measure in measures:
            rows = partial(applied_water.months_of, family=family, measure=measure)
            add(f"fct_{family}_{measure}_monthly", folder, (code, *month), rows)
        add(f"fct_{family}_period_summary", folder, (code,), partial(applied_water.summary, family=family))
    return made


FACTS = _facts()
