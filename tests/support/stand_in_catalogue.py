"""Rows of the stand-in that no rule can make: settings of scenarios, tiers and their places, reaches, data in depth.

Of s0001 the tier DELTA_ECO has the worst level, whose score is 0; of s0002 no location has a level. The tier AG_REV and
the topic ag have no results. `NOWHERE` is in no list of places, and the place of DETAW is not public.
"""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

Row = dict[str, Any]

POINT = {"type": "Point", "coordinates": [-121.446518, 38.58742]}
RING = [[-122.0, 40.0], [-121.9, 40.0], [-121.9, 40.1], [-122.0, 40.0]]
OUTLINE = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}
LOAD = "0123456789ab"

SETTING = {
    "scenario_id": "s0001",
    "hydroclimate_name": "History",
    "hydroclimate_number": 2,
    "themes": Jsonb([{"short_code": "base", "name": "Theme", "short_title": "T", "needs_confirmation": False}]),
    "assumptions": Jsonb(
        [{"short_code": "tunnel", "name": "A tunnel", "description": "6000 CFS", "category": "infrastructure",
          "needs_confirmation": True}]
    ),
    "operations": Jsonb(
        [{"short_code": "first", "name": "Communities first", "description": None, "category": "community_delivery",
          "needs_confirmation": False}]
    ),
}  # fmt: skip
"""The setting of s0001; the other scenarios have none, like runs that are not in the registry."""

SCORES = ("weighted_score", "normalized_score", "gini", "band_upper_score", "band_lower_score")


def _tier(code: str, kind: str, levels: int, place: str) -> Row:
    return {
        "tier_code": code, "tier_name": f"Name of {code}", "description": f"What {code} is about", "tier_type": kind,
        "level_count": levels, "location_type": place, "expected_locations": 3, "sort_order": 1,
    }  # fmt: skip


def _result(scenario: str, code: str, **values: Any) -> Row:
    kind = "single_value" if code == "DELTA_ECO" else "multi_value"
    return {
        "scenario_id": scenario, "tier_code": code, "tier_name": f"Name of {code}", "tier_type": kind, "sort_order": 1,
        "delivery_id": "delivery-1", **values,
    }  # fmt: skip


def _counted(counts: tuple[int, int, int, int], scores: tuple[float | None, ...]) -> Row:
    total = sum(counts)
    shares = {f"level_{level}_count": count for level, count in enumerate(counts, 1)}
    shares |= {f"level_{level}_fraction": count / total if total else None for level, count in enumerate(counts, 1)}
    return {**shares, "rated_count": total, "unrated_count": 3 - total, **dict(zip(SCORES, scores, strict=True))}


def _location(scenario: str, code: str, kind: str, place: str, level: int | None, order: int) -> Row:
    return {
        **_result(scenario, code), "location_code": place, "location_name": f"Name of {place}", "location_type": kind,
        "tier_level": level, "tier_score": None if level is None else level + 0.5, "is_tier_wide": False,
        "display_order": order,
    }  # fmt: skip


def _locations(scenario: str, levels: tuple[int | None, int | None, int | None]) -> list[Row]:
    return [
        _location(scenario, "ENV_FLOWS", "network_node", "AMR004", levels[0], 1),
        _location(scenario, "ENV_FLOWS", "demand_unit", "02_PU", levels[1], 2),
        _location(scenario, "ENV_FLOWS", "network_node", "NOWHERE", levels[2], 3),
        _location(scenario, "DELTA_ECO", "wba", "DETAW", levels[2], 1),
    ]


def _reach(code: str, kind: str, watershed: str | None, compared: bool) -> Row:
    return {
        "reach_code": code, "reach_name": f"Name of {code}", "reach_class": kind, "watershed_code": watershed,
        "watershed_name": watershed and f"Name of {watershed}", "hydrologic_region": "SAC", "delta_side": None,
        "is_tidal": False, "has_minimum_flow": compared, "has_functional_flow_target": compared,
        "has_unimpaired_flow": compared, "unimpaired_part_b": "UNIMP_X" if compared else None,
    }  # fmt: skip


def _value(
    scenario: str, load: str, measure: str, period: str, year: int, kind: str | None, value: float | None
) -> Row:
    return {
        "scenario_id": scenario, "load_id": f"{scenario}-{load}", "topic_code": "reservoir-storage",
        "subject_kind": "reservoir", "subject_code": "SHSTA", "measure_code": measure,
        "unit": "TAF" if measure == "storage" else "PERCENT", "period_code": period, "water_year": year,
        "year_type_code": kind, "value": value,
    }  # fmt: skip


YEARS = (
    (1922, "W", 0.0),
    (1923, "D", 5.0),
    (1924, "C", 4.00004),
    (1925, None, 6.0),
    (1926, "W", None),
    (1927, "W", 99.0),
)
"""Water year, its type, and its value; in another year the value is not known."""

BY_HAND: dict[str, list[Row]] = {
    "api_scenario_setting": [SETTING],
    "api_sibling_group": [
        {"sibling_group": "baseline", "group_name": "Today", "short_name": "Today", "baseline_group": None,
         "theme_codes": ["base"]},
    ],
    "api_hydroclimate": [
        {"hydroclimate_code": "historical", "hydroclimate_name": "History", "platform_number": 2, "is_reference": True,
         "sea_level_rise_cm": 0},
        {"hydroclimate_code": "warm", "hydroclimate_name": "Warmer", "platform_number": 3, "is_reference": False,
         "projection_year": 2043, "temperature_change_degc": 1.5, "precipitation_change_pct": -3},
    ],
    "api_theme": [
        {"theme_code": "base", "theme_name": "Theme", "short_title": "T", "aim": "Today", "sort_order": 1,
         "sibling_groups": ["baseline"]},
    ],
    "api_assumption": [
        {"assumption_code": "tunnel", "assumption_name": "A tunnel", "category": "infrastructure", "amount": 6000,
         "unit": "CFS", "sibling_groups": ["baseline"]},
    ],
    "api_operation": [
        {"operation_code": "first", "operation_name": "Communities first", "category": "community_delivery",
         "sibling_groups": []},
    ],
    "api_tier": [
        _tier("AG_REV", "multi_value", 4, "demand_unit"),
        _tier("DELTA_ECO", "single_value", 1, "wba"),
        _tier("ENV_FLOWS", "multi_value", 4, "network_node"),
    ],
    "api_tier_result": [
        _result("s0001", "ENV_FLOWS", **_counted((2, 0, 0, 1), (2.0, 2 / 3, 1 / 3, 1.0, 0.0))),
        _result("s0001", "DELTA_ECO", tier_level=4, tier_score=4.25, **dict(zip(SCORES, (4, 0, 0, 0, 0), strict=True))),
        _result("s0002", "ENV_FLOWS", **_counted((0, 0, 0, 0), (None,) * 5)),
        _result("s0003", "ENV_FLOWS", **_counted((3, 0, 0, 0), (1, 1, 0, 1, 1))),
    ],
    "api_tier_location_result": [
        *_locations("s0001", (1, 1, 4)), *_locations("s0002", (None,) * 3), *_locations("s0003", (1, 1, 1)),
    ],
    "api_tier_location_geometry": [
        {"location_type": "network_node", "location_code": "AMR004", "geometry_status": "point",
         "geojson": Jsonb(POINT)},
        {"location_type": "demand_unit", "location_code": "02_PU", "geometry_status": "polygons",
         "geojson": Jsonb(OUTLINE)},
        {"location_type": "demand_unit", "location_code": "AMR004", "geometry_status": "none"},
        {"location_type": "wba", "location_code": "DETAW", "geometry_status": "not_public"},
    ],
    "api_channel_reach": [
        _reach("SAC_KES", "stream", "SACRAMENTO", True), _reach("AMR_NIM", "reservoir_release", "AMERICAN", True),
        _reach("SJR_VNS", "canal", None, False),
    ],
    "api_env_flow_season": [
        {"season_code": "wet_peak", "season_name": "Wet Peak", "sort_order": 1, "months": "December to February",
         "water_months": [3, 4, 5]},
        {"season_code": "dry", "season_name": "Dry", "sort_order": 4, "months": "July to October",
         "water_months": [10, 11, 12, 1]},
    ],
    "api_delta_variable": [
        {"variable_code": code, "variable_name": f"Name of {code}", "category": category, "station_code": None,
         "unit": unit, "is_compatibility": code == "x2_lagged", "sort_order": order}
        for order, (code, category, unit) in enumerate(
            (("ndo", "outflow", "TAF"), ("x2", "x2", "KM"), ("em_ec", "salinity_compliance", "UMHOS/CM"),
             ("x2_lagged", "x2", "KM")), 1)
    ],
    "api_data_in_depth_measure": [
        {"topic_code": topic, "subject_kind": kind, "measure_code": measure, "series_key": key, "measure_name": measure,
         "unit": unit}
        for topic, kind, measure, key, unit in (
            ("reservoir-storage", "reservoir", "storage", "TAF", "TAF"),
            ("reservoir-storage", "reservoir", "storage_pct", "PCT_CAP", "PERCENT"),
            ("ag", "ag_aggregate", "delivery", "net_diversion", "TAF"),
        )
    ],
    "api_data_in_depth_subject": [
        {"subject_kind": "reservoir", "subject_code": "SHSTA", "subject_name": "Shasta"},
        {"subject_kind": "reservoir", "subject_code": "OROVL", "subject_name": "Oroville"},
        {"subject_kind": "ag_aggregate", "subject_code": "nod_ag", "subject_name": "Farms of the north"},
    ],
    "api_data_in_depth_value": [
        *(_value("s0001", LOAD, "storage", "april", *year) for year in YEARS),
        *(_value("s0001", LOAD, "storage_pct", "annual", *year) for year in YEARS),
        _value("s0001", "ffffffffffff", "storage", "april", 1928, "W", -1.0),
        _value("s0002", LOAD, "storage", "april", 1922, "W", 7.0),
        _value("s0003", LOAD, "storage", "april", 1922, "W", 7.0),
    ],
}  # fmt: skip
"""View → its rows."""
