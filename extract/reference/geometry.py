"""Polygons of demand units: checked, measured, and loaded as GeoJSON, without a spatial extension of the database.

The file holds one GeoJSON feature (RFC 7946) per line: longitude and latitude in degrees, WGS 84, six decimals, which
is about a tenth of a metre.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.errors import CheckFailedError
from extract.settings import PROJECT
from extract.warehouse.load import connection

if TYPE_CHECKING:
    from pyproj import Transformer

Ring = Sequence[Sequence[float]]
POLYGONS = PROJECT / "seeds" / "04_calsim_data" / "geometry" / "demand_unit.geojsonl"
WEST, SOUTH, EAST, NORTH = -124.5, 32.5, -114.1, 42.1
EQUAL_AREA = "+proj=cea +ellps=WGS84 +units=m"
"""The cylindrical equal-area projection: areas on the map are areas on the ellipsoid (Snyder 1987, Map Projections,
USGS Professional Paper 1395, chapter 10)."""

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


@cache
def _projection() -> Transformer:
    from pyproj import Transformer  # here: commands that load no polygon start faster

    return Transformer.from_crs("EPSG:4326", EQUAL_AREA, always_xy=True)


def area_acres(coordinates: Sequence[Sequence[Ring]]) -> float:
    """Area of a MultiPolygon of longitudes and latitudes in acres, without its holes."""
    import numpy as np
    from shapely import transform
    from shapely.geometry import shape

    projection = _projection()
    flat = transform(
        shape({"type": "MultiPolygon", "coordinates": coordinates}),
        lambda points: np.column_stack(projection.transform(points[:, 0], points[:, 1])),
    )
    return float(flat.area) / M2_PER_ACRE


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
    from shapely import LinearRing, Polygon

    if Polygon(ring).area == 0:
        yield "a ring without area"
    elif LinearRing(ring).is_ccw != is_outer:
        yield "an outer ring that runs clockwise" if is_outer else "a hole that runs counter-clockwise"


def shape_problems(coordinates: Sequence[Sequence[Ring]]) -> Iterator[str]:
    """Where the rings of each part cross or touch each other, which OGC Simple Feature Access, part 1, forbids."""
    from shapely import Polygon as Part
    from shapely import is_valid_reason

    for outer, *holes in coordinates:
        part = Part(outer, holes)
        if not part.is_valid:
            yield f"rings that do not bound an area: {is_valid_reason(part)}"


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
    found = found or list(shape_problems(geometry["coordinates"]))
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
