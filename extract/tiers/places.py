"""What a delivery may speak of: scenarios of the registry, and the locations of each tier, from the seed files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extract.settings import PROJECT
from extract.tiers.layouts import Layouts, layouts

SEEDS = PROJECT / "seeds"


@dataclass(frozen=True)
class TierPlaces:
    """The locations of a tier.

    Attributes:
        codes: spelling, upper case -> location code.
        listed: the codes of the tier's own list; of all units that may be locations where there is none.
        expected: number of locations that a full delivery has.
        complete: codes that every delivery must have; empty while the list is not settled.
    """

    codes: dict[str, str]
    listed: tuple[str, ...]
    expected: int
    complete: frozenset[str]


@dataclass(frozen=True)
class Known:
    """What is known when a file is read."""

    layouts: Layouts
    scenarios: frozenset[str]
    places: dict[str, TierPlaces]


def _rows(seeds: Path, name: str) -> Iterator[dict[str, str]]:
    with (seeds / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def known(seeds: Path = SEEDS) -> Known:
    """Read the seed files."""
    description = layouts()
    units: dict[str, list[str]] = {}
    for row in _rows(seeds, "04_calsim_data/demand_unit.csv"):
        units.setdefault(row["kind"], []).append(row["unit_code"])
    listed: dict[str, dict[str, str]] = {}
    for row in _rows(seeds, "09_tier_locations/tier_location.csv"):
        codes = listed.setdefault(row["tier_code"], {})
        for spelling in filter(None, (row["location_code"], row["delivered_code"])):
            codes[spelling.upper()] = row["location_code"]
    places = {}
    for row in _rows(seeds, "09_tier_locations/tier_definition.csv"):
        tier = row["tier_code"]
        codes = listed.get(tier, {})
        complete = frozenset(codes.values()) if row["locations_status"] == "complete" else frozenset()
        others = {unit.upper(): unit for unit in units.get(description.tiers[tier].demand_units or "", [])}
        own = tuple(sorted({*(codes or others).values()}))
        places[tier] = TierPlaces(others | codes, own, int(row["expected_locations"]), complete)
    scenarios = frozenset(row["scenario_id"] for row in _rows(seeds, "05_themes_scenarios/scenario.csv"))
    return Known(description, scenarios, places)
