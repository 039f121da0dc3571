"""The routes over a warehouse that dbt has built from a loaded model run, instead of the stand-in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest

from extract.convert.csv_files import LOAD_COLUMNS
from extract.records import calendar
from extract.warehouse import load
from tests.api.test_supply_routes import GOLDEN as GOLDEN_SUPPLY
from tests.support import verified
from tests.support.golden_files import golden, shape

SCENARIO = "s9002"
RECEIPT = f"{SCENARIO}-0123456789ab"
MONTH = np.arange(calendar.MONTHS)
# A full reservoir every fourth April; a flood release of 1,000 CFS in every second January, else a true 0.
SERIES = {
    ("S_SHSTA", "STORAGE", "TAF"): np.where(MONTH % 48 == 6, 4500.0, 2000 + MONTH % 12),
    ("C_SHSTA_FLOOD", "SPILL", "CFS"): np.where(MONTH % 24 == 3, 1000.0, 0.0),
    ("S_SHSTALEVEL5DV", "STORAGE-LEVEL", "TAF"): np.full(calendar.MONTHS, 4400.0),
    ("S_OROVL", "STORAGE", "TAF"): np.full(calendar.MONTHS, 1000.0),
    ("S_FOLSM", "STORAGE", "TAF"): np.zeros(calendar.MONTHS),
    ("S_SLUIS_CVP", "STORAGE", "TAF"): np.full(calendar.MONTHS, 500.0),
}
# Full allocation of half of what MWD asks for; the other supplies vary from month to month and from year to year.
VARYING = 100 + 10 * (MONTH % 12) + MONTH // 12 % 7
SUPPLY_SERIES = {
    ("dv", "DEL_SWP_MWD", "DELIVERY-SWP", "CFS"): np.full(calendar.MONTHS, 1320.0),
    ("dv", "SHORT_SWP_MWD", "DELIVERY-SHORTAGE-SWP", "CFS"): np.zeros(calendar.MONTHS),
    ("dv", "DEL_SWP_PAG", "DELIVERY-SWP", "CFS"): VARYING,
    ("dv", "SHORT_SWP_PAG", "DELIVERY-SHORTAGE-SWP", "CFS"): MONTH % 5,
    ("sv", "UD_02_PU", "URBAN-DEMAND", "TAF"): VARYING / 10,
    ("dv", "DN_02_PU", "SW-DELIVERY-NET", "CFS"): VARYING,
    ("dv", "GP_02_PU", "GW-PUMPING", "CFS"): VARYING / 2,
    ("dv", "SHRTG_02_PU", "SHORTAGE", "CFS"): MONTH % 3,
    **{
        ("dv", f"{kind}_{unit}", part_c, "CFS"): VARYING * share
        for unit in ("02_NA", "11_PR")
        for kind, part_c, share in (
            ("AW", "APPLIED-WATER", 1.0), ("DN", "SW-DELIVERY-NET", 0.5), ("GP", "GW-PUMPING", 0.3),
            ("RU", "REUSE", 0.1), ("RP", "RIPARIAN-MISC-ET", 0.0), ("SHRTG", "SHORTAGE", 0.1),
        )
    },
    ("dv", "C_AMR004", "CHANNEL", "CFS"): VARYING,
}  # fmt: skip
SUPPLY_ROUTES = {
    name: route.replace("s0001", SCENARIO).replace("swp_total", "mwd").replace("ACFC", "MWD")
    for name, route in GOLDEN_SUPPLY.items()
}
ROUTES = {
    "percentiles": f"/api/statistics/scenarios/{SCENARIO}/reservoirs/SHSTA/percentiles",
    "reservoir_percentiles": f"/api/statistics/scenarios/{SCENARIO}/reservoir-percentiles",
    "storage_monthly": f"/api/statistics/scenarios/{SCENARIO}/storage-monthly?reservoirs=SHSTA",
    "spill_monthly": f"/api/statistics/scenarios/{SCENARIO}/spill-monthly?group=cvp",
    "period_summary": f"/api/statistics/scenarios/{SCENARIO}/period-summary?reservoirs=SHSTA",
    "storage_aggregates": f"/api/statistics/scenarios/{SCENARIO}/storage-aggregates",
    # of the registry, with a theme, assumptions and an operation
    "scenario": "/api/scenarios/s0035",
    "scenarios": "/api/scenarios",
    "reservoirs": "/api/statistics/reservoirs",
    "reservoirs_all": "/api/statistics/reservoirs/all",
    "reservoir_groups": "/api/statistics/reservoir-groups",
    "statistics_scenarios": "/api/statistics/scenarios",
}


@pytest.fixture(scope="module")
def built_url(
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A deployed warehouse with one small scenario, loaded and built."""
    url = new_database(deployed_template)
    file = tmp_path_factory.mktemp("load") / "load.csv"
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(LOAD_COLUMNS)
        series = {("dv", *parts): values for parts, values in SERIES.items()} | SUPPLY_SERIES
        for number, ((kind, part_b, part_c, units), values) in enumerate(series.items(), 1):
            array = "{" + ",".join(map(str, values)) + "}"
            parts = [SCENARIO, kind, "CALSIM", part_b, part_c, "1MON", "L2020A", "PER-AVER", units]
            writer.writerow([*parts, calendar.first_day(), array, RECEIPT, f"run/{kind}.dss", number, "0" * 64, "{}"])
    kinds = [kind for kind, *_ in series]
    load.load_scenario(
        url,
        file,
        load.ScenarioLoad(
            SCENARIO, RECEIPT, "run.zip", "0" * 64, kinds.count("dv"), kinds.count("sv"), "1921-10-01", "2021-09-01"
        ),
    )
    run_dbt(url, "run", "--select", f"scenario:{SCENARIO}", check=True)
    verified.show(url, SCENARIO)
    return url


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_has_the_shape_of_the_golden_file(serve: Any, built_url: str, name: str) -> None:
    async with serve(built_url) as client:
        response = await client.get(ROUTES[name])
    assert response.status_code == 200, response.text
    assert shape(response.json()) == shape(golden(".", name))


async def test_defect_02_routes_of_water_supply_have_the_shape_of_their_golden_files(
    serve: Any, built_url: str
) -> None:
    async with serve(built_url) as client:
        for name, route in SUPPLY_ROUTES.items():
            response = await client.get(route)
            assert response.status_code == 200, f"{route}: {response.text}"
            assert shape(response.json()) == shape(golden("supply", name)), name


async def test_defect_02_every_route_of_statistics_answers(serve: Any, built_url: str) -> None:
    """Also those without a golden file; a column that a view lacks would be an error."""
    codes = {"reservoir_id": "SHSTA", "aggregate_id": "mwd", "du_id": "02_PU", "scenario_id": SCENARIO}
    queries = {"/api/statistics/batch": f"?scenarios={SCENARIO}&types=storage,cws,ag,env_flow"}
    absent = "/delta/"
    async with serve(built_url) as client:
        for path in client.app.openapi()["paths"]:
            if path.startswith("/api/statistics") and absent not in path:
                response = await client.get(path.format(**codes) + queries.get(path, ""))
                assert response.status_code == 200, f"{path}: {response.text}"


def blocks(value: Any) -> Iterator[dict[str, Any]]:
    """All objects within an answer."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from blocks(each)


async def test_defect_04_exceedances_fall_and_percentiles_rise(serve: Any, built_url: str) -> None:
    """exc_p5 and p5 are the highest of their block, everywhere; shares stay within 0 and 100."""
    checked = 0
    async with serve(built_url) as client:
        for route in [*SUPPLY_ROUTES.values(), *ROUTES.values()]:
            for block in blocks((await client.get(route)).json()):
                for prefix in ("exc_p", "p", "delivery_exc_p"):
                    falling = [block[key] for n in (5, 10, 25, 50, 75, 90, 95) if (key := f"{prefix}{n}") in block]
                    if None not in falling:
                        assert falling == sorted(falling, reverse=True), route
                        checked += len(falling) == 7
                rising = [block[key] for n in (0, 10, 30, 50, 70, 90, 100) if (key := f"q{n}") in block]
                assert None in rising or rising == sorted(rising), route
                for key in ("frequency_pct", "shortage_frequency_pct", "reliability_pct", "avg_pct_demand_met"):
                    assert block.get(key) is None or 0 <= block[key] <= 100, f"{route} {key}"
    assert checked > 50


async def test_defect_06_reliability_is_not_the_demand_that_is_met(serve: Any, built_url: str) -> None:
    """MWD gets all that it is allocated, which is half of what it asks for; a unit's own shortage makes the two one."""
    async with serve(built_url) as client:
        (mwd,) = (await answer(client, SUPPLY_ROUTES["mi_contractors_period_summary"]))["contractors"].values()
        (unit,) = (await answer(client, SUPPLY_ROUTES["demand_units_period_summary"]))["demand_units"].values()
    assert (mwd["reliability_pct"], mwd["avg_pct_allocation_met"], mwd["annual_reliability"]) == (100, 100, 1)
    assert mwd["avg_pct_demand_met"] == pytest.approx(100 * 1320 * 0.7244 / 1911.5, rel=1e-3)
    assert unit["reliability_pct"] == unit["avg_pct_demand_met"] < 100


async def answer(client: httpx.AsyncClient, name: str) -> Any:
    return (await client.get(ROUTES.get(name, name))).json()


async def test_numbers_of_a_built_scenario(serve: Any, built_url: str) -> None:
    async with serve(built_url) as client:
        storage = (await answer(client, "storage_monthly"))["reservoirs"]["SHSTA"]
        spill = (await answer(client, "spill_monthly"))["reservoirs"]["SHSTA"]["monthly"]
        period = (await answer(client, "period_summary"))["reservoirs"]["SHSTA"]
        aggregates = (await answer(client, "storage_aggregates"))["aggregates"]
    assert list(storage["monthly_taf"]) == [str(month) for month in range(1, 13)]
    april = SERIES["S_SHSTA", "STORAGE", "TAF"][6::12]
    assert storage["monthly_taf"]["7"]["mean"] == round(float(april.mean()), 4)
    assert storage["monthly_taf"]["7"]["cv"] == round(float(april.std(ddof=1) / april.mean()), 6)
    assert storage["monthly_taf"]["7"]["exc_p5"] == 4500
    assert storage["monthly_taf"]["7"]["exc_p95"] == 2006
    assert storage["monthly_taf"]["7"]["sample_count"] == 100
    assert (spill["4"]["spill_months_count"], spill["4"]["spill_frequency_pct"]) == (50, 50)
    assert (spill["1"]["spill_months_count"], spill["1"]["spill_avg_cfs"]) == (0, 0)
    assert spill["1"]["storage_at_spill_avg_taf"] is None
    assert period["spill"]["annual_max_taf"] == round(1000 * 31 * 86400 / 43560000, 4)
    assert period["probabilities"]["flood_pool_prob_april"] == 0.25
    assert period["storage_exceedance_taf"]["p5"] >= period["storage_exceedance_taf"]["p95"]
    assert period["simulation_years"] == {"start": 1922, "end": 2021, "total": 100}
    assert set(aggregates) == {"NOD_STORAGE", "SOD_STORAGE"}


async def test_absent_series_is_null_or_absent_never_zero(serve: Any, built_url: str) -> None:
    async with serve(built_url) as client:
        summary = (await client.get(f"/api/statistics/scenarios/{SCENARIO}/period-summary")).json()
    assert "MELON" in summary["without_data"]
    assert set(summary["reservoirs"]["OROVL"]["spill"].values()) == {None}
    assert summary["reservoirs"]["FOLSM"]["means"] == {
        "annual_avg_taf": 0, "april_avg_taf": 0, "september_avg_taf": 0,
    }  # fmt: skip


async def test_verification_of_a_scenario_that_nobody_tested(serve: Any, built_url: str) -> None:
    async with serve(built_url) as client:
        status = (await client.get(f"/api/verification/status/{SCENARIO}")).json()
        everything = (await client.get("/api/verification/status")).json()
    assert everything["summary"] == status["summary"]
    by_status = {
        code: {check["question"]: check["status"] for check in section["checks"]}
        for code, section in status["checks"].items()
    }
    assert by_status["reservoir"]["row_counts"] == "passed"
    assert by_status["reservoir"]["dbt_tests"] == by_status["all"]["csv_staging"] == "unknown"
    assert set(by_status["tier"].values()) == {"not_applicable"}


async def test_catalogue_of_a_built_warehouse(serve: Any, built_url: str) -> None:
    async with serve(built_url) as client:
        assert [each["short_code"] for each in await answer(client, "scenarios")] == [SCENARIO]
        groups = {each["group_id"]: each for each in (await answer(client, "reservoir_groups"))["groups"]}
        assert {"major", "cvp", "swp", "tier"} <= set(groups)
        assert len(groups["major"]["reservoirs"]) == 8
        reservoirs = (await answer(client, "reservoirs"))["reservoirs"]
        assert len({each["reservoir_id"] for each in reservoirs}) == len(reservoirs) > 80
        with_statistics = await answer(client, "reservoirs_all")
        assert {each["reservoir_id"] for each in with_statistics["all"]} == {"SHSTA", "OROVL", "FOLSM", "SLUIS_CVP"}


async def test_deployed_warehouse_without_a_scenario(serve: Any, warehouse_url: str) -> None:
    async with serve(warehouse_url) as client:
        assert (await client.get("/api/health/ready")).status_code == 200
        assert await answer(client, "scenarios") == []
        for name, path in (ROUTES | SUPPLY_ROUTES).items():
            response = await client.get(path)
            unknown = SCENARIO in path
            assert response.status_code == (404 if unknown else 200), name
            if unknown:
                assert response.json()["code"] == "unknown_scenario"


async def test_files_follow_the_published_load_and_the_decision_about_them(serve: Any, built_url: str) -> None:
    def change(statement: str, *values: object) -> None:
        with psycopg.connect(built_url) as link:
            link.execute(statement, values)

    add = (
        "insert into staging.scenario_file"
        " values (%s, %s, 'zip', 'scenario/s9002/run/a.zip', 3, repeat('a', 64), now())"
    )
    change(add, SCENARIO, f"{SCENARIO}-ffffffffffff")
    change("insert into staging.scenario_visibility values (%s, true)", SCENARIO)
    async with serve(built_url, cache_version_seconds=0) as client:
        assert (await client.get("/scenario")).json() == {"scenarios": []}
        change(add, SCENARIO, RECEIPT)
        (listed,) = (await client.get("/scenario")).json()["scenarios"]
        assert (listed["scenario_id"], listed["load_id"], listed["files"]["zip"]["filename"]) == (
            SCENARIO, RECEIPT, "a.zip",
        )  # fmt: skip
        address = f"/download?scenario={SCENARIO}&type=zip"
        assert (await client.get(address)).status_code == 302
        change("update staging.scenario_visibility set is_public = false")
        assert (await client.get("/scenario")).json() == {"scenarios": []}
        assert (await client.get(address)).json()["code"] == "no_file"


async def test_the_whole_mesh_is_walked_through_within_the_time_of_a_query(serve: Any, deployed_template: str) -> None:
    """Unlimited, both ways, from a node in the middle: ways between nodes are too many to list, nodes are not."""
    async with serve(deployed_template) as client:
        total = int((await client.get("/api/nodes?limit=1")).headers["X-Total-Count"])
        answer = (await client.get("/api/nodes/SAC000/network/unlimited")).json()
        codes = [node["id"] for node in answer["nodes"]]
        assert 1000 < len(codes) == len(set(codes)) <= total
        assert answer["max_depth_reached"] > 40
        assert answer["total_arcs"] > len(codes) - 1
        (shasta,) = [node for node in answer["nodes"] if node["id"] == "SHSTA"]
        back = (await client.get("/api/nodes/SHSTA/network/unlimited?include_arcs=false")).json()
        assert {node["id"]: node["depth"] for node in back["nodes"]}["SAC000"] == shasta["depth"]
        found = (await client.get("/api/search?q=shsta")).json()["results"]
        assert found[0]["short_code"] == "SHSTA"
        box = (await client.get("/api/nodes/spatial?bbox=-122.5,40.5,-122,41")).json()
        assert box["nodes"][0]["id"] == "SHSTA"
