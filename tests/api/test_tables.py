"""`/api/v1`: the contract of the tables, their rows, filters and pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from api.contract import TABLES

V1 = "/api/v1"
STORAGE = f"{V1}/tables/reservoir_storage_monthly"
NAMES = [table.name for table in TABLES]


def needed(name: str) -> dict[str, str]:
    """Parameters without which a table is not served."""
    (table,) = (each for each in TABLES if each.name == name)
    given = {"scenario": "s0001", "reference_scenario": "s0002"}
    return {each.parameter: given.get(each.parameter, "NOSUCH") for each in table.filters if each.required}


async def test_list_of_tables_is_the_contract(client: httpx.AsyncClient) -> None:
    answer = (await client.get(f"{V1}/tables")).json()
    assert answer["total"] == len(answer["data"]) > 50
    assert answer["data"] == json.loads(Path("api/tables.json").read_text())


def test_contract_is_that_of_the_views(contract: dict[str, dict[str, str]]) -> None:
    offered = {f"api_{table.name}": {column.name: column.type for column in table.columns} for table in TABLES}
    assert offered == contract


def test_filters_are_texts_and_whole_numbers() -> None:
    kinds = {
        next(column.type for column in table.columns if column.name == each.column)
        for table in TABLES
        for each in table.filters
    }
    assert kinds == {"text", "integer"}


@pytest.mark.parametrize("name", NAMES)
async def test_rows_of_every_table_have_the_types_of_the_schema(
    client: httpx.AsyncClient, schema: dict[str, Any], name: str
) -> None:
    response = await client.get(f"{V1}/tables/{name}", params=needed(name))
    if "NOSUCH" in needed(name).values():
        assert (response.status_code, response.json()["unknown"]) == (404, ["NOSUCH"])
        return
    assert response.status_code == 200, response.text
    page = schema["paths"][f"{V1}/tables/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(response.json(), {**page, "components": schema["components"]})
    (table,) = (each for each in TABLES if each.name == name)
    for row in response.json()["data"]:
        assert list(row) == [column.name for column in table.columns]


async def data(client: httpx.AsyncClient, **parameters: Any) -> list[dict[str, Any]]:
    response = await client.get(STORAGE, params=parameters)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


async def test_rows_are_those_of_published_loads_only(client: httpx.AsyncClient) -> None:
    rows = await data(client)
    assert {row["load_id"] for row in rows} == {"s0001-0123456789ab", "s0002-0123456789ab"}
    assert {row["scenario_id"] for row in rows} == {"s0001", "s0002"}


@pytest.mark.parametrize(
    ("parameters", "keys"),
    [
        ({"scenario": "s0001", "entity": "SHSTA"}, [("s0001", "SHSTA", 1), ("s0001", "SHSTA", 12)]),
        ({"scenario": "s0002,s0001", "entity": "OROVL", "water_month": "12"},
         [("s0001", "OROVL", 12), ("s0002", "OROVL", 12)]),
        ({"entity": " FOLSM, ", "water_month": "1,12"}, [("s0002", "FOLSM", 1), ("s0002", "FOLSM", 12)]),
        ({"scenario": "s0001", "entity": "FOLSM"}, []),
    ],
)  # fmt: skip
async def test_filters(client: httpx.AsyncClient, parameters: dict[str, str], keys: list[tuple[Any, ...]]) -> None:
    rows = await data(client, **parameters)
    assert [(row["scenario_id"], row["reservoir_code"], row["water_month"]) for row in rows] == keys


async def test_columns_come_in_the_order_of_the_table(client: httpx.AsyncClient) -> None:
    response = (await client.get(STORAGE, params={"columns": "q50_taf,reservoir_code,cv", "limit": 1})).json()
    assert list(response["data"][0]) == ["reservoir_code", "cv", "q50_taf"]
    assert response["meta"]["units"] == {"cv": "fraction", "q50_taf": "TAF"}


async def test_pages_are_the_whole(client: httpx.AsyncClient) -> None:
    whole = (await client.get(STORAGE)).json()
    assert whole["total"] == len(whole["data"]) == 10
    pages = [(await client.get(STORAGE, params={"limit": 4, "offset": offset})).json() for offset in (0, 4, 8, 12)]
    assert [len(page["data"]) for page in pages] == [4, 4, 2, 0]
    assert [row for page in pages for row in page["data"]] == whole["data"]
    assert {(page["total"], page["limit"]) for page in pages} == {(10, 4)}


async def test_scenarios_that_are_not_served_are_named_and_do_not_hide_the_others(client: httpx.AsyncClient) -> None:
    known = (await client.get(STORAGE, params={"scenario": "s0001"})).json()
    found = (await client.get(STORAGE, params={"scenario": "s9999,s0001,s0003,' or 1=1"})).json()
    assert (found["data"], found["total"]) == (known["data"], known["total"])
    missing = {"unknown_scenarios": ["s9999", "' or 1=1"], "inactive_scenarios": ["s0003"]}
    assert found["meta"] == {**known["meta"], **missing}
    assert not missing.keys() & known["meta"].keys()


async def test_meta_names_the_loads(client: httpx.AsyncClient) -> None:
    meta = (await client.get(STORAGE, params={"scenario": "s0001"})).json()["meta"]
    assert meta["load_ids"] == {"s0001": "s0001-0123456789ab"}
    assert meta["generated_at"].startswith("2026-11-20T")
    meta = (await client.get(f"{V1}/tables/reservoir")).json()["meta"]
    assert (meta["load_ids"], meta["generated_at"]) == ({}, None)


async def test_null_zero_and_nan(client: httpx.AsyncClient) -> None:
    rows = await data(client, scenario="s0002", water_month="1")
    found = {row["reservoir_code"]: row["mean_taf"] for row in rows}
    assert found == {"SHSTA": None, "OROVL": 0, "FOLSM": None}


async def test_numbers_are_rounded(client: httpx.AsyncClient) -> None:
    (row,) = await data(client, scenario="s0001", entity="SHSTA", water_month="1")
    assert row["mean_taf"] % 1 == pytest.approx(0.2346, abs=1e-9)
    assert row["cv"] % 1 == pytest.approx(0.234568, abs=1e-9)


@pytest.mark.parametrize(
    ("path", "status", "code", "unknown"),
    [
        ("tables/nosuch", 404, "unknown_table", ["nosuch"]),
        ("tables/pg_class", 404, "unknown_table", ["pg_class"]),
        ("tables/reservoir_storage_monthly?columns=mean_taf,nosuch", 400, "bad_parameter", ["nosuch"]),
        ("tables/reservoir_storage_monthly?columns=1;--", 400, "bad_parameter", ["1;--"]),
        ("tables/reservoir_storage_monthly?columns=", 400, "bad_parameter", None),
        ("tables/reservoir_storage_monthly?scenario=s9998,s9999", 404, "unknown_scenario", ["s9998", "s9999"]),
        ("tables/reservoir_storage_monthly?scenario=s9998,s0003", 404, "unknown_scenario", ["s9998"]),
        ("tables/reservoir_storage_monthly?scenario=s0003", 404, "inactive_scenario", None),
        ("tables/reservoir_storage_monthly?scenario=s0001%00", 404, "unknown_scenario", ["s0001\0"]),
        ("tables/reservoir_storage_monthly?entity=SHSTA,NOSUCH", 404, "unknown_entity", ["NOSUCH"]),
        ("tables/reservoir_storage_monthly?entity=%27%20or%201=1--", 404, "unknown_entity", ["' or 1=1--"]),
        ("tables/reservoir_storage_monthly?entity=a%00", 404, "unknown_entity", ["a\0"]),
        ("tables/reservoir_storage_monthly?entity=SHSTA,NOSUCH&limit=1&columns=cv", 404, "unknown_entity", ["NOSUCH"]),
        ("tables/reservoir_storage_monthly?water_month=13", 404, "unknown_water_month", ["13"]),
        ("tables/reservoir_storage_monthly?water_month=x", 400, "bad_parameter", None),
        ("tables/reservoir_storage_monthly?water_month=-1", 400, "bad_parameter", None),
        ("tables/reservoir_storage_monthly?water_month=99999999999", 400, "bad_parameter", None),
        ("tables/scenario_difference?scenario=s0001&reference_scenario=s0003&entity=x", 404, "inactive_scenario", None),
        ("tables/scenario_difference?scenario=s0001&reference_scenario=s9999&entity=x", 404, "unknown_scenario",
         ["s9999"]),
    ],
)  # fmt: skip
async def test_refused(client: httpx.AsyncClient, path: str, status: int, code: str, unknown: list[str] | None) -> None:
    response = await client.get(f"{V1}/{path}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json().get("unknown") == unknown


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=10001", "limit=-1", "limit=nan", "offset=-1", "offset=99999999999", "entities=SHSTA",
     "entity=" + "x" * 4001],
)  # fmt: skip
async def test_malformed(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{STORAGE}?{query}")).status_code == 422


@pytest.mark.parametrize("query", ["", "scenario=s0001", "entity=x", "scenario=s0001&entity=x"])
async def test_table_that_is_computed_is_not_served_as_a_whole(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{V1}/tables/scenario_difference?{query}")).status_code == 422


async def test_scenarios(client: httpx.AsyncClient) -> None:
    answer = (await client.get(f"{V1}/scenarios")).json()
    assert [row["scenario_id"] for row in answer["data"]] == ["s0001", "s0002"]
    assert answer["total"] == 2
    assert answer["data"][0]["is_active"] is True
