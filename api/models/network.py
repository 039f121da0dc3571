"""Answers about the network of nodes and arcs.

`id` and `short_code` are both the code: it is what stays the same when the lists are put together again.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.models.numbers import Degrees, Metres, Miles, Taf

Direction = Literal["both", "upstream", "downstream"]


class Point(BaseModel):
    """A GeoJSON point."""

    type: Literal["Point"] = Field("Point", description="Kind of geometry")
    coordinates: tuple[float, float] = Field(description="Longitude and latitude, degrees, WGS 84")


class LineString(BaseModel):
    """A GeoJSON line: straight from node to node, not the course of the water."""

    type: Literal["LineString"] = Field("LineString", description="Kind of geometry")
    coordinates: tuple[tuple[float, float], tuple[float, float]] = Field(
        description="Longitude and latitude of both ends, degrees, WGS 84"
    )


class NodeAttributes(BaseModel):
    """What the lists say of a node. Fields that are always null stand for what the warehouse does not keep."""

    riv_mi: Miles = Field(description="Distance along the river from its mouth, miles")
    riv_name: str | None = Field(description="River or canal that it lies on")
    comment: None = Field(None, description="Always null")
    type: str | None = Field(description="Code of its kind; null where not known")
    sub_type: str | None = Field(description="Code of its subtype; null where not known")
    strm_code: None = Field(None, description="Always null")
    created_at: None = Field(None, description="Always null")
    updated_at: None = Field(None, description="Always null")


class Node(BaseModel):
    """One node of the network."""

    id: str = Field(description="Code of the node")
    short_code: str = Field(description="Code of the node")
    calsim_id: str = Field(description="Code of the node")
    name: str = Field(description="Name of the reservoir or the place; the code where no list has one")
    description: str | None = Field(description="Description of the place")
    node_type: str = Field(description="Kind of node in words; Unknown where no list says it")
    latitude: Degrees = Field(description="Latitude, degrees, WGS 84; null where not published")
    longitude: Degrees = Field(description="Longitude, degrees, WGS 84; null where not published")
    hydrologic_region: str | None = Field(description="Code of the hydrologic region")
    geojson: Point | None = Field(description="Its place; null where not published")
    attributes: NodeAttributes


class ArcAttributes(BaseModel):
    """What the lists say of an arc. Fields that are always null stand for what the warehouse does not keep."""

    arc_id: str = Field(description="Code of the arc")
    type: str = Field(description="Code of its kind")
    sub_type: str | None = Field(description="Code of its subtype; null where not known")
    node_suffix_comment: None = Field(None, description="Always null")
    is_reversible: None = Field(None, description="Always null: not known")
    flow_capacity: None = Field(None, description="Always null: not known")
    created_at: None = Field(None, description="Always null")
    updated_at: None = Field(None, description="Always null")


class Arc(BaseModel):
    """One arc of the network."""

    id: str = Field(description="Code of the arc")
    short_code: str = Field(description="Code of the arc")
    calsim_id: str = Field(description="Code of the arc, also the name of its flow")
    name: str = Field(description="Name of the arc; the code where no list has one")
    description: str = Field(description="Kind of arc in words")
    arc_type: str = Field(description="Kind of arc in words")
    from_node: str | None = Field(description="Node where it begins; null where not known or outside the model")
    to_node: str | None = Field(description="Node where it ends; null where not known or outside the model")
    shape_length: Metres = Field(description="Length on the map, metres; null where not known")
    hydrologic_region: str | None = Field(description="Code of the hydrologic region")
    geojson: LineString | None = Field(description="Straight line between its ends; null unless both have a place")
    attributes: ArcAttributes


class RelatedElement(BaseModel):
    """A node or arc near another one."""

    id: str = Field(description="Code of the node or arc")
    short_code: str = Field(description="Code of the node or arc")
    name: str = Field(description="Its name; the code where no list has one")
    element_type: Literal["node", "arc"] = Field(description="Whether it is a node or an arc")
    distance: int = Field(description="Least number of arcs between (count); 1 for an arc that touches the origin")
    direction: Literal["upstream", "downstream"] = Field(description="Where it lies, seen from the origin")


class Neighbourhood(BaseModel):
    """What lies upstream and downstream of a node or arc."""

    origin_id: str = Field(description="Code of the node or arc that was asked about")
    origin_type: Literal["node", "arc"] = Field(description="Whether that is a node or an arc")
    upstream_nodes: list[RelatedElement] = Field(description="Nodes that flow to it, nearest first")
    downstream_nodes: list[RelatedElement] = Field(description="Nodes that it flows to, nearest first")
    connected_arcs: list[RelatedElement] = Field(description="Arcs that touch it")


class FoundElement(BaseModel):
    """A node or arc that was found."""

    type: Literal["node", "arc"] = Field(description="Whether it is a node or an arc")
    id: str = Field(description="Code of the node or arc")
    short_code: str = Field(description="Code of the node or arc")
    name: str = Field(description="Its name; the code where no list has one")
    description: str | None = Field(description="Description of the place, or the kind of arc in words")


class Found(BaseModel):
    """What a search found."""

    results: list[FoundElement] = Field(description="Best first")
    total: int = Field(description="All that match, shown or not (count)")


class MapNode(BaseModel):
    """A node as a map shows it."""

    id: str = Field(description="Code of the node")
    short_code: str = Field(description="Code of the node")
    name: str = Field(description="Name of the reservoir or the place; the code where no list has one")
    description: str | None = Field(description="Description of the place")
    node_type: str | None = Field(description="Code of its kind; null where not known")
    node_type_name: str | None = Field(description="Kind of node in words")
    hydrologic_region: str | None = Field(description="Code of the hydrologic region")
    geometry: Point = Field(description="Its place")
    latitude: Degrees = Field(description="Latitude, degrees, WGS 84")
    longitude: Degrees = Field(description="Longitude, degrees, WGS 84")
    riv_mi: Miles = Field(description="Distance along the river from its mouth, miles")
    riv_name: str | None = Field(description="River or canal that it lies on")
    is_reservoir: bool = Field(description="Whether a reservoir stands here")
    capacity_taf: Taf = Field(description="Capacity of the reservoir, TAF; null where there is none or it is not known")
    operational_purpose: None = Field(None, description="Always null: the warehouse does not keep it")
    associated_river: str | None = Field(description="River of the reservoir")
    map_category: Literal[
        "reservoir", "pump_station", "water_treatment", "wastewater_treatment", "project", "channel", "other"
    ] = Field(description="How to show it")
    connected_arcs: int = Field(description="Arcs that begin or end here (count)")
    is_interactive: bool = Field(description="Whether any arc begins or ends here")


class NodesInBox(BaseModel):
    """Nodes of a part of the map. Nodes without a place are in none; /api/nodes lists them."""

    nodes: list[MapNode] = Field(description="Reservoirs and busy nodes first")
    total: int = Field(description="Nodes in that part, shown or not (count)")
    bbox: str = Field(description="The part of the map that was asked for")
    zoom: int = Field(description="The zoom that was asked for (count of halvings); it leaves no node out")
    priority_filter: bool = Field(description="Always false: no kind of node is left out")
    truncated: bool = Field(description="Whether the limit left nodes out")


class SourcedMapNode(MapNode):
    """A node as a map shows it, with the list that it comes from."""

    json_id: None = Field(None, description="Always null: the warehouse does not keep it")
    data_source: str = Field(description="List that the node was taken from: node_list, network_list or schematic")


class UnfilteredNodes(BaseModel):
    """Nodes of a part of the map, with the lists that they come from."""

    nodes: list[SourcedMapNode] = Field(description="Reservoirs and busy nodes first")
    total: int = Field(description="Nodes in that part, shown or not (count)")
    bbox: str = Field(description="The part of the map that was asked for")
    limit: int = Field(description="Nodes that are shown at most (count)")
    source_filter: str = Field(description="Lists that were asked for")
    type_filtering: bool = Field(description="Always false: no kind of node is left out")
    enhanced_network: bool = Field(description="Always true: lists and schematic are merged")
    note: str = Field(description="What is not here")
    truncated: bool = Field(description="Whether the limit left nodes out")


class TraversedNode(BaseModel):
    """A node that was reached."""

    id: str = Field(description="Code of the node")
    short_code: str = Field(description="Code of the node")
    name: str = Field(description="Name of the reservoir or the place; the code where no list has one")
    node_type: str | None = Field(description="Code of its kind; null where not known")
    depth: int = Field(description="Least number of arcs from the first node (count)")
    geometry: Point | None = Field(description="Its place; null where not published")


class ReachedNode(TraversedNode):
    """A node that was reached, with its place and its arcs."""

    latitude: Degrees = Field(description="Latitude, degrees, WGS 84; null where not published")
    longitude: Degrees = Field(description="Longitude, degrees, WGS 84; null where not published")
    connected_arcs: int = Field(description="Arcs that begin or end here (count)")


class TraversedArc(BaseModel):
    """An arc between two nodes that were reached."""

    id: str = Field(description="Code of the arc")
    short_code: str = Field(description="Code of the arc")
    name: str = Field(description="Name of the arc; the code where no list has one")
    from_node_id: str = Field(description="Node where it begins")
    to_node_id: str = Field(description="Node where it ends")
    from_node_code: str = Field(description="Node where it begins")
    to_node_code: str = Field(description="Node where it ends")
    geometry: LineString | None = Field(description="Straight line between its ends; null unless both have a place")
    arc_type: str = Field(description="Code of its kind")


class Traversal(BaseModel):
    """The network around a node. Each node stands once, with its least depth."""

    source_node_id: str = Field(description="Code of the first node")
    direction: Direction = Field(description="Which way arcs were followed")
    max_depth: int = Field(description="Arcs that were followed one after the other at most (count)")
    nodes: list[TraversedNode] = Field(description="The first node and all that were reached, nearest first")
    arcs: list[TraversedArc] = Field(description="Arcs between those nodes; empty if they were not asked for")


class FullTraversal(BaseModel):
    """All of the network that a node is connected with. Each node stands once, with its least depth."""

    clicked_node_id: str = Field(description="Code of the first node")
    direction: Direction = Field(description="Which way arcs were followed")
    traversal_type: Literal["unlimited_depth"] = Field("unlimited_depth", description="Always unlimited_depth")
    nodes: list[ReachedNode] = Field(description="The first node and all that were reached, nearest first")
    total_nodes: int = Field(description="Those nodes (count)")
    max_depth_reached: int = Field(description="Depth of the farthest node (count)")
    vast_network: bool = Field(description="Always true: no depth ends the search")
    note: str = Field(description="What was done")
    arcs: list[TraversedArc] = Field(default=[], description="Arcs between those nodes, if they were asked for")
    total_arcs: int = Field(default=0, description="Those arcs (count), if they were asked for")
