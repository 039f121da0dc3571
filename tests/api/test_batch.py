"""Several scenarios and kinds of statistics at once: all of it, or an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import psycopg
import pytest

from api.database import Row
from api.routes.batch import MAX_SCENARIOS
from api.snapshot import Snapshot
from tests.support.golden_files import assert_golden, assert_no_other_files

BATCH = "/api/statistics/batch"
S = "/api/statistics/scenarios"
GOLDEN = {"all_kinds": f"{BATCH}?scenarios=s0001&types=storage,cws,ag,env_flow"}
PARTS = {
    "cws": {"monthly": "cws-aggregates/monthly", "period": "cws-aggregates/period-summary"},
    "ag": {"monthly": "ag-aggregates/monthly", "period": "ag-aggregates/period-summary"},
    "env_flow": {
        "monthly": "channels/monthly", "seasonal": "channels/seasonal", "period": "channels/period-summary",
    },
}  # fmt: skip
"""Kind → part of the batch → the route of one scenario that gives the same."""


async def ask(client: httpx.AsyncClient, scenarios: str, types: str | None = None) -> httpx.Response:
    """A batch."""
    return await client.get(BATCH, params={"scenarios": scenarios, **({} if types is None else {"types": types})})


@pytest.mark.parametrize("name", GOLDEN)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "batch", name, GOLDEN[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("batch", GOLDEN)


async def test_defect_01_a_batch_holds_what_the_routes_of_each_scenario_hold(client: httpx.AsyncClient) -> None:
    answer = (await ask(client, "s0002,s0001", "env_flow,ag,cws,storage")).json()
    assert set(answer) == {"scenarios", "storage", "cws", "ag", "env_flow", "without_data"}
    assert answer["scenarios"] == ["s0002", "s0001"]
    assert answer["without_data"] == {}
    for scenario in ("s0001", "s0002"):
        for kind, parts in PARTS.items():
            for part, route in parts.items():
                assert answer[kind][scenario][part] == (await client.get(f"{S}/{scenario}/{route}")).json()
        storage = (await client.get(f"{S}/{scenario}/storage-monthly")).json()
        for code, block in answer["storage"][scenario]["reservoirs"].items():
            assert set(block) == {"name", "capacity_taf", "monthly_percent", "monthly_taf"}
            for part in ("monthly_percent", "monthly_taf"):
                for month, band in block[part].items():
                    assert set(band) == {"q0", "q10", "q30", "q50", "q70", "q90", "q100", "mean"}
                    assert band.items() <= storage["reservoirs"][code][part][month].items()
        assert list(answer["storage"][scenario]["reservoirs"]) == list(storage["reservoirs"])


async def test_the_default_kinds(client: httpx.AsyncClient) -> None:
    assert set((await ask(client, "s0001")).json()) == {"scenarios", "storage", "cws", "ag", "without_data"}
    assert set((await ask(client, "s0001", "cws")).json()) == {"scenarios", "cws", "without_data"}


async def test_defect_01_one_query_per_table_however_many_scenarios(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = Snapshot.fetch

    async def counted(self: Snapshot, query: str, *values: object) -> Sequence[Row]:
        asked.append(query)
        return await fetch(self, query, *values)

    monkeypatch.setattr(Snapshot, "fetch", counted)
    for scenarios in ("s0001", "s0001,s0002"):
        asked.clear()
        assert (await ask(client, scenarios, "storage,cws,ag,env_flow")).status_code == 200
        assert len(asked) == len(set(asked)) == 15


@pytest.mark.parametrize(
    ("scenarios", "types", "status", "code", "unknown"),
    [
        ("s9999,s0009", None, 404, "unknown_scenario", ["s9999", "s0009"]),
        ("S0001,s0003,' or 1=1", None, 404, "unknown_scenario", ["S0001", "' or 1=1"]),
        ("s0003", None, 404, "inactive_scenario", None),
        ("s0001", "storage,nosuch", 400, "bad_parameter", ["nosuch"]),
        ("s0001", "", 400, "bad_parameter", None),
        ("", None, 400, "bad_parameter", None),
        (" ,,", None, 400, "bad_parameter", None),
        (",".join(f"s{n:04d}" for n in range(MAX_SCENARIOS + 1)), None, 400, "bad_parameter", None),
        ("s0001," * 1000, None, 422, "malformed_parameter", None),
    ],
)
async def test_refused(
    client: httpx.AsyncClient, scenarios: str, types: str | None, status: int, code: str | None, unknown: Any
) -> None:
    response = await ask(client, scenarios, types)
    assert response.status_code == status
    assert (response.json().get("code"), response.json().get("unknown")) == (code, unknown)


@pytest.mark.parametrize(
    ("path", "served"),
    [
        (f"{BATCH}?types=storage&scenarios=", lambda answer: answer["scenarios"]),
        ("/api/tiers/batch?scenarios=", lambda answer: list(answer["scenarios"])),
        (
            "/api/data-in-depth/reservoir-storage?scenarios=",
            lambda answer: [each["scenario"] for each in answer["scenarios"]],
        ),
    ],
)
async def test_scenarios_that_are_not_served_are_named_and_do_not_hide_the_others(
    client: httpx.AsyncClient, path: str, served: Callable[[Any], list[str]]
) -> None:
    """An answer about several scenarios has those that are known, and names the others."""
    whole = (await client.get(f"{path}s0002,s0001")).json()
    answer = (await client.get(f"{path}s9999,s0002,s0003,bad%00,s0001")).json()
    assert served(answer) == served(whole) == ["s0002", "s0001"]
    missing = {"unknown_scenarios": ["s9999", "bad\0"], "inactive_scenarios": ["s0003"]}
    assert answer == {**whole, **missing}
    assert not missing.keys() & whole.keys()
    for none in ("s9999", "s0003", "s9999,s0003"):
        assert (await client.get(f"{path}{none}")).status_code == 404


async def test_without_scenarios(client: httpx.AsyncClient) -> None:
    assert (await client.get(BATCH)).status_code == 422


async def test_a_scenario_without_results_of_a_kind_is_named(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        for table in ("delivery_monthly", "shortage_monthly", "period_summary"):
            link.execute(f"delete from stand_in.api_ag_aggregate_{table} where scenario_id = 's0001'")  # type: ignore[arg-type]
        link.execute("delete from stand_in.api_cws_aggregate_period_summary where scenario_id = 's0002'")
    async with serve(own_stand_in_url) as client:
        answer = (await ask(client, "s0001,s0002")).json()
    assert answer["without_data"] == {"ag": ["s0001"]}
    assert list(answer["ag"]) == ["s0002"]
    summary = answer["cws"]["s0002"]["period"]
    assert (summary["aggregates"], summary["without_data"]) == ({}, ["swp_total", "mwd", "cvp_nod"])


async def test_defect_01_a_failed_query_is_an_error_and_not_a_part(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute("drop view api.api_ag_aggregate_period_summary")
    async with serve(own_stand_in_url) as client:
        assert (await ask(client, "s0001", "storage,cws")).status_code == 200
        failed = await ask(client, "s0001", "storage,cws,ag")
    assert (failed.status_code, failed.json()["code"]) == (503, "database_unusable")
