"""A small network for the stand-in, drawn so that its distances can be checked by hand.

TOP ─T1→ MID ─T2→ LOW ─T3→ SEA      a river
          └─S1→ SIDE ─S2→ LOW       a second way round, one arc longer
LOW ─P1→ MID                        pumped back: a circle
ALONE                               no arcs
X1 leaves LOW and X2 comes to TOP: their other ends are not known
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

_PLACES = {"TOP": (-122.0, 41.0), "MID": (-122.0, 40.5), "LOW": (-122.0, 40.0), "SIDE": (-121.5, 40.25), "SEA": None}
_ARCS = {
    "C_T1": ("TOP", "MID"), "C_T2": ("MID", "LOW"), "C_T3": ("LOW", "SEA"), "C_S1": ("MID", "SIDE"),
    "C_S2": ("SIDE", "LOW"), "D_P1": ("LOW", "MID"), "D_X1": ("LOW", None), "I_X2": (None, "TOP"),
}  # fmt: skip


def nodes() -> list[Row]:
    """The nodes."""
    rows = []
    for code, place in {**_PLACES, "ALONE": (-120.0, 38.0)}.items():
        is_reservoir = code == "TOP"
        rows.append(
            {
                "node_code": code,
                "node_name": {"TOP": "Dam at 100% of_height", "MID": "Gauge below the dam"}.get(code),
                "kind_code": "STR" if is_reservoir else None if code == "SEA" else "CH",
                "kind_name": "Reservoir" if is_reservoir else None if code == "SEA" else "Point on a channel",
                "subtype_code": "SIM" if is_reservoir else None,
                "map_category": "reservoir" if is_reservoir else "channel",
                "river": "Test River", "distance_to_mouth_miles": 12.345678 if is_reservoir else 0,
                "hydrologic_region": None if code == "ALONE" else "SAC",
                "longitude": place and place[0], "latitude": place and place[1],
                "reservoir_name": "Top Lake" if is_reservoir else None,
                "reservoir_river": "Upper River" if is_reservoir else None,
                "capacity_taf": 1000.00004 if is_reservoir else None,
                "arc_count": sum(code in ends for ends in _ARCS.values()),
                "source": "schematic" if code == "SIDE" else "node_list",
            }
        )  # fmt: skip
    return rows


def arcs() -> list[Row]:
    """The arcs."""
    rows = []
    for code, (start, end) in _ARCS.items():
        from_place, to_place = (_PLACES.get(each) if each else None for each in (start, end))
        rows.append(
            {
                "arc_code": code, "arc_name": "Test River" if code == "C_T1" else None,
                "kind_code": code[0], "kind_name": {"C": "Channel", "D": "Diversion", "I": "Inflow"}[code[0]],
                "subtype_code": None, "from_node": start, "to_node": end,
                "from_longitude": from_place and from_place[0], "from_latitude": from_place and from_place[1],
                "to_longitude": to_place and to_place[0], "to_latitude": to_place and to_place[1],
                "hydrologic_region": "SJR" if code == "D_X1" else "SAC",
                "length_m": 1609.34444 if code == "C_T1" else None,
            }
        )  # fmt: skip
    return rows
