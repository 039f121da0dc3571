"""Which variables a synthetic model run holds: those of the seed `variable_map`, and filler with plausible names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from extract.settings import PROJECT

Behaviour = Literal[
    "storage",
    "flood_level",
    "dead_pool_level",
    "flood_release",
    "release",
    "zone",
    "flow",
    "demand",
    "shortage",
    "water_year_type",
    "x2_position",
    "allocation",
]
"""How a variable's values come about; the first five belong to a reservoir."""

VariableSpec = tuple[str, str, str, str]
"""DSS kind (`dv` or `sv`), part B, part C, units."""

FILLER: dict[str, tuple[tuple[str, str, str, Behaviour, float], ...]] = {
    "dv": (
        ("C_", "CHANNEL", "CFS", "flow", 0.24),
        ("D_", "DIVERSION", "CFS", "demand", 0.13),
        ("R_", "RETURN-FLOW", "CFS", "demand", 0.07),
        ("DL_", "DELIVERY-LOSS", "CFS", "demand", 0.06),
        ("DN_", "SW_DELIVERY-NET", "CFS", "demand", 0.06),
        ("DG_", "SW-DELIVERY-GROSS", "CFS", "demand", 0.05),
        ("GP_", "GW-PUMPING", "CFS", "demand", 0.06),
        ("DP_", "DEEP-PERCOLATION", "CFS", "flow", 0.05),
        ("LF_", "LATERAL-FLOW-LOSS", "CFS", "demand", 0.04),
        ("SG_", "STREAM-GAIN", "CFS", "flow", 0.04),
        ("SR_", "SURFACE-RUNOFF", "CFS", "flow", 0.04),
        ("E_", "EVAPORATION", "CFS", "demand", 0.04),
        ("RU_", "REUSE", "CFS", "demand", 0.03),
        ("OS_", "SPILL-LOSS", "CFS", "demand", 0.03),
        ("SHRTG_", "DELIVERY-SHORTAGE", "CFS", "shortage", 0.03),
        ("S_", "STORAGE-ZONE", "TAF", "zone", 0.03),
    ),
    "sv": (
        ("I_", "INFLOW", "TAF", "flow", 0.4),
        ("AW_", "APPLIED-WATER", "TAF", "demand", 0.25),
        ("UD_", "URBAN-DEMAND", "TAF", "demand", 0.15),
        ("RP_", "RIPARIAN-MISC-ET", "TAF", "demand", 0.1),
        ("RR_", "RAINFALL-RUNOFF", "TAF", "flow", 0.1),
    ),
}
"""Filler by DSS kind: prefix of part B, part C, units, behaviour, share."""

SV_SHARE = 0.1
"""Share of the filler that goes to the SV file."""

PLACES = np.array(list("ABCDEFGHJKLMNOPRSTUVWY"))


class Variable(NamedTuple):
    """A series to be made.

    Attributes:
        dss_kind: `dv` or `sv`.
        part_b: name of the variable.
        part_c: its kind.
        units: its units.
        behaviour: how its values come about.
        reservoir: code of the reservoir it belongs to, or empty.
        filler: whether it stands for nothing in particular.
    """

    dss_kind: str
    part_b: str
    part_c: str
    units: str
    behaviour: Behaviour
    reservoir: str = ""
    filler: bool = False


class Reservoir(NamedTuple):
    """What the values of a reservoir's series depend on, volumes in thousand acre-feet.

    Attributes:
        code: its code.
        capacity: most it can hold.
        dead_pool: least it can hold.
        flood_level: constant storage at which its flood pool begins, if the seeds name one.
    """

    code: str
    capacity: float
    dead_pool: float
    flood_level: float | None


def seed_rows(name: str, seeds: Path | None = None) -> list[dict[str, str]]:
    """Rows of the seed `<name>.csv`, wherever it lies in the seeds folder; none if there is no such seed."""
    rows: list[dict[str, str]] = []
    for path in sorted((seeds or PROJECT / "seeds").rglob(f"{name}.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows += csv.DictReader(file)
    return rows


def mapped_variables(rows: Iterable[dict[str, str]]) -> list[Variable]:
    """The variables that the rows of `variable_map` name, each once; rows without a variable are constants."""
    found: dict[tuple[str, str, str], Variable] = {}
    # a dam's release is also the flow of the reach below: its values have to come from the reservoir
    for row in sorted(rows, key=lambda row: row["entity_kind"] != "reservoir"):
        if not row["part_b"]:
            continue
        kind, part_b, part_c = row["dss_kind"], row["part_b"], row["part_c"]
        of_reservoir = row["entity_kind"] == "reservoir"
        behaviour = behaviour_of(row["measure"], part_c, of_reservoir)
        code = row["entity_code"] if of_reservoir else ""
        found.setdefault((kind, part_b, part_c), Variable(kind, part_b, part_c, row["units"], behaviour, code))
    return list(found.values())


def given_variables(specs: Sequence[VariableSpec]) -> list[Variable]:
    """Variables named by hand; how they behave is guessed from part C."""
    return [Variable(kind, b, c, units, behaviour_of("", c, False)) for kind, b, c, units in specs]


def behaviour_of(measure: str, part_c: str, of_reservoir: bool) -> Behaviour:
    """How a variable behaves, from its measure in the seed and its part C."""
    if of_reservoir and measure in ("storage", "flood_level", "dead_pool_level", "flood_release", "release"):
        return measure  # type: ignore[return-value]
    if measure == "water_year_type":
        return "water_year_type"
    if measure == "x2_previous_month":
        return "x2_position"
    if measure == "allocation":
        return "allocation"
    words = f"{measure} {part_c}".upper()
    if "SHORT" in words:
        return "shortage"
    if "STORAGE" in words or "LEVEL" in words:
        return "zone"
    if any(word in words for word in ("DELIVER", "DEMAND", "DIVERSION", "APPLIED", "PUMPING", "EVAPORATION")):
        return "demand"
    return "flow"


def reservoirs(rows: Iterable[dict[str, str]], mapped: Iterable[dict[str, str]]) -> list[Reservoir]:
    """The reservoirs of the seeds `reservoir` and `variable_map`."""
    constants = {
        (row["entity_code"], row["measure"]): float(row["constant_value"])
        for row in mapped
        if row.get("constant_value") and row["entity_kind"] == "reservoir"
    }
    made = []
    for row in rows:
        code, capacity = row["reservoir_code"], float(row["capacity_taf"] or 0)
        dead_pool = constants.get((code, "dead_pool_level"), float(row["dead_pool_taf"] or 0))
        if capacity > 0:
            level = constants.get((code, "flood_level"))
            made.append(Reservoir(code, capacity, min(dead_pool, 0.5 * capacity), level))
    return made


def filler_variables(count: int, seed: int, taken: Iterable[Variable]) -> list[Variable]:
    """Made-up variables with the prefixes, parts C and units of CalSim3, none of them in `taken`."""
    rng = np.random.default_rng([seed, 1])
    names = {(v.dss_kind, v.part_b) for v in taken}
    made: list[Variable] = []
    for kind, wanted in (("dv", count - round(SV_SHARE * count)), ("sv", round(SV_SHARE * count))):
        table = FILLER[kind]
        shares = np.array([row[4] for row in table])
        rows = rng.choice(len(table), wanted, p=shares / shares.sum())
        for row in rows.tolist():
            prefix, part_c, units, behaviour, _ = table[row]
            while (name := prefix + _place(rng)) in names or (kind, name) in names:
                pass
            names.add((kind, name))
            made.append(Variable(kind, name, part_c, units, behaviour, filler=True))
    return made


def _place(rng: np.random.Generator) -> str:
    letters, mile = "".join(rng.choice(PLACES, 3)), int(rng.integers(0, 400))
    tail = ("", "", "_" + "".join(rng.choice(PLACES, 5)))[int(rng.integers(0, 3))]
    return f"{letters}{mile:03d}{tail}"
