"""Every list says how many there are, and pages say where they go on."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

NEXT = re.compile(r'<(/[^>]+)>; rel="next"')
WHOLE = {
    "/scenario": "scenarios",
    "/api/scenario": "scenarios",
    "/api/scenarios": None,
    "/api/scenarios/siblings": "groups",
    "/api/scenarios/hydroclimates": "hydroclimates",
    "/api/scenarios/themes": "themes",
    "/api/scenarios/assumptions": "assumptions",
    "/api/scenarios/operations": "operations",
    "/api/tiers/definitions": None,
    "/api/tiers/list": None,
    "/api/tiers/scenarios": "scenarios",
    "/api/tier-map/scenarios": "scenarios",
    "/api/tier-map/tiers": "tiers",
    "/api/tier-map/tiers?scenario_short_code=s0001": "tiers",
    "/api/statistics/reservoirs": "reservoirs",
    "/api/statistics/reservoirs/all": "all",
    "/api/statistics/reservoir-groups": "groups",
    "/api/statistics/scenarios": "scenarios",
    "/api/statistics/cws-aggregates": "aggregates",
    "/api/statistics/ag-aggregates": "aggregates",
    "/api/statistics/mi-contractors": "contractors",
    "/api/statistics/demand-units": "demand_units",
    "/api/statistics/demand-units/groups": "groups",
    "/api/statistics/ag-demand-units": "demand_units",
    "/api/statistics/ag-demand-units?region=SAC": "demand_units",
    "/api/statistics/refuge-demand-units": "demand_units",
    "/api/statistics/channels": "channels",
    "/api/statistics/env-flow-seasons": "seasons",
    "/api/statistics/delta-variables": "variables",
    "/api/verification/status": "scenarios",
    "/api/v1/tables": "data",
}
"""List that comes as a whole → the key that holds it; none where the answer itself is the list."""

PAGED = {
    "/api/nodes?": None,
    "/api/arcs?": None,
    "/api/nodes?region=sac": None,
    "/api/search?q=channel": "results",
    "/api/nodes/spatial?bbox=-125,30,-110,45": "nodes",
    "/api/nodes/unfiltered?bbox=-125,30,-110,45": "nodes",
    "/api/v1/tables/reservoir_storage_monthly?scenario=s0002&scenario=s0001&columns=scenario_id,cv": "data",
    "/api/v1/tables/tier?": "data",
    "/api/v1/scenarios?": "data",
}  # fmt: skip
"""The same for lists with pages."""


def items(answer: Any, key: str | None) -> list[Any]:
    """The list of an answer."""
    return list(answer if key is None else answer[key])


@pytest.mark.parametrize("path", WHOLE)
async def test_a_whole_list_says_how_many_there_are(client: httpx.AsyncClient, path: str) -> None:
    for _ in ("made", "kept"):
        response = await client.get(path)
        found = items(response.json(), WHOLE[path])
        assert found
        assert int(response.headers["X-Total-Count"]) == len(found)
        assert "Link" not in response.headers


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_following_the_links_gives_the_whole(client: httpx.AsyncClient, path: str, limit: int) -> None:
    key = PAGED[path]
    whole = items((await client.get(path)).json(), key)
    assert len(whole) > 1
    found: list[Any] = []
    address = f"{path}&limit={limit}"
    for _ in range(len(whole) + 1):
        response = await client.get(address)
        assert response.status_code == 200, response.text
        assert int(response.headers["X-Total-Count"]) == len(whole)
        page = items(response.json(), key)
        assert 1 <= len(page) <= limit
        found += page
        link = NEXT.fullmatch(response.headers.get("Link", ""))
        if path.startswith("/api/v1"):
            assert response.json()["next"] == (link and link[1])
        if "truncated" in response.text:
            assert response.json()["truncated"] is (link is not None)
        if not link:
            break
        address = link[1]
    assert found == whole


async def test_a_page_behind_the_last_one_has_no_link(client: httpx.AsyncClient) -> None:
    for path, key in PAGED.items():
        response = await client.get(f"{path}&offset=1000&limit=5")
        assert (items(response.json(), key), "Link" in response.headers) == ([], False), path
        assert int(response.headers["X-Total-Count"]) > 1


def test_every_list_of_the_document_is_known_here(schema: dict[str, Any]) -> None:
    """A route whose answer is a list, or has a number of all of them, says it in the header as well."""
    known = {path.partition("?")[0] for path in (*WHOLE, *PAGED)}
    for path, methods in schema["paths"].items():
        answer = methods["get"]["responses"].get("200", {})
        body = answer.get("content", {}).get("application/json", {}).get("schema", {})
        reference = body.get("$ref", "").rpartition("/")[2]
        fields = schema["components"]["schemas"].get(reference, body).get("properties", {})
        is_list = body.get("type") == "array" or "total" in fields
        says_so = "X-Total-Count" in answer.get("headers", {})
        assert says_so or not is_list, path
        assert not is_list or path in known or path.startswith("/api/v1/tables/"), path
