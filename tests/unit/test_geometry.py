"""Polygons are checked and measured before they are loaded, and a broken one stops the load."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from extract.errors import CheckFailedError
from extract.reference import geometry

# about a square mile near Sacramento, counter-clockwise
WEST, SOUTH, EAST, NORTH = -121.5, 38.5, -121.48, 38.515
SQUARE = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
HOLE = [[-121.495, 38.505], [-121.495, 38.51], [-121.49, 38.51], [-121.49, 38.505], [-121.495, 38.505]]


def feature(*rings: list[list[float]]) -> dict[str, Any]:
    """A feature whose published area is the true one."""
    coordinates = [list(copy.deepcopy(rings))]
    return {
        "type": "Feature",
        "id": "02_PU_U001",
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
        "properties": {
            "entity_kind": "demand_unit",
            "entity_code": "02_PU",
            "name": "Somewhere",
            "published_area_acres": abs(geometry.area_acres(coordinates)) or 1.0,
        },
    }


def test_area_of_a_small_cell_is_that_of_its_radii_of_curvature() -> None:
    """Another way to the same area: the two radii of the ellipsoid at the middle of the cell."""
    semi_major, eccentricity_squared = 6378137.0, 0.00669437999014
    middle, half = math.radians(38.5), 0.05
    cell = [[-122.0, 38.5 - half], [-121.9, 38.5 - half], [-121.9, 38.5 + half], [-122.0, 38.5 + half]]
    flattening = 1 - eccentricity_squared * math.sin(middle) ** 2
    meridian = semi_major * (1 - eccentricity_squared) / flattening**1.5
    parallel = semi_major / math.sqrt(flattening) * math.cos(middle)
    expected = meridian * parallel * math.radians(2 * half) * math.radians(0.1) / geometry.M2_PER_ACRE
    assert geometry.area_acres([[[*cell, cell[0]]]]) == pytest.approx(expected, rel=1e-6)


def test_hole_is_subtracted() -> None:
    whole = geometry.area_acres([[SQUARE]])
    hole = geometry.area_acres([[HOLE[::-1]]])
    assert geometry.area_acres([[SQUARE, HOLE]]) == pytest.approx(whole - hole)


def test_good_feature_has_no_problems() -> None:
    assert list(geometry.problems(feature(SQUARE, HOLE))) == []


@pytest.mark.parametrize(
    ("rings", "problem"),
    [
        ([SQUARE[::-1]], "an outer ring that runs clockwise"),
        ([SQUARE, HOLE[::-1]], "a hole that runs counter-clockwise"),
        ([SQUARE[:-1]], "a ring that is not closed"),
        ([[SQUARE[0], SQUARE[1], SQUARE[0]]], "a ring of fewer than four points"),
        ([[SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]], "a ring of fewer than four points"),
        ([[*SQUARE[:2], SQUARE[1], *SQUARE[2:]]], "a point that is repeated"),
        ([[[y, x] for x, y in SQUARE]], "a point that is not in California (longitude comes first)"),
        ([[[x, y, 0.0] for x, y in SQUARE]], "a point that is not in California (longitude comes first)"),
        ([[SQUARE[0], SQUARE[1], SQUARE[2], SQUARE[1], SQUARE[0]]], "a ring without area"),
        ([], "a part without rings"),
    ],
)
def test_broken_ring_is_found(rings: list[Any], problem: str) -> None:
    broken = feature(SQUARE)
    broken["geometry"]["coordinates"] = [rings]
    assert problem in list(geometry.problems(broken))


NORTH_EAST = [EAST + 0.02, NORTH + 0.015]
BOW_TIE = [[WEST, SOUTH], [EAST, NORTH], [EAST, SOUTH], [WEST + 0.001, NORTH + 0.015], [WEST, SOUTH]]
EIGHT = [*SQUARE[:3], [NORTH_EAST[0], NORTH], NORTH_EAST, [EAST, NORTH_EAST[1]], *SQUARE[2:]]
SPIKE = [*SQUARE[:2], [EAST, 38.51], [EAST + 0.01, 38.51], [EAST, 38.51], *SQUARE[2:]]
BACK = [*SQUARE[:2], [EAST, 38.51], [EAST, 38.505], *SQUARE[2:]]
CROSSES, TOUCHES, SPLITS = "Self-intersection", "Ring Self-intersection", "Interior is disconnected"


def hole(*corners: tuple[float, float]) -> list[list[float]]:
    """A closed ring through these corners."""
    return [[x, y] for x, y in (*corners, corners[0])]


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        ([SQUARE], None),
        ([SQUARE, HOLE], None),
        ([BOW_TIE], CROSSES),
        ([BOW_TIE[::-1]], CROSSES),
        ([EIGHT], TOUCHES),
        ([SPIKE], CROSSES),
        ([BACK], CROSSES),
        # a hole that touches the outer ring: in one point, in two corners, in a side; one that leaves it
        ([SQUARE, hole((-121.49, 38.51), (-121.485, 38.505), (EAST, 38.51))], None),
        ([SQUARE, hole((WEST, 38.51), (-121.49, 38.505), (EAST, 38.51))], SPLITS),
        ([SQUARE, hole((EAST, 38.51), (-121.49, 38.51), (-121.49, 38.505), (EAST, 38.505))], CROSSES),
        ([SQUARE, hole((-121.49, 38.51), (-121.47, 38.512), (-121.49, 38.505))], CROSSES),
        ([SQUARE, hole((WEST, SOUTH), (WEST, NORTH), (EAST, NORTH))], CROSSES),
    ],
)
def test_crossing_rings_are_found(rings: list[list[list[float]]], expected: str | None) -> None:
    found = [problem.partition(": ")[2].partition("[")[0] for problem in geometry.shape_problems([rings])]
    assert found == ([] if expected is None else [expected])


def test_bow_tie_is_not_loaded() -> None:
    """Both its loops have an area, so nothing else would tell."""
    found = [list(geometry.problems(feature(ring))) for ring in (BOW_TIE, BOW_TIE[::-1])]
    assert any(CROSSES in problem for problems in found for problem in problems)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("geometry", "type"), "Polygon", "not a MultiPolygon"),
        (("geometry", "coordinates"), [], "not a MultiPolygon"),
        (("properties", "entity_code"), "", "no entity_code"),
        (("properties", "published_area_acres"), 5.0, "but the source says 5.00"),
    ],
)
def test_broken_feature_is_found(path: tuple[str, str], value: Any, problem: str) -> None:
    broken = feature(SQUARE)
    broken[path[0]][path[1]] = value
    assert any(problem in found for found in geometry.problems(broken))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (feature(SQUARE), "line 2: polygon 02_PU_U001 has its code twice"),
        (feature(SQUARE[::-1]) | {"id": "02_PU_U002"}, "line 2: polygon 02_PU_U002 has an outer ring"),
        ({"id": None}, "line 2: polygon None has not a MultiPolygon"),
        ("no JSON", "line 2: polygon ? has no GeoJSON feature"),
    ],
)
def test_message_names_file_line_and_polygon(tmp_path: Path, second: Any, message: str) -> None:
    path = tmp_path / "polygons.geojsonl"
    path.write_text(f"{json.dumps(feature(SQUARE))}\n{second if isinstance(second, str) else json.dumps(second)}\n")
    with pytest.raises(CheckFailedError) as caught:
        geometry.read_polygons(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_project_file_is_the_one_that_was_measured() -> None:
    """Of the 257 published polygons two, filed under an agricultural unit, are left out: 255 of 100 units."""
    polygons = geometry.read_polygons()
    codes = [polygon.polygon_code for polygon in polygons]
    assert codes == sorted(codes)
    assert (len(polygons), len({p.entity_code for p in polygons})) == (255, 100)
    largest_error = max(abs(p.area_acres / p.published_area_acres - 1) for p in polygons if p.area_acres >= 5)
    assert largest_error < 0.002


def test_broken_file_leaves_the_table(new_database: Callable[..., str], prepared_template: str, tmp_path: Path) -> None:
    url = new_database(prepared_template)
    path = tmp_path / "polygons.geojsonl"
    path.write_text(json.dumps(feature(SQUARE[::-1])) + "\n")
    with pytest.raises(CheckFailedError):
        geometry.load_polygons(url, path)
    path.write_text(json.dumps(feature(SQUARE)) + "\n")
    count = "select count(*), min(geometry ->> 'type') from staging.geometry"
    with psycopg.connect(url) as link:
        assert link.execute(count).fetchone() == (255, "MultiPolygon")
    assert geometry.load_polygons(url, path) == 1
    with psycopg.connect(url) as link:
        assert link.execute(count).fetchone() == (1, "MultiPolygon")
