"""Which function of the oracle gives the rows of which table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain

from tests.oracle import applied_water, delta, reservoirs, rivers, urban
from tests.oracle.run import Row, Run
from tests.oracle.supply import ModelRun

DELIVERED = {"fct_tier_check", "fct_tier_location_result", "fct_tier_result"}
"""Tables of delivered results: no model run says what is in them, the delivered files do."""


@dataclass(frozen=True)
class Fact:
    """A table that the oracle can recompute.

    Attributes:
        family: the family of statistics, named like its folder in `models/marts`.
        schema: where the table is.
        keys: the columns that tell the rows of a scenario apart.
        rows: the rows that a run gives, with every column but scenario and load.
    """

    family: str
    keys: tuple[str, ...]
    rows: Callable[[Run], Iterable[Row]]
    schema: str = "marts"


def _supply(function: Callable[..., Iterable[Row]], kind: str) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(ModelRun(run), kind=kind)


def _river(function: Callable[[rivers.Files], Iterable[Row]]) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(rivers.files_of(run))


def _delta(function: Callable[[delta.Output], Iterable[Row]]) -> Callable[[Run], Iterable[Row]]:
    return lambda run: function(delta.output_of(run))


def _balances(run: Run) -> Iterable[Row]:
    """Rows of the water balance: of cities and contractors, of farms and refuges."""
    given = ModelRun(run)
    supplies = (urban.balances(given, kind) for kind in (urban.URBAN, urban.CONTRACTOR))
    return chain(*supplies, *(applied_water.balances(run, family) for family in ("agricultural", "refuge")))


def _facts() -> dict[str, Fact]:
    month = ("water_month",)
    made = {
        "fct_reservoir_storage_monthly": Fact("reservoir", ("reservoir_code", *month), reservoirs.storage_monthly),
        "fct_reservoir_spill_monthly": Fact("reservoir", ("reservoir_code", *month), reservoirs.spill_monthly),
        "fct_reservoir_period_summary": Fact("reservoir", ("reservoir_code",), reservoirs.period_summary),
        "fct_storage_aggregate_monthly": Fact("reservoir", ("aggregate_code", *month), reservoirs.aggregate_monthly),
        "fct_delta_monthly": Fact("delta", ("variable_code", *month), _delta(delta.monthly)),
        "fct_delta_period_summary": Fact("delta", ("variable_code",), _delta(delta.period_summary)),
        "fct_water_year_type": Fact("water_year", ("index_code", "water_year"), _river(rivers.water_year_types)),
        "fct_water_balance_check": Fact(
            "water_balance", ("entity_kind", "entity_code"), _balances, schema="verification"
        ),
    }
    for name, keys, function in (
        ("availability", (), rivers.availability),
        ("monthly", month, rivers.monthly),
        ("period_summary", (), rivers.period_summary),
        ("seasonal", ("season_code",), rivers.seasonal),
        ("year_type", ("year_type_number",), rivers.year_type),
    ):
        made[f"fct_env_flow_{name}"] = Fact("env_flow", ("reach_code", *keys), _river(function))
    for family, kind in {"urban": urban.URBAN, "contractor": urban.CONTRACTOR, "cws_aggregate": urban.GROUP}.items():
        code, folder = urban.CODE[kind], family.removesuffix("_aggregate")
        for name, keys, function in (
            ("delivery_monthly", month, urban.delivery_monthly),
            ("shortage_monthly", month, urban.shortage_monthly),
            ("period_summary", (), urban.period_summary),
        ):
            made[f"fct_{family}_{name}"] = Fact(folder, (code, *keys), _supply(function, kind))
    demand = _supply(urban.demand_monthly, urban.URBAN)
    made["fct_urban_demand_monthly"] = Fact("urban", (urban.CODE[urban.URBAN], *month), demand)
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
            made[f"fct_{family}_{measure}_monthly"] = Fact(folder, (code, *month), rows)
        made[f"fct_{family}_period_summary"] = Fact(folder, (code,), partial(applied_water.summary, family=family))
    return made


FACTS = _facts()
