"""Data in depth: the sample is the years that were asked for, and what no model run holds is said so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.golden_files import assert_golden, assert_no_other_files

STORAGE = "/api/data-in-depth/reservoir-storage"
ROUTES = {
    "reservoir_storage": f"{STORAGE}?scenarios=s0001,s0002&periods=april,annual",
    "reservoir_storage_of_types": f"{STORAGE}?scenarios=s0001&wyt=5,1&include=values,statistics",
}


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "depth", name, ROUTES[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("depth", ROUTES)


async def series(client: httpx.AsyncClient, query: str) -> Any:
    """The series of April storage of s0001."""
    response = await client.get(f"{STORAGE}?scenarios=s0001&subjects=SHSTA&units=volume&periods=april&{query}")
    assert response.status_code == 200, response.text
    (scenario,) = response.json()["scenarios"]
    (subject,) = scenario["reservoirs"]
    return subject["periods"]["april"]["TAF"]


async def test_all_years_with_a_value_are_the_sample(client: httpx.AsyncClient) -> None:
    """0, 5, 4.00004, 6 and 99; the quartiles are 4.00004 and 6, so that 0 and 99 lie beyond the fences 1 and 9."""
    found = await series(client, "")
    assert found["statistics"]["n"] == 5
    assert found["statistics"]["mean"] == round((0 + 5 + 4.00004 + 6 + 99) / 5, 4)
    assert found["values"][0] == {"water_year": 1922, "value": 0}
    assert [each["water_year"] for each in found["values"]] == [1922, 1923, 1924, 1925, 1927]
    assert [each["value"] for each in found["exceedance"]] == [99, 6, 5, 4, 0]
    assert [each["percentile"] for each in found["exceedance"]] == [round(100 * m / 6, 4) for m in range(1, 6)]
    box = found["box"]
    assert (box["min"], box["q1"], box["median"], box["q3"], box["max"]) == (0, 4, 5, 6, 99)
    assert (box["whisker_low"], box["whisker_high"], box["outliers"]) == (4, 6, [0, 99])


async def test_types_of_years_limit_the_sample(client: httpx.AsyncClient) -> None:
    wet = await series(client, "wyt=1")
    assert [each["value"] for each in wet["values"]] == [0, 99]
    wet_and_dry = await series(client, "wyt=4,1")
    assert [each["value"] for each in wet_and_dry["values"]] == [0, 5, 99]
    assert [each["percentile"] for each in wet_and_dry["exceedance"]] == [25, 50, 75]
    one = await series(client, "wyt=5")
    assert one["statistics"] == {"n": 1, "mean": 4, "cv": None}
    assert (one["box"]["q1"], one["box"]["whisker_low"], one["box"]["outliers"]) == (4, 4, [])


async def test_no_year_of_the_type(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{STORAGE}?scenarios=s0001&wyt=2")
    assert (response.status_code, response.json()["code"]) == (404, "no_data")


@pytest.mark.parametrize(
    ("query", "expected"),
    [("include=box", {"box"}), ("include=statistics,values", {"statistics", "values"}), ("", None)],
)
async def test_parts(client: httpx.AsyncClient, query: str, expected: set[str] | None) -> None:
    found = set(await series(client, query)) - {"measure", "unit"}
    assert found == (expected or {"values", "exceedance", "box", "statistics"})


@pytest.mark.parametrize("key", ["units=TAF", "units=taf", "measures=storage", "measures=volume"])
async def test_names_of_series(client: httpx.AsyncClient, key: str) -> None:
    response = await client.get(f"{STORAGE}?scenarios=s0001&periods=april,annual&{key}")
    (subject,) = response.json()["scenarios"][0]["reservoirs"]
    assert {period: list(found) for period, found in subject["periods"].items()} == {"april": ["TAF"]}


@pytest.mark.parametrize(
    ("path", "status", "code", "unknown"),
    [
        ("salmon?scenarios=s0001", 404, "no_data", None),
        ("groundwater-storage?scenarios=s0001", 404, "no_data", None),
        ("fish?scenarios=s0001", 404, "unknown_topic", ["fish"]),
        ("Ag?scenarios=s0001", 422, "malformed_parameter", None),
        ("ag?scenarios=s0001", 404, "no_data", None),
        ("ag?scenarios=s0001&measures=revenue", 404, "unknown_measure", ["revenue"]),
        ("ag?scenarios=s0001&subjects=SHSTA", 404, "unknown_subject", ["SHSTA"]),
        ("ag?scenarios=s0003", 404, "inactive_scenario", None),
        ("ag?scenarios=s9998,s9999", 404, "unknown_scenario", ["s9998", "s9999"]),
        ("ag", 422, "malformed_parameter", None),
        ("ag?scenarios=", 400, "bad_parameter", None),
        ("ag?scenarios=s0001&wyt=0", 400, "bad_parameter", ["0"]),
        ("ag?scenarios=s0001&wyt=1,6", 400, "bad_parameter", ["6"]),
        ("ag?scenarios=s0001&wyt=NaN", 400, "bad_parameter", ["NaN"]),
        ("ag?scenarios=s0001&wyt=", 400, "bad_parameter", None),
        ("ag?scenarios=s0001&wyt=" + "1," * 20, 422, "malformed_parameter", None),
        ("ag?scenarios=s0001&periods=may", 400, "bad_parameter", ["may"]),
        ("ag?scenarios=s0001&include=all", 400, "bad_parameter", ["all"]),
        ("ag?scenarios=s0001&units=TAF&measures=delivery", 400, "bad_parameter", None),
        ("ag?scenarios=s0001&subjects=" + ",".join(f"U{n}" for n in range(201)), 400, "bad_parameter", None),
        ("ag?scenarios=" + ",".join(f"s{n:04d}" for n in range(101)), 400, "bad_parameter", None),
        ("ag?scenarios=s0001&subjects=%00", 404, "unknown_subject", ["\0"]),
    ],
)
async def test_refused(
    client: httpx.AsyncClient, path: str, status: int, code: str | None, unknown: list[str] | None
) -> None:
    response = await client.get(f"/api/data-in-depth/{path}")
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert response.json().get("unknown") == unknown
    if code == "no_data":
        assert response.json()["detail"]


async def test_too_many_subjects_of_too_many_scenarios(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.data_in_depth.MAX_SUBJECTS", 3)
    path = f"{STORAGE}?scenarios=s0001,s0002"
    response = await client.get(path)
    assert response.status_code == 400
    assert "choose 1 at most" in response.json()["detail"]
    assert (await client.get(f"{path}&subjects=SHSTA")).status_code == 200
