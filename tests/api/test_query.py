"""The parameters of a request: none is passed over, and a list may be given in one or in several."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.api.test_http import examples

S1 = "/api/statistics/scenarios/s0001"
STORAGE = "/api/v1/tables/reservoir_storage_monthly"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        (f"{STORAGE}?scenaro=s0001", "scenario"),
        (f"{STORAGE}?Scenario=s0001", "scenario"),
        (f"{STORAGE}?colums=cv", "columns"),
        (f"{S1}/period-summary?reservoir=SHSTA", "reservoirs"),
        (f"{S1}/refuge-demand-units/monthly?watermonth=1", "water_month"),
        (f"{S1}/channels/monthly?chanel_id=X", "channel_id"),
        ("/api/statistics/batch?scenario=s0001", "scenarios"),
        ("/api/statistics/batch?scenarios=s0001&type=cws", "types"),
        ("/api/tiers/batch?scenario=s0001", "scenarios"),
        ("/api/data-in-depth/ag?scenarios=s0001&subject=x", "subjects"),
        ("/api/nodes?Limit=1", "limit"),
        ("/api/nodes?limt=1", "limit"),
        ("/api/nodes/spatial?bbx=1,2,3,4", "bbox"),
        ("/scenario?limit=1", None),
        ("/download?scenari=s0001&type=zip", "scenario"),
        ("/api/download?scenario=s0001&typ=zip", "type"),
        ("/api/files/s0001/zip?expire=1&signature=x", "expires"),
        ("/api/scenarios?active=true", None),
        ("/api/provenance?pth=/api/scenarios", "path"),
        ("/api/provenance/fct_x?scenario=s0001&keys=a=b", "key"),
        ("/api/tier-map/tiers?scenario=s0001", "scenario_short_code"),
        ("/api/verification/status?scenarios=s0001", "scenario"),
        ("/?x=1", None),
        ("/api?x=1", None),
        ("/api/scenarios?=1", None),
    ],
)
async def test_a_misspelt_parameter_is_refused_with_the_nearest_name(
    client: httpx.AsyncClient, path: str, nearest: str | None
) -> None:
    response = await client.get(path)
    body = response.json()
    assert (response.status_code, body["code"], len(body["unknown"])) == (422, "malformed_parameter", 1)
    assert f"There is no parameter '{body['unknown'][0]}'" in body["detail"]
    if nearest is not None:
        assert f"'{nearest}'" in body["detail"] or nearest in body["detail"].partition("takes ")[2]


async def test_every_route_refuses_what_it_does_not_take(client: httpx.AsyncClient, schema: dict[str, Any]) -> None:
    for path in examples(schema):
        response = await client.get(f"{path}{'&' if '?' in path else '?'}qwxz=1")
        assert (response.status_code, response.json()["unknown"]) == (422, ["qwxz"]), path


async def test_all_unknown_parameters_are_named_and_cut_to_a_length(client: httpx.AsyncClient) -> None:
    body = (await client.get(f"/api/nodes?regoin=SAC&{'x' * 500}=1&limit=2")).json()
    assert "did you mean 'region'?" in body["detail"]
    assert "this address takes limit, offset, region." in body["detail"]
    assert "x" * 65 not in body["detail"]


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        (f"{STORAGE}?limit=5", "scenario", ["s0002", "s0001"]),
        (f"{STORAGE}?scenario=s0001", "entity", ["OROVL", "SHSTA"]),
        (f"{STORAGE}?scenario=s0001", "water_month", ["12", "1"]),
        (f"{STORAGE}?scenario=s0001", "columns", ["cv", "q50_taf"]),
        (f"{S1}/period-summary?", "reservoirs", ["OROVL", "SHSTA"]),
        (f"{S1}/cws-aggregates/monthly?", "aggregate", ["mwd", "swp_total"]),
        (f"{S1}/ag-aggregates/monthly?", "aggregate", ["nod_ag", "swp_pag"]),
        (f"{S1}/mi-contractors/monthly?", "contractor", ["MWD", "ACFC"]),
        (f"{S1}/demand-units/monthly?", "du_id", ["26S_PU4", "02_PU"]),
        (f"{S1}/ag-demand-units/monthly?", "du_id", ["64_XA", "02_NA"]),
        (f"{S1}/refuge-demand-units/monthly?", "du_id", ["17_NR", "11_PR"]),
        ("/api/statistics/batch?types=storage", "scenarios", ["s0002", "s0001"]),
        ("/api/statistics/batch?scenarios=s0001", "types", ["cws", "storage"]),
        ("/api/tiers/batch?", "scenarios", ["s0002", "s0001"]),
        ("/api/tiers/scenarios/s0001/locations?", "codes", ["ENV_FLOWS", "DELTA_ECO"]),
        ("/api/tier-map/s0001/locations?", "codes", ["ENV_FLOWS", "DELTA_ECO"]),
        ("/api/data-in-depth/reservoir-storage?", "scenarios", ["s0002", "s0001"]),
        ("/api/data-in-depth/reservoir-storage?scenarios=s0001", "include", ["box", "values"]),
        ("/api/data-in-depth/reservoir-storage?scenarios=s0001", "wyt", ["1", "5"]),
    ],
)
async def test_a_list_may_be_given_value_by_value(
    client: httpx.AsyncClient, path: str, name: str, values: list[str]
) -> None:
    begin = path if path.endswith("?") else f"{path}&"
    with_commas = await client.get(f"{begin}{name}={','.join(values)}")
    repeated = await client.get(begin + "&".join(f"{name}={each}" for each in values))
    first, last = [await client.get(f"{begin}{name}={each}") for each in (values[0], values[-1])]
    mixed = await client.get(f"{begin}{name}={values[0]}&{name}={values[1]},,{values[0]}&{name}=")
    assert with_commas.status_code in (200, 404), with_commas.text
    bodies = [each.json() for each in (with_commas, repeated, mixed, first, last)]
    for body in bodies:
        body.pop("error_id", None)
        # the address of the next page repeats the parameters as they came
        body.pop("next", None)
    assert bodies[0] == bodies[1] == bodies[2]
    if with_commas.status_code == 200:
        assert bodies[0] not in bodies[3:]


def test_every_parameter_that_is_separated_by_commas_may_be_repeated(schema: dict[str, Any]) -> None:
    """Only `bbox`, which is one place, has commas and is no list; the rows above have an example of every kind."""
    described = {
        parameter["name"]
        for methods in schema["paths"].values()
        for parameter in methods["get"].get("parameters", [])
        if "comma" in parameter.get("description", "") and parameter["schema"].get("type") != "array"
    }
    assert {"scenario", "scenarios", "reservoirs", "du_id", "channel_id", "columns", "subjects"} <= described


async def test_every_list_of_every_route_may_be_repeated(client: httpx.AsyncClient, schema: dict[str, Any]) -> None:
    """Whatever its values are, two of them are never `given twice`."""
    tried = 0
    for path in examples(schema):
        bare, _, query = path.partition("?")
        template = next(
            each for each in schema["paths"] if len(each.split("/")) == len(bare.split("/")) and _fits(each, bare)
        )
        for parameter in schema["paths"][template]["get"].get("parameters", []):
            if "separated by commas" in parameter.get("description", ""):
                twice = f"{parameter['name']}=aa&{parameter['name']}=bb"
                rest = "&".join(each for each in query.split("&") if not each.startswith(f"{parameter['name']}="))
                body = (await client.get(f"{bare}?{rest}&{twice}")).json()
                assert "once" not in body.get("detail", ""), (path, parameter["name"])
                tried += 1
    assert tried > 150


def _fits(template: str, path: str) -> bool:
    return all(
        one == other or one.startswith("{") for one, other in zip(template.split("/"), path.split("/"), strict=True)
    )


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/nodes?limit=1&limit=2", "'limit'"),
        (f"{S1}/period-summary?group=cvp&group=swp", "'group'"),
        ("/api/nodes/spatial?bbox=1,2,3,4&bbox=1,2,3,4", "'bbox'"),
        ("/download?scenario=s0001&scenario=s0002&type=zip", "'scenario'"),
        (f"{STORAGE}?limit=1&offset=0&limit=1&offset=0", "'limit', 'offset'"),
    ],
)
async def test_a_single_value_given_twice_is_refused(client: httpx.AsyncClient, path: str, names: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()["detail"]) == (422, f"Give {names} once: it takes a single value.")


async def test_values_are_read_as_before_when_they_are_joined(client: httpx.AsyncClient) -> None:
    code = quote("';--&a=b")
    body = (await client.get(f"{S1}/period-summary?reservoirs=SHSTA&reservoirs={code}")).json()
    assert body["unknown"] == ["';--&a=b"]
    assert (await client.get(f"{S1}/period-summary?" + "&".join(["reservoirs=" + "x" * 30] * 200))).status_code == 422
