"""The routes of the network, on a network that can be drawn by hand (stand_in_network.py)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

BOX = "-122,40,-121.5,41"


async def get(client: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    response = await client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def codes(elements: list[dict[str, Any]]) -> list[str]:
    return [element["short_code"] for element in elements]


def depths(answer: dict[str, Any]) -> dict[str, int]:
    assert len({node["id"] for node in answer["nodes"]}) == len(answer["nodes"]), "a node stands twice"
    return {node["id"]: node["depth"] for node in answer["nodes"]}


async def test_pages_of_nodes_say_how_many_there_are(client: httpx.AsyncClient) -> None:
    seen = []
    for offset in (0, 2, 4, 6):
        page = await client.get("/api/nodes", params={"limit": 2, "offset": offset})
        assert page.headers["X-Total-Count"] == "6"
        seen += codes(page.json())
    assert seen == ["ALONE", "LOW", "MID", "SEA", "SIDE", "TOP"]


async def test_the_total_can_be_read_by_a_browser(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/nodes", headers={"Origin": "https://coeqwal.org"})
    assert "X-Total-Count" in page.headers["access-control-expose-headers"]


async def test_lists_of_one_region(client: httpx.AsyncClient) -> None:
    assert "ALONE" not in codes(await get(client, "/api/nodes", region="sac"))
    assert codes(await get(client, "/api/arcs", region="SJR")) == ["D_X1"]
    assert await get(client, "/api/nodes", region="SJR") == []
    unknown = await client.get("/api/arcs", params={"region": "Mars"})
    assert (unknown.status_code, unknown.json()["unknown"]) == (404, ["Mars"])


async def test_what_has_no_place_is_listed_with_null(client: httpx.AsyncClient) -> None:
    nodes = {node["id"]: node for node in await get(client, "/api/nodes")}
    assert nodes["TOP"]["geojson"] == {"type": "Point", "coordinates": [-122.0, 41.0]}
    assert nodes["SEA"]["geojson"] is None
    assert nodes["SEA"]["node_type"] == "Unknown"
    assert (nodes["TOP"]["attributes"]["riv_mi"], nodes["LOW"]["attributes"]["riv_mi"]) == (12.3457, 0)
    assert (nodes["TOP"]["name"], nodes["MID"]["name"], nodes["LOW"]["name"]) == (
        "Top Lake", "Gauge below the dam", "LOW",
    )  # fmt: skip
    arcs = {arc["id"]: arc for arc in await get(client, "/api/arcs")}
    assert arcs["C_T1"]["geojson"] == {"type": "LineString", "coordinates": [[-122.0, 41.0], [-122.0, 40.5]]}
    assert arcs["C_T1"]["shape_length"] == 1609.3444
    # one end without a place, one that is not known
    assert arcs["C_T3"]["geojson"] is None
    assert arcs["D_X1"]["geojson"] is None
    assert (arcs["D_X1"]["from_node"], arcs["D_X1"]["to_node"], arcs["D_X1"]["shape_length"]) == ("LOW", None, None)


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("downstream", {"MID": 0, "LOW": 1, "SIDE": 1, "SEA": 2}),
        ("upstream", {"MID": 0, "LOW": 1, "TOP": 1, "SIDE": 2}),
        ("both", {"MID": 0, "LOW": 1, "SIDE": 1, "TOP": 1, "SEA": 2}),
    ],
)
async def test_each_node_is_reached_once_by_the_shortest_way(
    client: httpx.AsyncClient, direction: str, expected: dict[str, int]
) -> None:
    answer = await get(client, "/api/nodes/MID/network", direction=direction)
    assert depths(answer) == expected
    assert list(expected.values()) == [node["depth"] for node in answer["nodes"]]
    between = {(arc["from_node_id"], arc["to_node_id"]) for arc in answer["arcs"]}
    assert all({start, end} <= set(expected) for start, end in between)
    assert ("LOW", "MID") in between
    assert (("LOW", "SEA") in between) == ("SEA" in expected)


async def test_depth_and_arcs_are_bounded_by_the_request(client: httpx.AsyncClient) -> None:
    near = await get(client, "/api/nodes/TOP/network", max_depth=2, direction="downstream", include_arcs="false")
    assert depths(near) == {"TOP": 0, "MID": 1, "LOW": 2, "SIDE": 2}
    assert near["arcs"] == []
    assert (near["source_node_id"], near["max_depth"]) == ("TOP", 2)


async def test_unlimited_traversal_ends_on_circles(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/api/nodes/TOP/network/unlimited", direction="downstream")
    assert depths(answer) == {"TOP": 0, "MID": 1, "LOW": 2, "SIDE": 2, "SEA": 3}
    assert (answer["total_nodes"], answer["max_depth_reached"], answer["total_arcs"]) == (5, 3, 6)
    assert answer["nodes"][-1]["latitude"] is None
    assert {node["id"]: node["connected_arcs"] for node in answer["nodes"]}["LOW"] == 5
    without = await get(client, "/api/nodes/TOP/network/unlimited", include_arcs="false")
    assert not {"arcs", "total_arcs"} & set(without)
    alone = await get(client, "/api/nodes/ALONE/network/unlimited")
    assert (depths(alone), alone["arcs"]) == ({"ALONE": 0}, [])


async def test_analysis_of_a_node(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/api/nodes/LOW/analysis", max_depth=1)
    assert (codes(answer["upstream_nodes"]), codes(answer["downstream_nodes"])) == (["MID", "SIDE"], ["MID", "SEA"])
    assert {each["distance"] for each in answer["upstream_nodes"]} == {1}
    touching = {arc["id"]: arc["direction"] for arc in answer["connected_arcs"]}
    assert touching == {
        "C_S2": "upstream", "C_T2": "upstream", "C_T3": "downstream", "D_P1": "downstream", "D_X1": "downstream",
    }  # fmt: skip
    assert len((await get(client, "/api/nodes/LOW/analysis"))["upstream_nodes"]) == 3


async def test_analysis_of_an_arc(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/api/arcs/C_T2/analysis")
    assert (codes(answer["upstream_nodes"]), codes(answer["downstream_nodes"])) == (["MID"], ["LOW"])
    touching = {arc["id"]: arc["direction"] for arc in answer["connected_arcs"]}
    assert touching == {"C_T1": "upstream", "D_P1": "upstream", "C_T3": "downstream", "D_X1": "downstream"} | {
        "D_P1": "upstream"
    }
    open_end = await get(client, "/api/arcs/I_X2/analysis")
    assert (open_end["upstream_nodes"], codes(open_end["downstream_nodes"])) == ([], ["TOP"])


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("/api/nodes/NOWHERE/analysis", "node", "NOWHERE"),
        ("/api/nodes/7/network", "node", "7"),
        ("/api/nodes/C_T1/network/unlimited", "node", "C_T1"),
        ("/api/arcs/TOP/analysis", "arc", "TOP"),
    ],
)
async def test_unknown_codes_are_404(client: httpx.AsyncClient, path: str, kind: str, code: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    problem = response.json()
    assert (problem["code"], problem["unknown"]) == (f"unknown_{kind}", [code])
    assert problem["detail"] == f"There is no {kind} '{code}'."


async def test_search_puts_the_best_first(client: httpx.AsyncClient) -> None:
    exact = await get(client, "/api/search", q="top")
    assert codes(exact["results"]) == ["TOP"]
    river = await get(client, "/api/search", q="C_")
    assert codes(river["results"])[:2] == ["C_S1", "C_S2"]
    assert await get(client, "/api/search", q="mi") == await get(client, "/api/search", q="MI")
    first, *_ = (await get(client, "/api/search", q="MID"))["results"]
    assert first == {
        "type": "node", "id": "MID", "short_code": "MID", "name": "Gauge below the dam",
        "description": "Gauge below the dam",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "found"), [("0% ", ["TOP"]), ("f_h", ["TOP"]), ("%%", []), ("__", []), ("'; --", [])])
async def test_search_takes_every_character_as_it_is(client: httpx.AsyncClient, text: str, found: list[str]) -> None:
    answer = await get(client, "/api/search", q=text)
    assert (codes(answer["results"]), answer["total"]) == (found, len(found))


async def test_search_limit_counts_nodes_and_arcs_together(client: httpx.AsyncClient) -> None:
    everything = await get(client, "/api/search", q="channel", limit=100)
    assert everything["total"] == len(everything["results"]) == 5
    one = await get(client, "/api/search", q="channel", limit=1)
    assert (codes(one["results"]), one["total"]) == (codes(everything["results"])[:1], 5)
    rest = await get(client, "/api/search", q="channel", offset=4)
    assert codes(rest["results"]) == codes(everything["results"])[4:]


async def test_box_has_its_edges_and_counts_what_it_leaves_out(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/api/nodes/spatial", bbox=BOX)
    assert codes(answer["nodes"]) == ["TOP", "LOW", "MID", "SIDE"]
    assert (answer["total"], answer["truncated"], answer["bbox"]) == (4, False, BOX)
    top = answer["nodes"][0]
    assert (top["is_reservoir"], top["capacity_taf"], top["associated_river"]) == (True, 1000, "Upper River")
    assert (top["connected_arcs"], top["is_interactive"]) == (2, True)
    cut = await get(client, "/api/nodes/spatial", bbox=BOX, limit=1)
    assert (codes(cut["nodes"]), cut["total"], cut["truncated"]) == (["TOP"], 4, True)
    empty = await get(client, "/api/nodes/spatial", bbox="0,0,1,1")
    assert (empty["nodes"], empty["total"], empty["truncated"]) == ([], 0, False)


async def test_box_by_list(client: httpx.AsyncClient) -> None:
    for chosen, expected in (("network_schematic", ["SIDE"]), ("geopackage", ["TOP", "LOW", "MID"])):
        answer = await get(client, "/api/nodes/unfiltered", bbox=BOX, source_filter=chosen)
        assert codes(answer["nodes"]) == expected
    assert {node["data_source"] for node in answer["nodes"]} == {"node_list"}


@pytest.mark.parametrize(
    "bbox",
    [
        "nan,40,-121,41", "-122,40,inf,41", "-121,40,-122,41", "-122,41,-121,40", "-181,40,-121,41", "-122,40,-121,91",
        "-122,40,-121", "-122,40,-121,41,0", "a,b,c,d", "", ",,,", "-122,40,-121,41; drop table x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/nodes/spatial", "/api/nodes/unfiltered"])
async def test_boxes_that_make_no_sense_are_refused(client: httpx.AsyncClient, path: str, bbox: str) -> None:
    response = await client.get(path, params={"bbox": bbox})
    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    "path",
    [
        "/api/nodes?limit=0", "/api/nodes?limit=-1", "/api/nodes?limit=10001", "/api/nodes?offset=-1",
        "/api/nodes?limit=1e9", "/api/nodes/spatial", f"/api/nodes/spatial?bbox={BOX}&zoom=21",
        f"/api/nodes/spatial?bbox={BOX}&limit=nan", f"/api/nodes/unfiltered?bbox={BOX}&source_filter=other",
        "/api/nodes/TOP/network?direction=sideways", "/api/nodes/TOP/network?max_depth=101",
        "/api/nodes/TOP/network?max_depth=0", "/api/nodes/TOP/analysis?max_depth=11", "/api/search?q=a",
        "/api/search?q=ab%00", "/api/search?q=ab&limit=101", f"/api/search?q={'a' * 101}", "/api/nodes/a%00b/network",
        f"/api/nodes/{'A' * 33}/network", "/api/nodes/a%20b/network/unlimited",
    ],
)  # fmt: skip
async def test_numbers_and_words_are_bounded(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 422


async def test_network_answers_can_be_cached(client: httpx.AsyncClient) -> None:
    first = await client.get("/api/nodes/TOP/network")
    again = await client.get("/api/nodes/TOP/network", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
