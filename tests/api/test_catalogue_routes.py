"""Scenarios and what tells them apart: settings, siblings, hydroclimates, themes, and the comparison of two."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest

from tests.support.golden_files import assert_golden, assert_no_other_files

ROUTES = {
    "siblings": "/api/scenarios/siblings",
    "siblings_of_one": "/api/scenarios/s0001/siblings",
    "hydroclimates": "/api/scenarios/hydroclimates",
    "themes": "/api/scenarios/themes",
    "assumptions": "/api/scenarios/assumptions",
    "operations": "/api/scenarios/operations",
    "compare": "/api/scenarios/s0001/compare/s0002",
}


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "catalogue", name, ROUTES[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("catalogue", ROUTES)


async def answer(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_scenario_without_a_setting_has_empty_lists(client: httpx.AsyncClient) -> None:
    scenario = await answer(client, "/api/scenarios/s0002")
    assert [scenario[key] for key in ("themes", "key_assumptions", "key_operations")] == [[], [], []]
    assert (scenario["hydroclimate_id"], scenario["hydroclimate_name"]) == (None, None)


async def test_a_scenario_is_found_by_the_name_of_its_run(client: httpx.AsyncClient) -> None:
    by_name = await answer(client, "/api/scenarios/s0001_DCR2023_adjBL")
    assert by_name == await answer(client, "/api/scenarios/s0001")
    assert (await client.get("/api/scenarios/s0001_another")).json()["unknown"] == ["s0001_another"]


async def test_a_score_of_zero_is_compared_as_zero_and_a_missing_one_as_null(client: httpx.AsyncClient) -> None:
    delta = (await answer(client, "/api/scenarios/s0002/compare/s0001"))["comparison"]["DELTA_ECO"]
    assert delta["scenarios"] == [
        {"scenario_id": "s0002", "weighted_score": None, "normalized_score": None},
        {"scenario_id": "s0001", "weighted_score": 4, "normalized_score": 0},
    ]


@pytest.mark.parametrize(
    ("path", "status", "code", "unknown"),
    [
        ("s0001/compare/s0001", 400, "bad_parameter", None),
        ("s0001/compare/s9999", 404, "unknown_scenario", ["s9999"]),
        ("s9998/compare/s9999", 404, "unknown_scenario", ["s9998", "s9999"]),
        ("s0001/compare/s0003", 404, "inactive_scenario", None),
        ("s0003/siblings", 404, "inactive_scenario", None),
        ("s9999/siblings", 404, "unknown_scenario", ["s9999"]),
        ("s0001/compare/x", 422, "malformed_parameter", None),
    ],
)
async def test_refused(
    client: httpx.AsyncClient, path: str, status: int, code: str | None, unknown: list[str] | None
) -> None:
    response = await client.get(f"/api/scenarios/{path}")
    assert (response.status_code, response.json().get("code")) == (status, code)
    assert response.json().get("unknown") == unknown


async def test_scenarios_without_tiers_or_siblings(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("delete from stand_in.api_tier_result; delete from stand_in.api_sibling_group")
    async with serve(own_stand_in_url) as client:
        for path in ("s0001/compare/s0002", "s0001/siblings"):
            response = await client.get(f"/api/scenarios/{path}")
            assert (response.status_code, response.json()["code"]) == (404, "no_data")
        assert await answer(client, "/api/scenarios/siblings") == {"groups": [], "total": 0}
        assert [each["baseline_scenario"] for each in await answer(client, "/api/scenarios")] == [None, None]
