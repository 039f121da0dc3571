"""Tiers, rivers, the Delta and data in depth over a warehouse that dbt has built from a model run and deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
from psycopg.rows import dict_row

from extract.verification.oracle.run import Run
from tests.api.test_tier_routes import assert_is_geojson
from tests.support import delta_runs, river_runs, tier_results, verified
from tests.support.golden_files import golden, shape
from tests.support.reservoir_runs import load, storage

SCENARIO = "s0020"
RESULTS = f"/api/statistics/scenarios/{SCENARIO}"
ROUTES = {
    ("catalogue", "siblings"): "/api/scenarios/siblings",
    ("catalogue", "siblings_of_one"): f"/api/scenarios/{SCENARIO}/siblings",
    ("catalogue", "hydroclimates"): "/api/scenarios/hydroclimates",
    ("catalogue", "themes"): "/api/scenarios/themes",
    ("catalogue", "assumptions"): "/api/scenarios/assumptions",
    ("catalogue", "operations"): "/api/scenarios/operations",
    ("tiers", "list"): "/api/tiers/list",
    ("tiers", "scenarios"): "/api/tiers/scenarios",
    ("tiers", "scenario"): f"/api/tiers/scenarios/{SCENARIO}/tiers",
    ("tiers", "one"): f"/api/tiers/scenarios/{SCENARIO}/tiers/ENV_FLOWS",
    ("tiers", "one_single"): f"/api/tiers/scenarios/{SCENARIO}/tiers/DELTA_ECO",
    ("tiers", "locations"): f"/api/tiers/scenarios/{SCENARIO}/locations?codes=ENV_FLOWS,DELTA_ECO",
    ("tiers", "map_scenarios"): "/api/tier-map/scenarios",
    ("tiers", "map_tiers"): "/api/tier-map/tiers",
    ("tiers", "map_tiers_of_one"): f"/api/tier-map/tiers?scenario_short_code={SCENARIO}",
    ("tiers", "map_summary"): f"/api/tier-map/summary/{SCENARIO}",
    ("tiers", "map_locations"): f"/api/tier-map/{SCENARIO}/ENV_FLOWS/locations",
    ("tiers", "map"): f"/api/tier-map/{SCENARIO}/ENV_FLOWS",
    ("rivers", "channels"): "/api/statistics/channels",
    ("rivers", "env_flow_seasons"): "/api/statistics/env-flow-seasons",
    ("rivers", "channels_monthly"): f"{RESULTS}/channels/monthly",
    ("rivers", "channels_seasonal"): f"{RESULTS}/channels/seasonal",
    ("rivers", "channels_period_summary"): f"{RESULTS}/channels/period-summary",
    ("rivers", "delta_variables"): "/api/statistics/delta-variables",
    ("rivers", "delta_monthly"): f"{RESULTS}/delta/monthly",
    ("rivers", "delta_period_summary"): f"{RESULTS}/delta/period-summary",
}
"""Folder and name of a golden file → the same route here."""


@pytest.fixture(scope="module")
def run() -> Run:
    """A model run with storage, river flows, types of years, outflow and X2."""
    made = river_runs.complete_run(SCENARIO)
    made.series.extend(s for s in delta_runs.plain_run(SCENARIO).series if not s.part_b.startswith("WYT"))
    made.add("S_SHSTA", "STORAGE", "TAF", storage(np.random.default_rng(7), 4552.0))
    return made


@pytest.fixture(scope="module")
def built_url(run: Run, new_database: Callable[..., str], deployed_template: str, run_dbt: Callable[..., Any]) -> str:
    """A deployed warehouse with the run and tier deliveries, loaded and built."""
    url = new_database(deployed_template)
    load(url, run)
    tier_results.load_every_kind(url, SCENARIO)
    run_dbt(url, "run", "--select", f"scenario:{SCENARIO}", check=True)
    verified.show(url, SCENARIO)
    return url


@pytest.fixture
async def built(serve: Any, built_url: str) -> Any:
    """A client of the application over it."""
    async with serve(built_url) as client:
        yield client


async def answer(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(("folder", "name"), ROUTES)
async def test_answer_has_the_shape_of_the_golden_file(built: httpx.AsyncClient, folder: str, name: str) -> None:
    assert shape(await answer(built, ROUTES[folder, name])) == shape(golden(folder, name))


async def test_setting_of_a_scenario(built: httpx.AsyncClient) -> None:
    scenario = await answer(built, "/api/scenarios/s0035")
    assert (scenario["hydroclimate_id"], scenario["hydroclimate_short_code"]) == (2, "dwr_hist_adj")
    assert scenario["is_active"] is False
    assert all(scenario[key] for key in ("themes", "key_assumptions", "key_operations", "baseline_scenario"))
    siblings = await answer(built, f"/api/scenarios/{SCENARIO}/siblings")
    assert {(each["hydroclimate_id"], each["is_active"]) for each in siblings["scenarios"]} >= {(2, True), (3, False)}


async def test_tiers_as_delivered(built: httpx.AsyncClient) -> None:
    """Of 17 reaches one is at level 2, one at 4, and the others at 3; of 8 reservoirs two are at each level."""
    tiers = (await answer(built, f"/api/tiers/scenarios/{SCENARIO}/tiers"))["tiers"]
    flows = tiers["ENV_FLOWS"]
    assert [share["value"] for share in flows["data"]] == [0, 1, 15, 1]
    assert (flows["total"], flows["unrated"], flows["weighted_score"]) == (17, 0, round((2 + 3 * 15 + 4) / 17, 3))
    assert tiers["RES_STOR"]["gini"] == round(2 * 2 * 2 * (1 + 2 + 3 + 1 + 2 + 1) / 8**2 / (2 * 2.5), 3)
    assert (tiers["FW_DELTA_USES"]["level"], tiers["FW_DELTA_USES"]["score"]) == (2, 2.25)


@pytest.mark.parametrize(
    ("tier", "count", "without"),
    [("ENV_FLOWS", 17, 0), ("RES_STOR", 8, 0), ("FW_DELTA_USES", 2, 0), ("DELTA_ECO", 1, 1)],
)
async def test_places_of_locations(built: httpx.AsyncClient, tier: str, count: int, without: int) -> None:
    collection = await answer(built, f"/api/tier-map/{SCENARIO}/{tier}")
    assert_is_geojson(collection)
    assert (collection["metadata"]["feature_count"], collection["metadata"]["without_geometry_count"]) == (
        count,
        without,
    )
    places = {feature["id"]: feature["geometry"] for feature in collection["features"]}
    assert len(places) == count
    if tier == "RES_STOR":
        assert places["SLUIS_CVP"] == places["SLUIS_SWP"] != places["SHSTA"]


async def test_outlines_of_demand_units(serve: Any, built_url: str, new_database: Callable[..., str]) -> None:
    """Each demand unit as a location, whether its outline is public or not."""
    url = new_database(built_url)
    with psycopg.connect(url) as link:
        link.execute(
            """
            insert into marts.fct_tier_location_result
                (scenario_id, tier_code, location_code, location_type, location_name, is_tier_wide, display_order,
                 delivery_id)
            select %s, 'CWS_DEL', unit_code, 'demand_unit', unit_code, false, sort_order, 'a delivery'
            from reference.demand_unit
            """,
            [SCENARIO],
        )
    async with serve(url) as client:
        collection = await answer(client, f"/api/tier-map/{SCENARIO}/CWS_DEL")
    assert_is_geojson(collection)
    kinds = [feature["geometry"] and feature["geometry"]["type"] for feature in collection["features"]]
    assert kinds.count("MultiPolygon") >= 88
    assert kinds.count(None) == collection["metadata"]["without_geometry_count"] > 0
    for feature in collection["features"]:
        has_outline = feature["properties"]["geometry_status"] in ("polygons", "placeholder")
        assert has_outline == (feature["geometry"] is not None)


async def test_flow_of_a_reach(built: httpx.AsyncClient, run: Run) -> None:
    by_name = {(s.part_b, s.part_c): s for s in run.series}
    reach = next(code for code, kind in by_name if code.startswith("C_") and kind == "CHANNEL")
    flow = by_name[reach, "CHANNEL"]
    months = (await answer(built, f"{RESULTS}/channels/monthly?channel_id={reach}"))["data"]
    values = np.where(flow.values > -900, flow.values, np.nan).reshape(100, 12)
    assert flow.units == "CFS"
    assert [row["flow_avg_cfs"] for row in months] == [round(float(mean), 4) for mean in np.nanmean(values, axis=0)]
    assert [row["sample_count"] for row in months] == [int(n) for n in np.isfinite(values).sum(axis=0)]
    for row in months:
        exceeded = [row[f"flow_exc_p{p}_cfs"] for p in (5, 10, 25, 50, 75, 90, 95)]
        assert exceeded == sorted(exceeded, reverse=True)


async def test_delta_months(built: httpx.AsyncClient, run: Run) -> None:
    rows = (await answer(built, f"{RESULTS}/delta/monthly"))["data"]
    assert {row["variable_code"] for row in rows} == {"ndo", "x2", "em_ec"}
    outflow = next(s.values for s in run.series if s.part_b == "NDO").reshape(100, 12)
    october = next(row for row in rows if (row["variable_code"], row["water_month"]) == ("ndo", 1))
    assert october["avg_cfs"] == round(float(outflow[:, 0].mean()), 4)


@pytest.mark.parametrize(
    ("topic", "kind", "subjects", "periods"),
    [
        ("reservoir-storage", "reservoirs", "SHSTA", "april,sept,annual"),
        ("river-flows", "rivers", "C_SAC049,C_AMR004", "april,annual"),
        ("delta-salinity", "subjects", "x2,ndo", "april,sept"),
    ],
)
@pytest.mark.parametrize(("wyt", "year_type"), [(None, "all"), (1, "W"), (4, "D"), (5, "C")])
async def test_statistics_are_those_of_the_warehouse(
    built: httpx.AsyncClient,
    built_url: str,
    topic: str,
    kind: str,
    subjects: str,
    periods: str,
    wyt: int | None,
    year_type: str,
) -> None:
    path = f"/api/data-in-depth/{topic}?scenarios={SCENARIO}&subjects={subjects}&periods={periods}"
    (scenario,) = (await answer(built, path + (f"&wyt={wyt}" if wyt else "")))["scenarios"]
    with psycopg.connect(built_url, row_factory=dict_row) as link:
        rows = link.execute(
            "select * from api.api_data_in_depth_statistic where scenario_id = %s and topic_code = %s"
            " and subject_code = any(%s) and year_type = %s",
            [SCENARIO, topic, subjects.split(","), year_type],
        ).fetchall()
    expected = {
        (row["subject_code"], row["measure_code"], row["period_code"].replace("september", "sept")): row for row in rows
    }
    compared = 0
    for subject in scenario[kind]:
        for period, found in subject["periods"].items():
            for each in found.values():
                row = expected[subject["subject"], each["measure"], period]
                assert each["statistics"]["n"] == row["sample_count"]
                assert each["statistics"]["mean"] == pytest.approx(row["mean"], abs=1e-4)
                assert each["statistics"]["cv"] == pytest.approx(row["cv"], abs=1e-6)
                box = each["box"]
                for key, column in (("q1", "q25"), ("median", "q50"), ("q3", "q75"), ("whisker_low", "lower_whisker")):
                    assert box[key] == pytest.approx(row[column], abs=1e-4), (key, row)
                assert box["whisker_high"] == pytest.approx(row["upper_whisker"], abs=1e-4)
                assert box["outliers"] == pytest.approx(row["outliers"], abs=1e-4)
                assert [value["percentile"] for value in each["exceedance"]] == pytest.approx(
                    [100 * m / (row["sample_count"] + 1) for m in range(1, row["sample_count"] + 1)], abs=1e-4
                )
                compared += 1
    assert compared >= 2
