"""The reservoir routes against golden files, and the values that are easily confused: NULL, 0 and NaN."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

GOLDEN = Path(__file__).parent / "golden"
S1 = "/api/statistics/scenarios/s0001"
S2 = "/api/statistics/scenarios/s0002"
ROUTES = {
    "scenarios": "/api/scenarios",
    "scenario": "/api/scenarios/s0001",
    "reservoirs": "/api/statistics/reservoirs",
    "reservoirs_all": "/api/statistics/reservoirs/all",
    "reservoir_groups": "/api/statistics/reservoir-groups",
    "statistics_scenarios": "/api/statistics/scenarios",
    "percentiles": f"{S1}/reservoirs/SHSTA/percentiles",
    "reservoir_percentiles": f"{S1}/reservoir-percentiles",
    "storage_monthly": f"{S1}/storage-monthly?reservoirs=SHSTA",
    "spill_monthly": f"{S1}/spill-monthly?group=cvp",
    "period_summary": f"{S1}/period-summary?reservoirs=SHSTA",
    "storage_aggregates": f"{S1}/storage-aggregates",
    "files": "/scenario",
    "verification_status": "/api/verification/status",
    "verification_status_of_scenario": "/api/verification/status/s0001",
}
"""Golden file → route. COEQWAL_UPDATE_GOLDEN=1 writes the files anew; look at the difference before committing it."""

BY_RESERVOIR = ("reservoir-percentiles", "storage-monthly", "spill-monthly", "period-summary")


@pytest.mark.parametrize("name", ROUTES)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(ROUTES[name])
    assert response.status_code == 200, response.text
    file = GOLDEN / f"{name}.json"
    if os.environ.get("COEQWAL_UPDATE_GOLDEN"):
        file.write_text(json.dumps(response.json(), indent=1, ensure_ascii=False) + "\n")
    assert response.json() == json.loads(file.read_text())


def test_every_golden_file_belongs_to_a_route() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(ROUTES)


def measures(value: Any, key: str = "") -> Iterator[Any]:
    """All leaves of a reservoir's block that are neither text nor a catalogue number."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from measures(each, name)
    elif not isinstance(value, str):
        yield value


@pytest.mark.parametrize("route", BY_RESERVOIR)
async def test_null_stays_null_and_zero_stays_zero(client: httpx.AsyncClient, route: str) -> None:
    blocks = (await client.get(f"{S2}/{route}")).json()["reservoirs"]
    nulls, zeros, nans = (list(measures(blocks[code])) for code in ("SHSTA", "OROVL", "FOLSM"))
    assert len(nulls) == len(zeros) >= 16
    assert set(nulls) == {None}
    assert set(zeros) == {0}
    assert set(nans) == {None}


@pytest.mark.parametrize("code", ["SHSTA", "OROVL", "FOLSM"])
async def test_null_zero_and_nan_of_one_reservoir(client: httpx.AsyncClient, code: str) -> None:
    months = (await client.get(f"{S2}/reservoirs/{code}/percentiles")).json()["monthly_percentiles"]
    assert set(measures(months)) == ({0} if code == "OROVL" else {None})


async def test_numbers_are_rounded_here(client: httpx.AsyncClient) -> None:
    months = (await client.get(f"{S1}/storage-monthly?reservoirs=SHSTA")).json()["reservoirs"]["SHSTA"]
    october = months["monthly_taf"]["1"]
    assert october["cv"] % 1 == pytest.approx(0.234568, abs=1e-9)
    assert all(value % 1 == pytest.approx(0.2346, abs=1e-9) for key, value in october.items() if key[0] in "qem")


async def test_seed_document_range_of_scenarios(client: httpx.AsyncClient) -> None:
    scenarios = (await client.get("/api/scenarios")).json()
    codes = sorted(scenario["short_code"] for scenario in scenarios)
    assert (len(codes), codes[0], codes[-1]) == (2, "s0001", "s0002")


async def test_scenario_without_a_name_shows_its_id(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/scenarios/s0002")).json()["name"] == "s0002"


async def test_inactive_scenario_is_found_by_id_only(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/scenarios/s0003")).json()["is_active"] is False
    assert "s0003" not in [each["scenario_id"] for each in (await client.get("/api/scenarios")).json()]


async def test_index_counts_and_lists_every_endpoint(client: httpx.AsyncClient) -> None:
    index = (await client.get("/api")).json()
    assert index["data_summary"] == {
        "scenarios": 2, "sibling_groups": 1, "reservoirs": 3, "tier_indicators": 3, "network_nodes": 6,
        "network_arcs": 8,
    }  # fmt: skip
    paths = {path for group in index["endpoints"].values() for name, path in group.items() if name != "description"}
    assert paths == set((await client.get("/openapi.json")).json()["paths"])
    assert (await client.get("/")).json()["links"]["endpoints"] == "/api"
