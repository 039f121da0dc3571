"""Reaches and the Delta: filters by the catalogue, NULL and 0, and the names that the website reads."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.golden_files import assert_golden, assert_no_other_files

S1 = "/api/statistics/scenarios/s0001"
S2 = "/api/statistics/scenarios/s0002"
ROUTES = {
    "channels": "/api/statistics/channels",
    "env_flow_seasons": "/api/statistics/env-flow-seasons",
    "channels_monthly": f"{S1}/channels/monthly?channel_id=SAC_KES",
    "channels_seasonal": f"{S1}/channels/seasonal?channel_id=SAC_KES",
    "channels_period_summary": f"{S1}/channels/period-summary",
    "delta_variables": "/api/statistics/delta-variables",
    "delta_monthly": f"{S1}/delta/monthly?category=x2",
    "delta_period_summary": f"{S1}/delta/period-summary?category=x2",
}
RESULTS = ("channels/monthly", "channels/seasonal", "channels/period-summary", "delta/monthly", "delta/period-summary")
KEYS = {
    "network_arc_id", "water_month", "season_id", "season_short_code", "season_name", "season_sort_order",
    "alteration_class", "variable_code", "variable_name", "category", "station_code", "unit", "standard_basis",
    "has_mif", "has_eflows", "unimp_sv_variable", "p_value",
}  # fmt: skip
"""Fields that come from a catalogue, or name the row."""


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "rivers", name, ROUTES[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("rivers", ROUTES)


async def answer(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("route", RESULTS)
async def test_null_stays_null_and_zero_stays_zero(client: httpx.AsyncClient, route: str) -> None:
    codes = ("SAC_KES", "AMR_NIM", "SJR_VNS") if "channels" in route else ("x2", "em_ec", "ndo")
    name = "network_arc_id" if "channels" in route else "variable_code"
    rows = (await answer(client, f"{S2}/{route}"))["data"]
    for code, expected in zip(codes, (None, 0, None), strict=True):
        measures = {value for row in rows if row[name] == code for key, value in row.items() if key not in KEYS}
        assert measures == {expected}, code


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["SJR_VNS", "AMR_NIM", "SAC_KES"]),
        ("channel_class=stream", ["SAC_KES"]),
        ("watershed=AMERICAN", ["AMR_NIM"]),
        ("has_mif=true", ["AMR_NIM", "SAC_KES"]),
        ("has_eflows=false", ["SJR_VNS"]),
        ("channel_id=SAC_KES, SJR_VNS", ["SJR_VNS", "SAC_KES"]),
        ("channel_class=stream&watershed=AMERICAN", []),
    ],
)
async def test_filters(client: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    channels = await answer(client, f"/api/statistics/channels?{query}")
    assert [each["network_arc_id"] for each in channels["channels"]] == expected
    assert channels["total"] == len(expected)
    response = await client.get(f"{S2}/channels/period-summary?{query}")
    if expected:
        assert {each["network_arc_id"] for each in response.json()["data"]} == set(expected)
    else:
        assert (response.status_code, response.json()["code"]) == (404, "no_data")


@pytest.mark.parametrize("route", ["/api/statistics/channels", f"{S1}/channels/monthly"])
@pytest.mark.parametrize(
    ("query", "status", "code", "unknown"),
    [
        ("channel_class=brook", 404, "unknown_channel_class", ["brook"]),
        ("watershed=NO_SUCH", 404, "unknown_watershed", ["NO_SUCH"]),
        ("channel_id=SAC_KES,NO_SUCH,C%00", 404, "unknown_channel", ["NO_SUCH", "C\0"]),
        ("channel_id=", 400, "bad_parameter", None),
        ("channel_id=" + ",".join(f"R{n}" for n in range(101)), 400, "bad_parameter", None),
        ("channel_id=" + "x" * 4001, 422, "malformed_parameter", None),
        ("has_mif=perhaps", 422, "malformed_parameter", None),
    ],
)
async def test_refused_reaches(
    client: httpx.AsyncClient, route: str, query: str, status: int, code: str | None, unknown: list[str] | None
) -> None:
    response = await client.get(f"{route}?{query}")
    assert (response.status_code, response.json().get("code")) == (status, code)
    assert response.json().get("unknown") == unknown


async def test_delta_by_category(client: httpx.AsyncClient) -> None:
    months = await answer(client, f"{S1}/delta/monthly")
    assert {row["variable_code"] for row in months["data"]} == {"x2", "em_ec"}
    assert months["count"] == len(months["data"]) == 4
    x2 = await answer(client, f"{S1}/delta/monthly?category=x2")
    assert {row["variable_code"] for row in x2["data"]} == {"x2"}
    variables = (await answer(client, "/api/statistics/delta-variables?category=x2"))["variables"]
    assert [each["variable_code"] for each in variables] == ["x2"]
    response = await client.get(f"{S1}/delta/monthly?category=outflow")
    assert (response.status_code, response.json()["code"]) == (404, "no_data")
    response = await client.get(f"{S1}/delta/monthly?category=fish")
    assert (response.status_code, response.json()["unknown"]) == (404, ["fish"])


@pytest.mark.parametrize("route", RESULTS)
@pytest.mark.parametrize(("scenario", "code"), [("s9999", "unknown_scenario"), ("s0003", "inactive_scenario")])
async def test_scenario_that_is_not_served(client: httpx.AsyncClient, route: str, scenario: str, code: str) -> None:
    response = await client.get(f"/api/statistics/scenarios/{scenario}/{route}")
    assert (response.status_code, response.json()["code"]) == (404, code)


@pytest.mark.parametrize("route", RESULTS)
async def test_rows_of_another_load_are_not_served(client: httpx.AsyncClient, route: str) -> None:
    results = await answer(client, f"{S1}/{route}")
    assert results["load_id"] == "s0001-0123456789ab"
    keys = [tuple(value for key, value in row.items() if key in KEYS and key != "unit") for row in results["data"]]
    assert len(keys) == len(set(keys))
