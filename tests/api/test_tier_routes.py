"""Tiers and their map: scores from whole counts, levels that are not there, and GeoJSON as RFC 7946 has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.support.golden_files import assert_golden, assert_no_other_files

ROUTES = {
    "definitions": "/api/tiers/definitions",
    "list": "/api/tiers/list",
    "scenarios": "/api/tiers/scenarios",
    "scenario": "/api/tiers/scenarios/s0001/tiers",
    "one": "/api/tiers/scenarios/s0001/tiers/ENV_FLOWS",
    "one_single": "/api/tiers/scenarios/s0001/tiers/DELTA_ECO",
    "batch": "/api/tiers/batch?scenarios=s0002,s0001",
    "locations": "/api/tiers/scenarios/s0001/locations?codes=ENV_FLOWS,AG_REV,DELTA_ECO",
    "map_scenarios": "/api/tier-map/scenarios",
    "map_tiers": "/api/tier-map/tiers",
    "map_tiers_of_one": "/api/tier-map/tiers?scenario_short_code=s0001",
    "map_summary": "/api/tier-map/summary/s0001",
    "map_locations": "/api/tier-map/s0001/ENV_FLOWS/locations",
    "map": "/api/tier-map/s0001/ENV_FLOWS",
}
OF_A_SCENARIO = (
    "/api/tiers/scenarios/{}/tiers",
    "/api/tiers/scenarios/{}/tiers/ENV_FLOWS",
    "/api/tiers/scenarios/{}/locations?codes=ENV_FLOWS",
    "/api/tiers/batch?scenarios={}",
    "/api/tier-map/summary/{}",
    "/api/tier-map/tiers?scenario_short_code={}",
    "/api/tier-map/{}/locations?codes=ENV_FLOWS",
    "/api/tier-map/{}/ENV_FLOWS/locations",
    "/api/tier-map/{}/ENV_FLOWS",
)
OF_A_TIER = (
    "/api/tiers/scenarios/s0001/tiers/{}",
    "/api/tiers/scenarios/s0001/locations?codes=ENV_FLOWS,{}",
    "/api/tier-map/s0001/locations?codes={}",
    "/api/tier-map/s0001/{}/locations",
    "/api/tier-map/s0001/{}",
)


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "tiers", name, ROUTES[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("tiers", ROUTES)


async def answer(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_worst_level_is_zero_and_a_missing_one_null(client: httpx.AsyncClient) -> None:
    batch = (await answer(client, ROUTES["batch"]))["scenarios"]
    assert batch["s0001"]["tiers"]["DELTA_ECO"]["normalized_score"] == 0
    unrated = batch["s0002"]["tiers"]["ENV_FLOWS"]
    scores = ("weighted_score", "normalized_score", "gini", "band_upper", "band_lower")
    assert [unrated[score] for score in scores] == [None] * 5
    assert [share["value"] for share in unrated["data"]] == [0, 0, 0, 0]
    assert [share["normalized"] for share in unrated["data"]] == [None] * 4
    assert (unrated["total"], unrated["unrated"]) == (0, 3)
    assert "level" not in unrated
    assert "data" not in batch["s0001"]["tiers"]["DELTA_ECO"]


async def test_locations_without_a_level_are_shown_and_counted_nowhere(client: httpx.AsyncClient) -> None:
    locations = await answer(client, "/api/tier-map/s0002/ENV_FLOWS/locations")
    assert [each["tier_level"] for each in locations["locations"]] == [None] * 3
    assert [each["tier_value"] for each in locations["locations"]] == [None] * 3
    assert locations["metadata"]["total_locations"] == 3
    assert locations["metadata"]["tier_counts"] == {"1": 0, "2": 0, "3": 0, "4": 0}
    features = (await answer(client, "/api/tier-map/s0002/ENV_FLOWS"))["features"]
    assert {each["properties"]["tier_color_class"] for each in features} == {None}


async def test_both_addresses_of_the_locations_agree(client: httpx.AsyncClient) -> None:
    assert await answer(client, "/api/tier-map/s0001/locations?codes=ENV_FLOWS,AG_REV,DELTA_ECO") == await answer(
        client, ROUTES["locations"]
    )


def positions(coordinates: Any) -> Iterator[list[float]]:
    """All positions of a geometry, however deep."""
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for each in coordinates:
            yield from positions(each)


def assert_is_geojson(collection: Any) -> None:
    """What RFC 7946 asks of a FeatureCollection of points and multipolygons in California."""
    assert collection["type"] == "FeatureCollection"
    assert {"coordinates", "geometries", "geometry", "properties"}.isdisjoint(collection)
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert {"geometry", "properties"} <= set(feature)
        assert isinstance(feature["properties"], dict)
        geometry = feature["geometry"]
        if geometry is None:
            continue
        assert set(geometry) == {"type", "coordinates"}
        for longitude, latitude in positions(geometry["coordinates"]):
            assert -125 <= longitude <= -114
            assert 32 <= latitude <= 43
        if geometry["type"] == "MultiPolygon":
            for ring in (ring for polygon in geometry["coordinates"] for ring in polygon):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
        else:
            assert geometry["type"] == "Point"


@pytest.mark.parametrize("tier", ["ENV_FLOWS", "DELTA_ECO"])
async def test_the_map_is_geojson(client: httpx.AsyncClient, tier: str) -> None:
    assert_is_geojson(await answer(client, f"/api/tier-map/s0001/{tier}"))


async def test_a_location_without_a_place_is_a_feature_without_geometry(client: httpx.AsyncClient) -> None:
    collection = await answer(client, "/api/tier-map/s0001/ENV_FLOWS")
    found = {each["id"]: each["geometry"] and each["geometry"]["type"] for each in collection["features"]}
    assert found == {"AMR004": "Point", "02_PU": "MultiPolygon", "NOWHERE": None}
    assert collection["metadata"]["feature_count"] == 3
    assert collection["metadata"]["without_geometry_count"] == 1
    (delta,) = (await answer(client, "/api/tier-map/s0001/DELTA_ECO"))["features"]
    assert (delta["geometry"], delta["properties"]["geometry_status"]) == (None, "not_public")


@pytest.mark.parametrize("path", OF_A_SCENARIO)
@pytest.mark.parametrize(("scenario", "code"), [("s9999", "unknown_scenario"), ("s0003", "inactive_scenario")])
async def test_scenario_that_is_not_served(client: httpx.AsyncClient, path: str, scenario: str, code: str) -> None:
    response = await client.get(path.format(scenario))
    assert (response.status_code, response.json()["code"]) == (404, code)


@pytest.mark.parametrize("path", OF_A_TIER)
async def test_unknown_tier(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path.format("NO_SUCH"))
    assert response.status_code == 404
    assert (response.json()["code"], response.json()["unknown"]) == ("unknown_tier", ["NO_SUCH"])


@pytest.mark.parametrize("path", ["tiers/scenarios/s0001/tiers/{}", "tier-map/s0001/{}/locations", "tier-map/s0001/{}"])
async def test_a_tier_without_results_is_no_unknown_one(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"/api/{path.format('AG_REV')}")
    assert (response.status_code, response.json()["code"]) == (404, "no_data")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tiers/batch", 422),
        ("tiers/batch?scenarios=", 400),
        ("tiers/batch?scenarios=%2C%20", 400),
        ("tiers/batch?scenarios=" + ",".join(f"s{n:04d}" for n in range(101)), 400),
        ("tiers/batch?scenarios=" + "s0001," * 1000, 422),
        ("tiers/batch?scenarios=s0001%00", 404),
        ("tiers/batch?scenarios=s0001'%3B--", 404),
        ("tiers/scenarios/s0001/locations", 422),
        ("tiers/scenarios/s0001/locations?codes=", 400),
        ("tiers/scenarios/s0001/locations?codes=%00", 404),
        ("tiers/scenarios/s0001/tiers/env_flows", 422),
        ("tier-map/tiers?scenario_short_code=S0001", 422),
        ("tier-map/s0001/" + "X" * 33, 422),
    ],
)
async def test_nonsense(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.get(f"/api/{path}")
    assert response.status_code == status, response.text


async def test_a_scenario_without_any_tier(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("delete from stand_in.api_tier_result; delete from stand_in.api_tier_location_result")
    async with serve(own_stand_in_url) as client:
        for path in ("tiers/scenarios/s0001/tiers", "tier-map/summary/s0001", "tier-map/s0001/ENV_FLOWS"):
            response = await client.get(f"/api/{path}")
            assert (response.status_code, response.json()["code"]) == (404, "no_data")
        batch = await answer(client, "/api/tiers/batch?scenarios=s0001")
        assert batch == {"scenarios": {"s0001": {"scenario": "s0001", "tiers": {}}}, "count": 1}
        locations = await answer(client, "/api/tiers/scenarios/s0001/locations?codes=ENV_FLOWS")
        assert (locations["results"], locations["missing"]) == ({}, ["ENV_FLOWS"])
        assert await answer(client, "/api/tiers/scenarios") == {"scenarios": [], "total": 0}
        assert await answer(client, "/api/tier-map/tiers?scenario_short_code=s0001") == {"tiers": [], "total": 0}
