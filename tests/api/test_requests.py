"""What a request may ask for: selections, unknown codes, and the answers to nonsense."""

from __future__ import annotations

import httpx
import pytest

from api.errors import InactiveScenarioError, UnknownCodeError
from api.parameters import PublishedLoad, published_loads
from api.snapshot import Snapshot

S1 = "/api/statistics/scenarios/s0001"
BY_RESERVOIR = ("reservoir-percentiles", "storage-monthly", "spill-monthly", "period-summary")


@pytest.mark.parametrize("route", BY_RESERVOIR)
async def test_without_a_filter_the_major_reservoirs_come_in_their_order(client: httpx.AsyncClient, route: str) -> None:
    answer = (await client.get(f"{S1}/{route}")).json()
    assert list(answer["reservoirs"]) == ["SHSTA", "OROVL"]
    assert answer["without_data"] == ["FOLSM"]
    assert "group" not in answer


@pytest.mark.parametrize("route", BY_RESERVOIR)
@pytest.mark.parametrize(
    ("group", "expected"), [("major", ["SHSTA", "OROVL"]), ("cvp", ["SHSTA"]), ("tier", ["OROVL", "SHSTA"])]
)
async def test_group(client: httpx.AsyncClient, route: str, group: str, expected: list[str]) -> None:
    answer = (await client.get(f"{S1}/{route}", params={"group": group})).json()
    assert list(answer["reservoirs"]) == expected
    assert answer["group"] == group


async def test_the_default_follows_the_data(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/statistics/reservoirs/all")).json()
    assert answer["major"] == ["SHSTA", "OROVL", "FOLSM"]


async def test_list_is_stripped_and_served_in_its_order(client: httpx.AsyncClient) -> None:
    answer = (await client.get(f"{S1}/period-summary", params={"reservoirs": " OROVL, SHSTA,,OROVL "})).json()
    assert list(answer["reservoirs"]) == ["OROVL", "SHSTA"]


@pytest.mark.parametrize("route", BY_RESERVOIR)
@pytest.mark.parametrize(
    ("query", "status", "code", "unknown"),
    [
        ("reservoirs=SHSTA&group=cvp", 400, "bad_parameter", None),
        ("reservoirs=SHSTA&group=", 400, "bad_parameter", None),
        ("reservoirs=S_SHSTA", 400, "bad_parameter", ["S_SHSTA"]),
        ("reservoirs=SHSTA,C_OROVL", 400, "bad_parameter", ["C_OROVL"]),
        ("reservoirs=", 400, "bad_parameter", None),
        ("reservoirs=,%20,", 400, "bad_parameter", None),
        ("reservoirs=" + ",".join(f"R{i}" for i in range(101)), 400, "bad_parameter", None),
        ("reservoirs=SHSTA,NOSUCH,shsta", 404, "unknown_reservoir", ["NOSUCH", "shsta"]),
        ("reservoirs=SHSTA%00", 404, "unknown_reservoir", ["SHSTA\0"]),
        ("reservoirs=%27%3B--", 404, "unknown_reservoir", ["';--"]),
        ("group=nosuch", 404, "unknown_group", ["nosuch"]),
        ("group=", 404, "unknown_group", [""]),
        ("group=major%00", 404, "unknown_group", ["major\0"]),
        ("reservoirs=FOLSM", 404, "no_data", None),
    ],
)
async def test_refused_selection(
    client: httpx.AsyncClient, route: str, query: str, status: int, code: str, unknown: list[str] | None
) -> None:
    response = await client.get(f"{S1}/{route}?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json().get("unknown") == unknown
    assert response.json()["detail"]


async def test_variable_name_gets_a_hint(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{S1}/reservoirs/S_SHSTA/percentiles")
    assert response.status_code == 400
    assert "'SHSTA'" in response.json()["detail"]


@pytest.mark.parametrize(("reservoir", "code"), [("NOSUCH", "unknown_reservoir"), ("FOLSM", "no_data")])
async def test_one_reservoir_that_cannot_be_served(client: httpx.AsyncClient, reservoir: str, code: str) -> None:
    response = await client.get(f"{S1}/reservoirs/{reservoir}/percentiles")
    assert (response.status_code, response.json()["code"]) == (404, code)


@pytest.mark.parametrize("route", [*BY_RESERVOIR, "storage-aggregates", "reservoirs/SHSTA/percentiles"])
@pytest.mark.parametrize(("scenario", "code"), [("s9999", "unknown_scenario"), ("s0003", "inactive_scenario")])
async def test_unknown_scenario_is_not_an_inactive_one(
    client: httpx.AsyncClient, route: str, scenario: str, code: str
) -> None:
    response = await client.get(f"/api/statistics/scenarios/{scenario}/{route}")
    assert (response.status_code, response.json()["code"]) == (404, code)


async def test_unknown_scenario_of_the_catalogue(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/scenarios/s9999")
    assert response.status_code == 404
    assert response.json() == {
        "detail": "There is no scenario 's9999'.", "code": "unknown_scenario", "unknown": ["s9999"],
        "error_id": response.headers["X-Request-ID"],
    }  # fmt: skip


async def test_unknown_scenarios_come_before_inactive_ones_and_all_of_them(database: Snapshot) -> None:
    with pytest.raises(UnknownCodeError) as unknown:
        await published_loads(database, ["s0001", "s9999", "s0003", "s0001\0"])
    assert (unknown.value.code, unknown.value.unknown) == ("unknown_scenario", ["s9999", "s0001\0"])
    with pytest.raises(InactiveScenarioError, match="s0003"):
        await published_loads(database, ["s0001", "s0003"])


async def test_published_loads_come_in_the_order_of_the_request(database: Snapshot) -> None:
    assert await published_loads(database, ["s0002", "s0001"]) == [
        PublishedLoad("s0002", "s0002-0123456789ab"),
        PublishedLoad("s0001", "s0001-0123456789ab"),
    ]


@pytest.mark.parametrize("scenario", ["s001", "S0001", "s00011", "s0001%0A", "0001", "s000x", "s٠٠٠١"])
@pytest.mark.parametrize("path", ["/api/scenarios/{}", "/api/statistics/scenarios/{}/period-summary"])
async def test_malformed_scenario_id(client: httpx.AsyncClient, path: str, scenario: str) -> None:
    assert (await client.get(path.format(scenario))).status_code == 422


@pytest.mark.parametrize("query", ["group=" + "x" * 65, "reservoirs=" + "x" * 4001])
async def test_parameters_have_a_length(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{S1}/period-summary?{query}")).status_code == 422


async def test_the_service_only_reads(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/api/scenarios")).status_code == 405
