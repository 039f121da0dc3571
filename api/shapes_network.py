"""From the columns of the network's views to the blocks of an answer; nothing is computed here."""

from __future__ import annotations

from api.database import Row
from api.shapes import Block


def node(row: Row) -> Block:
    """A node of the list."""
    return {
        **_identity(row),
        "calsim_id": row["node_code"],
        "description": row["node_name"],
        "node_type": row["kind_name"] or "Unknown",
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "hydrologic_region": row["hydrologic_region"],
        "geojson": point(row),
        "attributes": {
            "riv_mi": row["distance_to_mouth_miles"],
            "riv_name": row["river"],
            "type": row["kind_code"],
            "sub_type": row["subtype_code"],
        },
    }


def arc(row: Row) -> Block:
    """An arc of the list."""
    code = row["arc_code"]
    return {
        "id": code,
        "short_code": code,
        "calsim_id": code,
        "name": row["arc_name"] or code,
        "description": row["kind_name"],
        "arc_type": row["kind_name"],
        "from_node": row["from_node"],
        "to_node": row["to_node"],
        "shape_length": row["length_m"],
        "hydrologic_region": row["hydrologic_region"],
        "geojson": line(row),
        "attributes": {"arc_id": code, "type": row["kind_code"], "sub_type": row["subtype_code"]},
    }


def map_node(row: Row) -> Block:
    """A node of a part of the map."""
    return {
        **_identity(row),
        "description": row["node_name"],
        "node_type": row["kind_code"],
        "node_type_name": row["kind_name"],
        "hydrologic_region": row["hydrologic_region"],
        "geometry": point(row),
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "riv_mi": row["distance_to_mouth_miles"],
        "riv_name": row["river"],
        "is_reservoir": row["map_category"] == "reservoir",
        "capacity_taf": row["capacity_taf"],
        "associated_river": row["reservoir_river"],
        "map_category": row["map_category"],
        "connected_arcs": row["arc_count"],
        "is_interactive": row["arc_count"] > 0,
        "data_source": row["source"],
    }


def reached_node(row: Row) -> Block:
    """A node of a traversal."""
    return {
        **_identity(row),
        "node_type": row["kind_code"],
        "depth": row["depth"],
        "geometry": point(row),
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "connected_arcs": row["arc_count"],
    }


def traversed_arc(row: Row) -> Block:
    """An arc of a traversal."""
    code = row["arc_code"]
    return {
        "id": code,
        "short_code": code,
        "name": row["arc_name"] or code,
        "from_node_id": row["from_node"],
        "to_node_id": row["to_node"],
        "from_node_code": row["from_node"],
        "to_node_code": row["to_node"],
        "geometry": line(row),
        "arc_type": row["kind_code"],
    }


def related_node(row: Row, direction: str, distance: int) -> Block:
    """A node upstream or downstream of something."""
    return {**_identity(row), "element_type": "node", "distance": distance, "direction": direction}


def related_arc(row: Row) -> Block:
    """An arc that touches something."""
    code = row["arc_code"]
    return {
        "id": code,
        "short_code": code,
        "name": row["arc_name"] or code,
        "element_type": "arc",
        "distance": 1,
        "direction": "upstream" if row["is_upstream"] else "downstream",
    }


def found_element(row: Row) -> Block:
    """A node or arc that a search found."""
    code = row["code"]
    return {
        "type": row["element_type"],
        "id": code,
        "short_code": code,
        "name": row["name"] or code,
        "description": row["description"],
    }


def point(row: Row) -> Block | None:
    """The place of a node, if it is published."""
    place = (row["longitude"], row["latitude"])
    return None if None in place else {"type": "Point", "coordinates": place}


def line(row: Row) -> Block | None:
    """The straight line between the ends of an arc, if both have a place."""
    start = (row["from_longitude"], row["from_latitude"])
    end = (row["to_longitude"], row["to_latitude"])
    return None if None in start + end else {"type": "LineString", "coordinates": (start, end)}


def _identity(row: Row) -> Block:
    code = row["node_code"]
    return {"id": code, "short_code": code, "name": row["reservoir_name"] or row["node_name"] or code}
