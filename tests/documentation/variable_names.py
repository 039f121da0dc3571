"""Comparison of the seed `variable_map` with a public list of CalSim3 variables, name by name.

The list (6,174 variables of the DCR 2023 study, from calsim-view) holds what a map viewer shows: the output of the
solver for nodes and arcs, with part C and unit. What it leaves out as a whole family is explained as such, and only
as long as it has no name of that family.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = Mapping[str, str]
Listed = Mapping[str, tuple[str, str]]

FOUND = "found"
FOUND_FALLBACK = "found under the other part C that the row allows"
UNEXPLAINED = "UNEXPLAINED"

# families of names the list has no member of, with the reason
FAMILIES = {
    r"^(DEL|SHORT)_": "computed after the solve, not in the list",
    r"^PERDV_": "computed after the solve, not in the list",
    r"^(SHRTG|GW_SHORT)_": "shortage family, not in the list",
    r"_P(MI|LS)$": "part of an arc; the list has whole arcs only",
    r"^SWP_(CO|IN|TA)_": "computed after the solve, not in the list",
    r"^DEMAND_": "debug output, not in the list",
    r"_MIF$": "minimum flow of a reach, not in the list",
    r"_EC_(MONTH|STD)$|EC_MAX14DAY$": "salinity, not in the list",
    r"^WYT_": "type of a water year, no node or arc",
    r"^NDO$|^X2_": "flow and position of the Delta as a whole, no node or arc",
    r"LEVEL[0-9]+DV$": "storage level of the solver, not in the list",
}

# reservoirs that the map of the list does not show; published with their storage by the COEQWAL platform
OUTSIDE = {
    f"S_{code}": "reservoir or share that the list leaves out"
    for code in ("ALPNE", "CSTIC", "DELVE", "EBTML", "PRRIS", "PYRMD", "RNCHO", "SLUIS_CVP", "SLUIS_SWP", "SVRWD")
}


def read_listed(path: Path) -> Listed:
    """Part C and unit of each variable of the list, by name."""
    variables = json.loads(path.read_text())["variables"]
    return {
        name: (value["c_part"].strip().upper(), value["units"].strip().upper()) for name, value in variables.items()
    }


def read_map(path: Path) -> list[Row]:
    """Rows of the seed."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def explain(row: Row, listed: Listed) -> str:
    """Whether a row's name is in the list with its part C and unit, and if not, why."""
    name = row["part_b"]
    if not name:
        return "constant, no variable"
    if name in listed:
        part_c, unit = listed[name]
        if unit != row["units"]:
            return f"other unit there: {unit}"
        if part_c == row["part_c"]:
            return FOUND
        return FOUND_FALLBACK if part_c == row["part_c_fallback"] else f"other part C there: {part_c}"
    if row["confidence"] == "listed":
        return UNEXPLAINED
    if row["dss_kind"] == "sv":
        return "input of the model; the list is of its output"
    for family, reason in FAMILIES.items():
        if re.search(family, name) and not any(re.search(family, other) for other in listed):
            return reason
    if name in OUTSIDE:
        return OUTSIDE[name]
    if row["confidence"] == "pattern":
        return "naming pattern unconfirmed"
    if row["needs_confirmation"] == "true":
        return "open question to the modelling team"
    return UNEXPLAINED


def unexplained(rows: Iterable[Row], listed: Listed) -> list[str]:
    """Names that should be in the list as the row has them, and are not; one line each."""
    found = ((row, explain(row, listed)) for row in rows)
    return [
        f"{row['entity_kind']} {row['entity_code']} {row['measure']} {row['part_b']}"
        f" ({row['part_c']}, {row['units']}): {why}"
        for row, why in found
        if why == UNEXPLAINED or why.startswith("other ")
    ]


def report(rows: Iterable[Row], listed: Listed) -> str:
    """A table of entity kind, measure, explanation and number of names, with the names that are few."""
    counts: Counter[tuple[str, str, str]] = Counter()
    names: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = (row["entity_kind"], row["measure"], explain(row, listed))
        counts[key] += 1
        names.setdefault(key, []).append(row["part_b"])
    widths = [max(len(key[position]) for key in counts) for position in range(3)]
    lines = []
    for key, count in sorted(counts.items()):
        few = "" if key[2] in (FOUND, FOUND_FALLBACK) else ", ".join(sorted(names[key])[:6])
        more = ", ..." if few and count > 6 else ""
        cells = " | ".join(cell.ljust(width) for cell, width in zip(key, widths, strict=True))
        lines.append(f"{cells} | {count:4} | {few}{more}".rstrip(" |"))
    total = sum(counts.values())
    there = sum(count for key, count in counts.items() if key[2] in (FOUND, FOUND_FALLBACK))
    return "\n".join([*lines, f"{there} of {total} rows name a listed variable with the same part C and unit"])
