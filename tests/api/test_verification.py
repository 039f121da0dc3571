"""The verification routes: nothing that nobody looked at counts as passed."""

from __future__ import annotations

import httpx
import pytest

STATUS = "/api/verification/status"


async def test_each_status_is_counted_as_itself(client: httpx.AsyncClient) -> None:
    answer = (await client.get(f"{STATUS}/s0001")).json()
    assert answer["summary"] == {
        "total": 5, "passed": 1, "failed": 1, "error": 1, "not_checked": 1, "unknown": 1, "not_applicable": 1,
    }  # fmt: skip
    assert answer["not_implemented"] == ["urban", "delta"]
    assert answer["timestamp"] == "2026-11-20T08:00:04Z"
    (oracle,) = [check for check in answer["checks"]["reservoir"]["checks"] if check["question"] == "oracle"]
    assert (oracle["status"], oracle["passed_count"], oracle["check_count"]) == ("failed", 2, 3)
    assert oracle["command"] == "coeqwal verify s0001 --question oracle"
    assert oracle["examples"] == ["fct_x: 1 of 9 values differs"]


async def test_all_scenarios_with_data_are_told_apart(client: httpx.AsyncClient) -> None:
    answer = (await client.get(STATUS)).json()
    assert [(each["scenario_id"], each["is_active"]) for each in answer["scenarios"]] == [
        ("s0001", True),
        ("s0003", False),
    ]
    assert answer["scenarios"][1]["summary"]["passed"] == 0
    assert answer["scenarios"][1]["timestamp"] is None
    assert answer["summary"]["unknown"] == answer["checks"]["all"]["summary"]["unknown"] + 1 == 2


async def test_the_parameter_means_the_same_as_the_path(client: httpx.AsyncClient) -> None:
    by_parameter, by_path = [await client.get(f"{STATUS}{rest}") for rest in ("?scenario=s0001", "/s0001")]
    assert by_parameter.json() == by_path.json()


@pytest.mark.parametrize("rest", ["/{}", "?scenario={}"])
async def test_what_is_not_there_is_said_to_be(client: httpx.AsyncClient, rest: str) -> None:
    unknown = await client.get(STATUS + rest.format("s9999"))
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["unknown"]) == (
        404,
        "unknown_scenario",
        ["s9999"],
    )
    empty = await client.get(STATUS + rest.format("s0002"))
    assert (empty.status_code, empty.json()["code"]) == (404, "no_data")
    assert (await client.get(STATUS + rest.format("x"))).status_code == 422
