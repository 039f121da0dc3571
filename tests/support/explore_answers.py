"""What the API answers to the page in its tests: few rows, written by hand, and names that are hard on a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

HOSTILE = '<img src=x onerror=alert(1)> & "Dam" \u202ehcaer'
MONTHS = range(1, 13)
QUANTILES = (0, 10, 30, 50, 70, 90, 100)
EXCEEDANCES = (5, 10, 25, 50, 75, 90, 95)

SCENARIOS = [
    {"scenario_id": "s0001", "name": "Present", "short_title": "Present operations"},
    {"scenario_id": "s0002", "name": "Warm <b>", "short_title": None},
    # without results
    *({"scenario_id": f"s000{number}", "name": None, "short_title": None} for number in range(3, 8)),
]


def _column(name: str, kind: str = "double precision", unit: str | None = None) -> dict[str, Any]:
    return {"name": name, "type": kind, "unit": unit, "description": f"What {name} is."}


def _table(name: str, grain: list[str], columns: list[dict[str, Any]]) -> dict[str, Any]:
    keys = [_column(key, "integer" if key == "water_month" else "text") for key in ["scenario_id", *grain]]
    return {
        "name": name,
        "description": f"Statistics of {name}. One row per something.",
        "grain": ["scenario_id", *grain],
        "columns": [*keys, _column("load_id", "text"), *columns],
    }


TABLES = [
    _table(
        "lake_storage_monthly",
        ["lake_code", "water_month"],
        [
            _column("lake_name", "text"),
            *(_column(f"q{p}_taf", unit="TAF") for p in QUANTILES),
            *(_column(f"exc_p{p}_taf", unit="TAF") for p in EXCEEDANCES),
        ],
    ),
    _table(
        "lake_period_summary",
        ["lake_code"],
        [
            _column("lake_name", "text"),
            _column("total_years", "integer"),
            _column("annual_release_mean_taf", unit="TAF"),
            _column("demand_met_pct", unit="%"),
            *(_column(f"annual_release_exc_p{p}_taf", unit="TAF") for p in EXCEEDANCES),
        ],
    ),
    _table(
        "salt_monthly",
        ["variable_code", "water_month"],
        [
            _column("variable_name", "text"),
            _column("unit", "text"),
            *(_column(f"q{p}", unit="as in the column unit") for p in QUANTILES),
            *(_column(f"exc_p{p}", unit="as in the column unit") for p in EXCEEDANCES),
        ],
    ),
    # no chart is made of these two
    _table("scenario_difference", ["reference_scenario_id", "table_name"], [_column("difference")]),
    {"name": "lake", "description": "Lakes.", "grain": ["lake_code"], "columns": [_column("lake_code", "text")]},
]


def _monthly(scenario: str, keys: dict[str, Any], suffix: str, base: float | None) -> list[dict[str, Any]]:
    """Quantile p of month m is base + 10 m + p, exceeded p percent of the time is base + 10 m + 100 − p."""

    def value(month: int, share: int) -> float | None:
        return None if base is None else base + 10 * month + share

    return [
        {"scenario_id": scenario, "water_month": month, **keys}
        | {f"q{p}{suffix}": value(month, p) for p in QUANTILES}
        | {f"exc_p{p}{suffix}": value(month, 100 - p) for p in EXCEEDANCES}
        for month in MONTHS
    ]


SHASTA = {"lake_code": "SHSTA", "lake_name": "Shasta"}
ODD = {"lake_code": "O&D=1", "lake_name": HOSTILE}
SALT = {"variable_code": "x2", "variable_name": "X2", "unit": "KM"}

STORAGE = [
    *_monthly("s0001", SHASTA, "_taf", 1000),
    *_monthly("s0002", SHASTA, "_taf", 1100.5),
    *_monthly("s0001", ODD, "_taf", 0),
    *_monthly("s0002", ODD, "_taf", None),
]
for row in STORAGE:
    # October of the second scenario is unknown, its April lower than the first one's
    if (row["scenario_id"], row["lake_code"]) == ("s0002", "SHSTA"):
        if row["water_month"] == 1:
            row |= {name: None for name in row if name.endswith("_taf")}
        if row["water_month"] == 7:
            row["q50_taf"] = 1119.75

ROWS = {
    "lake_storage_monthly": STORAGE,
    "lake_period_summary": [
        {"scenario_id": scenario, **SHASTA, "annual_release_mean_taf": mean, "demand_met_pct": met}
        | {f"annual_release_exc_p{p}_taf": mean and mean - p for p in EXCEEDANCES}
        for scenario, mean, met in (("s0001", 500.0, 80.0), ("s0002", None, 92.5))
    ],
    "salt_monthly": _monthly("s0001", SALT, "", 60),
    "tier_result": [
        {"scenario_id": "s0001", "tier_code": "FLOWS", "tier_name": HOSTILE, "sort_order": 1, "tier_level": None}
        | {"level_1_count": 3, "level_2_count": 0, "level_3_count": 14, "level_4_count": 2, "unrated_count": 1},
        {"scenario_id": "s0001", "tier_code": "ECO", "tier_name": "Delta ecology", "sort_order": 2, "tier_level": 3}
        | {f"level_{level}_count": None for level in (1, 2, 3, 4)} | {"unrated_count": None},
    ],
}  # fmt: skip


def _meta(scenarios: list[str]) -> dict[str, Any]:
    return {"load_ids": {scenario: f"{scenario}-0123456789ab" for scenario in scenarios}}


def answer(url: str) -> dict[str, Any] | None:
    """The answer to a request of the page; lists come in pages of 20 rows."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = parts.path.removeprefix("/api/v1/")
    if path == "scenarios":
        return {"data": SCENARIOS, "total": len(SCENARIOS), "meta": _meta([])}
    if path == "tables":
        return {"data": TABLES, "total": len(TABLES)}
    rows = ROWS.get(path.removeprefix("tables/"))
    if rows is None:
        return None
    scenarios, entities = query["scenario"].split(","), query.get("entity", "").split(",")
    keys = {"lake_code", "variable_code"}
    chosen = [
        {name: row[name] for name in query["columns"].split(",")}
        for row in rows
        if row["scenario_id"] in scenarios and (entities == [""] or {row.get(key) for key in keys} & set(entities))
    ]
    start = int(query.get("offset", 0))
    return {"data": chosen[start : start + 20], "total": len(chosen), "meta": _meta(scenarios)}
