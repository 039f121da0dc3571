"""Polygons of demand units: checked, measured, and loaded as GeoJSON, without a spatial extension of the database.

The file holds one GeoJSON feature (RFC 7946) per line: longitude and latitude in degrees, WGS 84, six decimals, which
is about a tenth of a metre.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from extract.errors import CheckFailedError
from extract.load import connection
from extract.ring_contacts import Ring, contact_problems
from extract.settings import PROJECT

POLYGONS = PROJECT / "seeds" / "04_calsim_data" / "geometry" / "demand_unit.geojsonl"
WEST, SOUTH, EAST, NORTH = -124.5, 32.5, -114.1, 42.1
SEMI_MAJOR_M = 6378137.0
ECCENTRICITY = math.sqrt(0.00669437999014)
M2_PER_ACRE = 4046.8564224
AREA_TOLERANCE = 0.03


@dataclass(frozen=True)
class Polygon:
    """One polygon of an entity, with its holes and, if it has several parts, all of them.

    Attributes:
        geometry: GeoJSON geometry of type MultiPolygon.
        area_acres: area on the ellipsoid, computed here.
        published_area_acres: area that the source gives.
        point_count: points of all rings, the closing ones included.
    """

    polygon_code: str
    entity_kind: str
    entity_code: str
    polygon_name: str | None
    geometry: dict[str, Any]
    area_acres: float
    published_area_acres: float
    point_count: int


def ring_area_m2(ring: Ring) -> float:
    """Area within a ring in square metres, positive if the ring runs counter-clockwise.

    The ring is drawn in the cylindrical equal-area projection of the WGS 84 ellipsoid (Snyder 1987, Map Projections,
    USGS Professional Paper 1395, equations 10-15 and 3-12), where the shoelace formula gives its true area.

    Args:
        ring: closed ring of (longitude, latitude) in degrees.
    """
    e = ECCENTRICITY
    points = []
    for longitude, latitude in ring:
        s = math.sin(math.radians(latitude))
        q = (1 - e * e) * (s / (1 - e * e * s * s) - math.log((1 - e * s) / (1 + e * s)) / (2 * e))
        points.append((math.radians(longitude), q / 2))
    x0, y0 = points[0]
    twice = sum((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) for (x1, y1), (x2, y2) in pairwise(points))
    return SEMI_MAJOR_M**2 * twice / 2


def area_acres(coordinates: Sequence[Sequence[Ring]]) -> float:
    """Area of a MultiPolygon in acres; holes, which run clockwise, are subtracted."""
    return sum(ring_area_m2(ring) for rings in coordinates for ring in rings) / M2_PER_ACRE


def ring_problems(ring: Ring, is_outer: bool) -> Iterator[str]:
    """What is wrong with a ring, in words; nothing if it is a valid ring."""
    if len(ring) < 4 or len({tuple(point) for point in ring}) < 3:
        yield "a ring of fewer than four points"
        return
    if list(ring[0]) != list(ring[-1]):
        yield "a ring that is not closed"
    if any(list(a) == list(b) for a, b in pairwise(ring)):
        yield "a point that is repeated"
    if any(len(p) != 2 or not (WEST <= p[0] <= EAST and SOUTH <= p[1] <= NORTH) for p in ring):
        yield "a point that is not in California (longitude comes first)"
        return
    area = ring_area_m2(ring)
    if area == 0:
        yield "a ring without area"
    elif (area > 0) != is_outer:
        yield "an outer ring that runs clockwise" if is_outer else "a hole that runs counter-clockwise"


def problems(feature: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a feature, in words; nothing if it can be loaded."""
    geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
    if geometry.get("type") != "MultiPolygon" or not geometry.get("coordinates"):
        yield "not a MultiPolygon"
        return
    for name in ("entity_kind", "entity_code", "published_area_acres"):
        if not properties.get(name):
            yield f"no {name}"
            return
    found = [
        p for rings in geometry["coordinates"] for i, ring in enumerate(rings) for p in ring_problems(ring, i == 0)
    ]
    if not all(geometry["coordinates"]):
        found.append("a part without rings")
    found = found or [p for rings in geometry["coordinates"] for p in contact_problems(rings)]
    if found:
        yield from found
        return
    area, published = area_acres(geometry["coordinates"]), properties["published_area_acres"]
    if abs(area - published) > AREA_TOLERANCE * published:
        yield f"an area of {area:.2f} acres, but the source says {published:.2f}"


def read_polygons(path: Path = POLYGONS) -> list[Polygon]:
    """Read and check the polygons of a file.

    Raises:
        CheckFailedError: a feature is broken or there twice; the message names file, line and polygon.
    """
    polygons: dict[str, Polygon] = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                feature = json.loads(line)
                code = str(feature["id"])
                found = ["its code twice"] if code in polygons else list(problems(feature))
            except (ValueError, KeyError, TypeError) as error:
                code, found = "?", [f"no GeoJSON feature ({error})"]
            if found:
                raise CheckFailedError(
                    f"{path}, line {number}: polygon {code} has {'; '.join(found)}", "correct the line"
                )
            properties, coordinates = feature["properties"], feature["geometry"]["coordinates"]
            polygons[code] = Polygon(
                code,
                properties["entity_kind"],
                properties["entity_code"],
                properties.get("name"),
                feature["geometry"],
                area_acres(coordinates),
                properties["published_area_acres"],
                sum(len(ring) for rings in coordinates for ring in rings),
            )
    return list(polygons.values())


def load_polygons(url: str, path: Path = POLYGONS) -> int:
    """Replace the rows of `staging.geometry` by the polygons of a file, in one transaction.

    Returns:
        Number of polygons.

    Raises:
        CheckFailedError: a polygon is broken; the table is unchanged.
    """
    polygons = read_polygons(path)
    with connection(url) as link, link.cursor() as cursor:
        cursor.execute("delete from staging.geometry")
        with cursor.copy("copy staging.geometry from stdin") as copy:
            for p in polygons:
                copy.write_row(
                    (
                        p.polygon_code,
                        p.entity_kind,
                        p.entity_code,
                        p.polygon_name,
                        json.dumps(p.geometry, separators=(",", ":")),
                        p.area_acres,
                        p.published_area_acres,
                        p.point_count,
                    )
                )
    return len(polygons)
