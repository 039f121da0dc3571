"""Routes of water supply: golden files, each column in its own field, and what a request may ask for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.models.supply import RefugeMonthly
from api.queries import columns_of
from api.routes.supply import REFUGE_MONTHLY, ROUTES
from tests.support.golden_files import assert_golden, assert_no_other_files
from tests.support.stand_in import entities_of, number_of

ROOT = Path(__file__).resolve().parents[2]
S = "/api/statistics/scenarios/{}"
S1 = S.format("s0001")
FAMILIES = {
    "cws-aggregates": ("api_cws_aggregate", "aggregate", "aggregates"),
    "mi-contractors": ("api_contractor", "contractor", "contractors"),
    "demand-units": ("api_urban", "du_id", "demand_units"),
    "ag-demand-units": ("api_agricultural", "du_id", "demand_units"),
    "ag-aggregates": ("api_ag_aggregate", "aggregate", "aggregates"),
    "refuge-demand-units": ("api_refuge", "du_id", "demand_units"),
}
"""Family's part of the path → begin of its views, parameter that lists codes, key of its entities."""

PARTS = {
    "mi-contractors": {"delivery-monthly": "monthly_delivery", "shortage-monthly": "monthly_shortage"},
    "demand-units": {"delivery-monthly": "monthly_delivery", "shortage-monthly": "monthly_shortage"},
    "ag-demand-units": {
        "demand-monthly": "monthly_demand",
        "sw-delivery-monthly": "monthly_sw_delivery",
        "gw-pumping-monthly": "monthly_gw_pumping",
        "shortage-monthly": "monthly_shortage",
    },
}
"""Family → route that gives one part of the family's `monthly` → key of that part."""

RESULTS = [f"{family}/{route}" for family in FAMILIES for route in ("monthly", "period-summary")]
ALL_RESULTS = [*RESULTS, *(f"{family}/{route}" for family, routes in PARTS.items() for route in routes)]
ONE = {"cws-aggregates/swp_total/monthly": None, "demand-units/02_PU/statistics": None}


def family_of(route: str) -> tuple[str, str, str, str]:
    """First code, all codes, parameter and key of a route's family."""
    view, parameter, key = FAMILIES[route.partition("/")[0]]
    codes = list(entities_of(view))
    return codes[0], ",".join(codes), parameter, key


GOLDEN = {
    **{family.replace("-", "_"): f"/api/statistics/{family}" for family in FAMILIES},
    "demand_unit_groups": "/api/statistics/demand-units/groups",
    **{
        route.replace("-", "_").replace("/", "_"): f"{S1}/{route}?{family_of(route)[2]}={family_of(route)[0]}"
        for route in RESULTS
    },
    **{route.replace("-", "_").replace("/", "_"): f"{S1}/{route}" for route in ONE},
}


@pytest.mark.parametrize("name", GOLDEN)
async def test_answer_is_the_golden_one(client: httpx.AsyncClient, name: str) -> None:
    await assert_golden(client, "supply", name, GOLDEN[name])


def test_every_golden_file_belongs_to_a_route() -> None:
    assert_no_other_files("supply", GOLDEN)


QUANTILES = {f"q{n}": f"q{n}_taf" for n in (0, 10, 30, 50, 70, 90, 100)}
EXCEEDANCES = (5, 10, 25, 50, 75, 90, 95)
VOLUME = {
    "avg_taf": "mean_taf", "cv": "cv", "sample_count": "sample_count", **QUANTILES,
    **{f"exc_p{n}": f"exc_p{n}_taf" for n in EXCEEDANCES},
}  # fmt: skip
DEMAND = {"demand_avg_taf": "demand_mean_taf", "percent_of_demand": "demand_met_pct"}
FREQUENCY = {"frequency_pct": "shortage_frequency_pct"}
FARM_SHORTAGE = {
    **VOLUME, **FREQUENCY, "shortage_frequency_pct": "shortage_frequency_pct",
    "pct_of_demand_avg": "shortage_mean_pct", "shortage_pct_of_demand_avg": "shortage_mean_pct",
    "shortage_pct_cv": "shortage_pct_cv",
}  # fmt: skip
MONTHS = {
    "cws-aggregates": {"monthly_delivery": {**VOLUME, **DEMAND}, "monthly_shortage": {**VOLUME, **FREQUENCY}},
    "mi-contractors": {"monthly_delivery": {**VOLUME, **DEMAND}, "monthly_shortage": {**VOLUME, **FREQUENCY}},
    "demand-units": {
        "monthly_delivery": {**VOLUME, **DEMAND, "gw_pumping_avg_taf": "groundwater_pumping_mean_taf"},
        "monthly_shortage": {**VOLUME, **FREQUENCY, **DEMAND},
    },
    "ag-demand-units": {
        "monthly_demand": VOLUME, "monthly_sw_delivery": VOLUME, "monthly_gw_pumping": VOLUME,
        "monthly_shortage": {**FARM_SHORTAGE, "percent_of_demand": "demand_met_pct"},
    },
    "ag-aggregates": {"monthly_delivery": VOLUME, "monthly_shortage": FARM_SHORTAGE},
    "refuge-demand-units": {
        "monthly_delivery": VOLUME,
        "monthly_shortage": {
            **VOLUME, "shortage_frequency_pct": "shortage_frequency_pct", "shortage_pct_avg": "shortage_mean_pct",
            "shortage_pct_cv": "shortage_pct_cv", "percent_of_demand": "demand_met_pct",
        },
    },
}  # fmt: skip
"""Family → part of its months → key of the answer → column."""


def exceedance(part: str, measure: str) -> dict[str, str]:
    """Keys of an exceedance → columns."""
    return {f"{part}.p{n}": f"annual_{measure}_exc_p{n}_taf" for n in EXCEEDANCES}


DELIVERED = {
    "complete_years": "complete_years",
    "simulation_start_year": "simulation_start_year", "simulation_end_year": "simulation_end_year",
    "total_years": "total_years", "annual_delivery_avg_taf": "annual_delivery_mean_taf",
    "annual_delivery_cv": "annual_delivery_cv", **exceedance("delivery_exceedance", "delivery"),
}  # fmt: skip
SHORT = {
    "shortage_complete_years": "shortage_complete_years",
    "annual_shortage_avg_taf": "annual_shortage_mean_taf", "annual_shortage_cv": "annual_shortage_cv",
    "shortage_years_count": "shortage_years_count", "shortage_frequency_pct": "shortage_frequency_pct",
    **exceedance("shortage_exceedance", "shortage"), "reliability_pct": "reliability_pct",
    "annual_reliability": "annual_reliability", "monthly_reliability": "monthly_reliability",
    "p95_annual_shortage_pct": "p95_annual_shortage_pct",
}  # fmt: skip
SUPPLY = {
    **DELIVERED, **SHORT, "annual_delivery_min_taf": "annual_delivery_min_taf",
    "annual_delivery_max_taf": "annual_delivery_max_taf", "annual_demand_avg_taf": "annual_demand_mean_taf",
    "avg_pct_demand_met": "demand_met_pct",
}  # fmt: skip
PERIODS = {
    "cws-aggregates": {**SUPPLY, "avg_pct_allocation_met": "reliability_pct"},
    "mi-contractors": {
        **SUPPLY, "avg_pct_allocation_met": "reliability_pct", "table_a_taf": "table_a_taf",
        "annual_delivery_table_a_pct": "annual_delivery_table_a_pct",
    },
    "demand-units": {**SUPPLY, "annual_gw_pumping_avg_taf": "annual_groundwater_pumping_mean_taf"},
    "ag-demand-units": {
        **DELIVERED, **SHORT, "annual_demand_avg_taf": "annual_demand_mean_taf", "annual_demand_cv": "annual_demand_cv",
        **exceedance("demand_exceedance", "demand"), "annual_sw_delivery_avg_taf": "annual_delivery_mean_taf",
        "annual_sw_delivery_cv": "annual_delivery_cv",
        "annual_gw_pumping_avg_taf": "annual_groundwater_pumping_mean_taf",
        "annual_gw_pumping_cv": "annual_groundwater_pumping_cv",
        **exceedance("gw_pumping_exceedance", "groundwater_pumping"),
        "gw_pumping_pct_of_demand": "groundwater_pumping_demand_pct",
        "annual_shortage_pct_of_demand": "annual_shortage_mean_pct",
        "annual_shortage_pct_cv": "annual_shortage_pct_cv", "avg_pct_demand_met": "demand_met_pct",
    },
    "ag-aggregates": {
        **DELIVERED, **SHORT, "annual_shortage_pct_of_demand": "annual_shortage_mean_pct",
        "annual_shortage_pct_cv": "annual_shortage_pct_cv",
    },
    "refuge-demand-units": {
        **DELIVERED, **SHORT, **{f"delivery_exc_p{n}": f"annual_delivery_exc_p{n}_taf" for n in EXCEEDANCES},
        "annual_shortage_pct_avg": "annual_shortage_mean_pct", "annual_shortage_pct_cv": "annual_shortage_pct_cv",
        "reliability_pct_95": "p95_annual_shortage_pct", "annual_demand_avg_taf": "annual_demand_mean_taf",
        "annual_demand_cv": "annual_demand_cv", **exceedance("demand_exceedance", "demand"),
        "avg_pct_demand_met": "demand_met_pct", "full_delivery_years_pct": "full_delivery_years_pct",
    },
}  # fmt: skip
"""Family → key of the summary → column."""


NAMES = {"agency", "community_agency", "cs3_type", "provider", "project", "is_calculated"}
"""Keys that can be null and are no measures."""


def numbers(block: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """The numbers of a block by their keys; those of a part by `part.key`."""
    for key, value in block.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{within}{key}.")
        elif not isinstance(value, str | bool) and key not in NAMES:
            yield within + key, value


def assert_columns(block: dict[str, Any], columns: dict[str, str], row_number: int) -> None:
    """Each number of a block is that of its column, and there are no others."""
    found = dict(numbers(block))
    assert set(found) == set(columns)
    for key, value in found.items():
        expected = number_of(columns[key], row_number)
        assert value == pytest.approx(int(expected) if isinstance(value, int) else expected, abs=1e-4), key


@pytest.mark.parametrize("family", FAMILIES)
async def test_each_column_of_the_months_reaches_its_own_field(client: httpx.AsyncClient, family: str) -> None:
    code, _, _, key = family_of(family)
    block = (await client.get(f"{S1}/{family}/monthly")).json()[key][code]
    for part, columns in MONTHS[family].items():
        for row_number, month in enumerate(("1", "12"), 1):
            assert_columns(block[part][month], columns, row_number)


@pytest.mark.parametrize("family", FAMILIES)
async def test_each_column_of_the_summary_reaches_its_own_field(client: httpx.AsyncClient, family: str) -> None:
    code, _, _, key = family_of(family)
    block = (await client.get(f"{S1}/{family}/period-summary")).json()[key][code]
    assert_columns(block, PERIODS[family], 1)


@pytest.mark.parametrize("family", PARTS)
async def test_a_part_alone_is_the_same_as_in_the_whole(client: httpx.AsyncClient, family: str) -> None:
    _, _, _, key = family_of(family)
    whole = (await client.get(f"{S1}/{family}/monthly")).json()
    for route, part in PARTS[family].items():
        alone = (await client.get(f"{S1}/{family}/{route}")).json()
        assert alone["without_data"] == whole["without_data"]
        for code, block in alone[key].items():
            others = {name: value for name, value in whole[key][code].items() if not name.startswith("monthly_")}
            assert block == {**others, part: whole[key][code][part]}


async def test_one_entity_is_the_same_as_among_all(client: httpx.AsyncClient) -> None:
    months = (await client.get(f"{S1}/cws-aggregates/monthly")).json()["aggregates"]["mwd"]
    alone = (await client.get(f"{S1}/cws-aggregates/mwd/monthly")).json()
    assert alone == {**months, "aggregate_id": "mwd", "scenario_id": "s0001", "load_id": "s0001-0123456789ab"}
    unit = (await client.get(f"{S1}/demand-units/26S_PU4/statistics")).json()
    monthly = (await client.get(f"{S1}/demand-units/monthly")).json()["demand_units"]["26S_PU4"]
    summary = (await client.get(f"{S1}/demand-units/period-summary")).json()["demand_units"]["26S_PU4"]
    assert {key: unit[key] for key in monthly} == monthly
    assert unit["period_summary"] == {key: value for key, value in summary.items() if key not in monthly}


async def test_defect_03_null_stays_null_and_zero_stays_zero(client: httpx.AsyncClient) -> None:
    for route in ALL_RESULTS:
        _, _, _, key = family_of(route)
        blocks = (await client.get(f"{S.format('s0002')}/{route}")).json()[key]
        nulls, zeros, nans = ([value for _, value in numbers(block)] for block in blocks.values())
        assert len(nulls) == len(zeros) >= 20, route
        assert (set(nulls), set(zeros), set(nans)) == ({None}, {0}, {None}), route


@pytest.mark.parametrize("route", RESULTS)
async def test_all_entities_without_a_filter_and_a_list_in_its_order(client: httpx.AsyncClient, route: str) -> None:
    _, every, parameter, key = family_of(route)
    first, second, third = every.split(",")
    answer = (await client.get(f"{S1}/{route}")).json()
    assert list(answer[key]) == [first, second]
    assert (answer["without_data"], answer["count"]) == ([third], 2)
    assert (answer["scenario_id"], answer["load_id"]) == ("s0001", "s0001-0123456789ab")
    assert "group" not in answer
    some = (await client.get(f"{S1}/{route}", params={parameter: f" {second}, {first},,{second} "})).json()
    assert list(some[key]) == [second, first]
    assert some["without_data"] == []


@pytest.mark.parametrize("route", RESULTS)
async def test_defect_13_unknown_codes_are_named_and_not_dropped(client: httpx.AsyncClient, route: str) -> None:
    first, every, parameter, _ = family_of(route)
    kind = {"aggregate": "aggregate", "contractor": "contractor", "du_id": "demand_unit"}[parameter]
    response = await client.get(f"{S1}/{route}", params={parameter: f"NOSUCH,{first},{first.swapcase()}x"})
    assert (response.status_code, response.json()["code"]) == (404, f"unknown_{kind}")
    assert response.json()["unknown"] == ["NOSUCH", f"{first.swapcase()}x"]
    for nonsense, status in (("", 400), (" ,", 400), (",".join(f"R{n}" for n in range(101)), 400), ("a\0b", 404)):
        response = await client.get(f"{S1}/{route}", params={parameter: nonsense})
        assert response.status_code == status, nonsense
    third = every.split(",")[2]
    assert (await client.get(f"{S1}/{route}", params={parameter: third})).json()["code"] == "no_data"


@pytest.mark.parametrize(("scenario", "code"), [("s9999", "unknown_scenario"), ("s0003", "inactive_scenario")])
async def test_defect_10_only_active_scenarios_are_served(client: httpx.AsyncClient, scenario: str, code: str) -> None:
    for route in [*ALL_RESULTS, *ONE]:
        response = await client.get(f"{S.format(scenario)}/{route}")
        assert (response.status_code, response.json()["code"]) == (404, code), route


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    for path, code in (
        ("cws-aggregates/NOSUCH/monthly", "unknown_aggregate"),
        ("cws-aggregates/swp_pag/monthly", "unknown_aggregate"),
        ("cws-aggregates/swp_total,mwd/monthly", "unknown_aggregate"),
        ("cws-aggregates/cvp_nod/monthly", "no_data"),
        ("demand-units/NOSUCH/statistics", "unknown_demand_unit"),
        ("demand-units/02_NA/statistics", "unknown_demand_unit"),
        ("demand-units/72_PU/statistics", "no_data"),
        ("demand-units/monthly?group=nosuch", "unknown_group"),
        ("demand-units/monthly?group=", "unknown_group"),
        ("ag-demand-units/monthly?region=XXX", "unknown_hydrologic_region"),
        ("ag-demand-units/period-summary?cs3_type=ZZ", "unknown_cs3_type"),
        ("ag-demand-units/monthly?region=SAC&du_id=64_XA", "no_data"),
        ("refuge-demand-units/monthly?region=%27--", "unknown_hydrologic_region"),
    ):
        response = await client.get(f"{S1}/{path}")
        assert (response.status_code, response.json()["code"]) == (404, code), path


async def test_filters_add_up(client: httpx.AsyncClient) -> None:
    for path, expected in (
        ("demand-units/monthly?group=var_wba", ["02_PU"]),
        ("ag-demand-units/monthly?region=sac", ["02_NA"]),
        ("ag-demand-units/period-summary?cs3_type=xa", ["64_XA"]),
        ("ag-demand-units/shortage-monthly?cs3_type=", ["02_NA"]),
        ("ag-demand-units/demand-monthly?region=SJR&cs3_type=XA&du_id=64_XA,02_NA", ["64_XA"]),
        ("refuge-demand-units/period-summary?cs3_type=NR", ["17_NR"]),
    ):
        assert list((await client.get(f"{S1}/{path}")).json()["demand_units"]) == expected, path


async def test_codes_and_a_group_together_are_refused_and_the_group_is_named(client: httpx.AsyncClient) -> None:
    both = await client.get(f"{S1}/demand-units/monthly?du_id=02_PU&group=tier")
    assert (both.status_code, both.json()["code"]) == (400, "bad_parameter")
    assert (await client.get(f"{S1}/demand-units/monthly?group=tier")).json()["group"] == "tier"


async def test_one_water_month_of_refuges(client: httpx.AsyncClient) -> None:
    block = (await client.get(f"{S1}/refuge-demand-units/monthly?water_month=12")).json()["demand_units"]["11_PR"]
    assert list(block["monthly_delivery"]) == list(block["monthly_shortage"]) == ["12"]
    for month in ("0", "13", "x", "1.5"):
        assert (await client.get(f"{S1}/refuge-demand-units/monthly?water_month={month}")).status_code == 422


async def test_filtered_lists(client: httpx.AsyncClient) -> None:
    for path, expected in (
        ("mi-contractors?group=swp_mi", ["ACFC", "MWD"]),
        ("demand-units?group=tier", ["02_PU", "72_PU"]),
        ("ag-demand-units?provider=cvp", ["64_XA"]),
        ("ag-demand-units?region=SJR", ["64_XA", "90_PA"]),
        ("ag-demand-units?cs3_type=&region=SJR", []),
        ("refuge-demand-units?cs3_type=PR&region=sjr", ["91_PR"]),
    ):
        answer = (await client.get(f"/api/statistics/{path}")).json()
        ((_, rows),) = [(key, value) for key, value in answer.items() if key != "count"]
        assert [row.get("short_code") or row["du_id"] for row in rows] == expected, path
        assert answer["count"] == len(expected)
    for path in ("mi-contractors?group=X", "demand-units?group=X", "refuge-demand-units?region=x"):
        response = await client.get(f"/api/statistics/{path}")
        assert (response.status_code, response.json()["unknown"]) == (404, ["X"]), path


async def test_defect_09_the_project_of_a_unit_is_never_guessed(client: httpx.AsyncClient) -> None:
    """A unit of the Sacramento region without a listed project has none, in the list as in its statistics."""
    units = (await client.get("/api/statistics/demand-units")).json()["demand_units"]
    assert {unit["du_id"]: unit["project"] for unit in units} == {"02_PU": "CVP", "26S_PU4": None, "72_PU": None}
    assert (await client.get(f"{S1}/demand-units/26S_PU4/statistics")).json()["project"] is None


async def test_pumping_says_whether_it_was_calculated(serve: Any, own_stand_in_url: str) -> None:
    with psycopg.connect(own_stand_in_url) as link:
        link.execute(
            "update stand_in.api_agricultural_groundwater_pumping_monthly set groundwater_pumping_basis ="
            " case unit_code when '02_NA' then 'calculated' when '64_XA' then 'none' end where scenario_id = 's0001'"
        )
    async with serve(own_stand_in_url) as client:
        units = (await client.get(f"{S1}/ag-demand-units/gw-pumping-monthly")).json()["demand_units"]
    said = {
        code: [month["is_calculated"] for month in unit["monthly_gw_pumping"].values()] for code, unit in units.items()
    }
    assert said == {"02_NA": [True, True], "64_XA": [None, None]}


VIEWS = r"api_(cws|ag|contractor|urban|agricultural|refuge)_.*(monthly|summary)$"
SERVED_OTHERWISE = {
    "water_month",  # the key of a month
    "volumetric_reliability",  # reliability_pct
    "shortage_months_count",  # shortage_frequency_pct
}


def test_defect_05_what_is_stored_is_served(contract: dict[str, dict[str, str]]) -> None:
    """Each measure of a view that a route of water supply reads is in an answer, or another number says it."""
    served: dict[str, set[str]] = defaultdict(set)
    for route in ROUTES:
        for table in [*(route.monthly or {}).values(), *([route.period] if route.period else [])]:
            served[table] |= columns_of(route.model)
    for table in REFUGE_MONTHLY.values():
        served[table] |= columns_of(RefugeMonthly)
    views = [view for view in contract if re.match(VIEWS, view)]
    for view in views:
        measures = {name for name, kind in contract[view].items() if kind in ("double precision", "integer")}
        read = served.pop(view.removeprefix("api_"), None)
        assert read is None or measures - read <= SERVED_OTHERWISE, view
    assert not served
    assert len(views) >= 20
