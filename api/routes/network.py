"""Routes of the network of nodes and arcs: lists, search, map, and what lies upstream and downstream."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from api import shapes_network as shapes
from api.database import Row
from api.errors import BadParameterError, Problem, UnknownCodeError
from api.models.network import (
    Arc,
    Direction,
    Found,
    FullTraversal,
    MapNode,
    Neighbourhood,
    Node,
    NodesInBox,
    SourcedMapNode,
    Traversal,
    UnfilteredNodes,
)
from api.paging import PAGED, List
from api.parameters import Db
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.snapshot import Snapshot

UNLIMITED = 1_000_000
"""More rings than any network has nodes."""

SOURCES = {"all": None, "geopackage": ["node_list"], "network_schematic": ["network_list", "schematic"]}
CODE = r"^[A-Za-z0-9_]{1,32}$"
FOLLOWED: dict[Direction, tuple[bool, bool]] = {
    "downstream": (True, False),
    "upstream": (False, True),
    "both": (True, True),
}

router = APIRouter(
    prefix="/api", tags=["network"], responses={400: {"model": Problem}, **SERVER_ERRORS}, route_class=StrictRoute
)
Responses = dict[int | str, dict[str, Any]]
NOT_FOUND: Responses = {404: {"model": Problem}}

NodeCode = Annotated[str, Path(pattern=CODE, description="Code of a node", examples=["SHSTA"])]
ArcCode = Annotated[str, Path(pattern=CODE, description="Code of an arc", examples=["C_SHSTA"])]
Limit = Annotated[int, Query(ge=1, le=10_000, description="Rows at most; X-Total-Count says how many there are")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows to pass over")]
IncludeArcs = Annotated[bool, Query(description="Whether to list the arcs between the nodes")]
Which = Annotated[Direction, Query(description="With the flow, against it, or either way at every step")]


async def known_region(
    db: Db,
    region: Annotated[
        str | None, Query(max_length=32, description="Code of a hydrologic region, in any case", examples=["SAC"])
    ] = None,
) -> str | None:
    """The region of the request, once the network is found to have it.

    Raises:
        UnknownCodeError: no node or arc lies in it.
    """
    if region is None:
        return None
    code = region.upper()
    if code not in {row["hydrologic_region"] for row in await db.fetch("network_regions")}:
        raise UnknownCodeError("region", [region])
    return code


def box(
    bbox: Annotated[
        str,
        Query(
            max_length=200,
            description="Least longitude and latitude, greatest longitude and latitude, degrees, with commas",
            examples=["-122.5,40.5,-122,41"],
        ),
    ],
) -> tuple[str, tuple[float, float, float, float]]:
    """The part of the map that is asked for, as text and as numbers.

    Raises:
        BadParameterError: it is not four numbers, or not a box on the globe.
    """
    try:
        west, south, east, north = (float(each) for each in bbox.split(","))
    except ValueError:
        raise BadParameterError("'bbox' is not four numbers with commas between.") from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise BadParameterError("'bbox' holds a number that is not finite.")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadParameterError(
            "'bbox' is minLng,minLat,maxLng,maxLat in degrees: the least ones first, within ±180 and ±90."
        )
    return bbox, (west, south, east, north)


Region = Annotated[str | None, Depends(known_region)]
Box = Annotated[tuple[str, tuple[float, float, float, float]], Depends(box)]


@router.get("/nodes", summary="Nodes", responses={**PAGED, **NOT_FOUND})
async def list_nodes(db: Db, listing: List, region: Region, limit: Limit = 1000, offset: Offset = 0) -> list[Node]:
    """Nodes of the network by code. Those without a place are listed too, with geojson null."""
    rows = await db.fetch("network_nodes", region, limit, offset)
    listing.page(rows[0]["total"], limit, offset)
    return [Node.model_validate(shapes.node(row)) for row in rows if row["node_code"] is not None]


@router.get("/arcs", summary="Arcs", responses={**PAGED, **NOT_FOUND})
async def list_arcs(db: Db, listing: List, region: Region, limit: Limit = 1000, offset: Offset = 0) -> list[Arc]:
    """Arcs of the network by code. An arc whose ends are not known, or have no place, has geojson null."""
    rows = await db.fetch("network_arcs", region, limit, offset)
    listing.page(rows[0]["total"], limit, offset)
    return [Arc.model_validate(shapes.arc(row)) for row in rows if row["arc_code"] is not None]


@router.get("/search", summary="Search the network", responses=PAGED)
async def search(
    db: Db,
    listing: List,
    q: Annotated[
        str,
        Query(
            min_length=2,
            max_length=100,
            pattern=r"^[^\x00]*$",
            description="Part of a code, a name or a description, in any case; every character stands for itself",
            examples=["folsom"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=100, description="Results at most, nodes and arcs together")] = 20,
    offset: Offset = 0,
) -> Found:
    """Nodes and arcs: those with this very code first, then codes and names that begin with it, then the others."""
    rows = await db.fetch("network_search", q, limit, offset)
    listing.page(rows[0]["total"], limit, offset)
    results = [shapes.found_element(row) for row in rows if row["code"] is not None]
    return Found.model_validate({"results": results, "total": rows[0]["total"]})


@router.get("/nodes/spatial", summary="Nodes of a part of the map", responses=PAGED)
async def nodes_in_box(
    db: Db,
    listing: List,
    bbox: Box,
    zoom: Annotated[int, Query(ge=1, le=20, description="Zoom of the map; it leaves no node out")] = 10,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Nodes at most")] = 1000,
    offset: Offset = 0,
) -> NodesInBox:
    """Nodes within a box, its edges included; reservoirs, largest first, then nodes where many arcs meet."""
    text, corners = bbox
    rows = await db.fetch("network_nodes_in_box", *corners, None, limit, offset)
    nodes = [MapNode.model_validate(shapes.map_node(row)) for row in rows if row["node_code"] is not None]
    total = rows[0]["total"]
    more = listing.page(total, limit, offset)
    return NodesInBox(nodes=nodes, total=total, bbox=text, zoom=zoom, priority_filter=False, truncated=more is not None)


@router.get("/nodes/unfiltered", summary="Nodes of a part of the map by list", responses=PAGED)
async def nodes_in_box_by_list(
    db: Db,
    listing: List,
    bbox: Box,
    limit: Annotated[int, Query(ge=1, le=50_000, description="Nodes at most")] = 10_000,
    source_filter: Annotated[
        Literal["all", "geopackage", "network_schematic"],
        Query(description="geopackage: nodes of the map's list; network_schematic: the others"),
    ] = "all",
    offset: Offset = 0,
) -> UnfilteredNodes:
    """Nodes within a box, with the list that each comes from."""
    text, corners = bbox
    rows = await db.fetch("network_nodes_in_box", *corners, SOURCES[source_filter], limit, offset)
    nodes = [SourcedMapNode.model_validate(shapes.map_node(row)) for row in rows if row["node_code"] is not None]
    total = rows[0]["total"]
    more = listing.page(total, limit, offset)
    return UnfilteredNodes(
        nodes=nodes,
        total=total,
        bbox=text,
        limit=limit,
        source_filter=source_filter,
        type_filtering=False,
        enhanced_network=True,
        note="Nodes whose place is not published are in no box; /api/nodes lists them.",
        truncated=more is not None,
    )


@router.get("/nodes/{node_id}/analysis", summary="Neighbourhood of a node", responses=NOT_FOUND)
async def analyse_node(
    db: Db,
    node_id: NodeCode,
    max_depth: Annotated[int, Query(ge=1, le=10, description="Arcs to follow one after the other at most")] = 3,
) -> Neighbourhood:
    """Nodes that flow to a node and nodes that it flows to, each once with its least distance, and its arcs."""
    upstream = await _reach(db, node_id, "upstream", max_depth)
    downstream = await _reach(db, node_id, "downstream", max_depth)
    arcs = await db.fetch("network_arcs_meeting", [node_id], [node_id])
    return Neighbourhood.model_validate(
        {
            "origin_id": node_id,
            "origin_type": "node",
            "upstream_nodes": [shapes.related_node(row, "upstream", row["depth"]) for row in upstream[1:]],
            "downstream_nodes": [shapes.related_node(row, "downstream", row["depth"]) for row in downstream[1:]],
            "connected_arcs": [shapes.related_arc(row) for row in arcs],
        }
    )


@router.get("/arcs/{arc_id}/analysis", summary="Neighbourhood of an arc", responses=NOT_FOUND)
async def analyse_arc(db: Db, arc_id: ArcCode) -> Neighbourhood:
    """The nodes at both ends of an arc, and the arcs that flow to its beginning or leave its end."""
    rows = await db.fetch("network_arc", arc_id)
    if not rows:
        raise UnknownCodeError("arc", [arc_id])
    start, end = ([code] if code else [] for code in (rows[0]["from_node"], rows[0]["to_node"]))
    ends = {row["node_code"]: row for row in await db.fetch("network_ends", start + end)}
    arcs = await db.fetch("network_arcs_meeting", start, end)
    return Neighbourhood.model_validate(
        {
            "origin_id": arc_id,
            "origin_type": "arc",
            "upstream_nodes": [shapes.related_node(ends[code], "upstream", 1) for code in start],
            "downstream_nodes": [shapes.related_node(ends[code], "downstream", 1) for code in end],
            "connected_arcs": [shapes.related_arc(row) for row in arcs],
        }
    )


@router.get("/nodes/{node_id}/network", summary="Network around a node", responses=NOT_FOUND)
async def traverse(
    db: Db,
    node_id: NodeCode,
    direction: Which = "both",
    max_depth: Annotated[int, Query(ge=1, le=100, description="Arcs to follow one after the other at most")] = 50,
    include_arcs: IncludeArcs = True,
) -> Traversal:
    """The nodes that can be reached from a node, each once with its least depth, and the arcs between them.

    An arc of which one end is not known leads nowhere.
    """
    nodes = await _reach(db, node_id, direction, max_depth)
    arcs = await _arcs_between(db, nodes) if include_arcs else []
    return Traversal.model_validate(
        {
            "source_node_id": node_id,
            "direction": direction,
            "max_depth": max_depth,
            "nodes": [shapes.reached_node(row) for row in nodes],
            "arcs": [shapes.traversed_arc(row) for row in arcs],
        }
    )


@router.get(
    "/nodes/{node_id}/network/unlimited",
    summary="Whole network of a node",
    responses=NOT_FOUND,
    response_model_exclude_unset=True,
)
async def traverse_everything(
    db: Db, node_id: NodeCode, direction: Which = "both", include_arcs: IncludeArcs = True
) -> FullTraversal:
    """All nodes that can be reached from a node, each once with its least depth, and the arcs between them."""
    nodes = await _reach(db, node_id, direction, UNLIMITED)
    answer = {
        "clicked_node_id": node_id,
        "direction": direction,
        "traversal_type": "unlimited_depth",
        "nodes": [shapes.reached_node(row) for row in nodes],
        "total_nodes": len(nodes),
        "max_depth_reached": nodes[-1]["depth"],
        "vast_network": True,
        "note": "Every node stands once, with the least number of arcs to it.",
    }
    if include_arcs:
        arcs = await _arcs_between(db, nodes)
        answer |= {"arcs": [shapes.traversed_arc(row) for row in arcs], "total_arcs": len(arcs)}
    return FullTraversal.model_validate(answer)


async def _reach(db: Snapshot, node_code: str, direction: Direction, depth: int) -> Sequence[Row]:
    """A node and all that can be reached from it, nearest first.

    Raises:
        UnknownCodeError: the network lacks the node.
    """
    rows = await db.fetch("network_reach", node_code, *FOLLOWED[direction], depth)
    if not rows:
        raise UnknownCodeError("node", [node_code])
    return rows


async def _arcs_between(db: Snapshot, nodes: Sequence[Row]) -> Sequence[Row]:
    return await db.fetch("network_arcs_between", [row["node_code"] for row in nodes])
