"""Would the golden files show a swapped column? Every view gives each number under its neighbour's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.api import (
    test_batch,
    test_catalogue_routes,
    test_depth_routes,
    test_results,
    test_river_delta_routes,
    test_supply_routes,
    test_tier_routes,
)
from tests.api.conftest import BY_HAND, Contract, Serve
from tests.support.stand_in import number_of

GOLDEN: dict[str, str] = {
    f"{folder}/{name}": path
    for folder, paths in {
        "batch": test_batch.GOLDEN,
        "catalogue": test_catalogue_routes.ROUTES,
        "depth": test_depth_routes.ROUTES,
        "results": test_results.ROUTES,
        "rivers": test_river_delta_routes.ROUTES,
        "supply": test_supply_routes.GOLDEN,
        "tiers": test_tier_routes.ROUTES,
    }.items()
    for name, path in paths.items()
}
"""Golden file → address."""


def numbers(columns: Mapping[str, str]) -> list[str]:
    """The columns of a view that may be taken for each other."""
    return [name for name, kind in columns.items() if kind == "double precision"]


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Place and value of everything in an answer that is neither a list nor an object."""
    if isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, f"{place}.{name}")
    else:
        yield place, value


@pytest.fixture(scope="module")
def swapped_url(new_database: Callable[..., str], stand_in_template: str, contract: Contract) -> str:
    """A stand-in whose views give each number under the name of the next column of numbers."""
    url = new_database(stand_in_template)
    with psycopg.connect(url) as link:
        for view, columns in contract.items():
            found = numbers(columns)
            source = dict(zip(found, found[1:] + found[:1], strict=True))
            listed = [
                sql.SQL("{} as {}").format(sql.Identifier(source.get(name, name)), sql.Identifier(name))
                if len(found) > 1 or name not in found
                else sql.SQL("{0} + 7 as {0}").format(sql.Identifier(name))
                for name in columns
            ]
            link.execute(
                sql.SQL("create or replace view api.{v} as select {c} from stand_in.{v}").format(
                    v=sql.Identifier(view), c=sql.SQL(", ").join(listed)
                )
            )
    return url


@pytest.mark.parametrize("file", GOLDEN)
async def test_a_number_changes_when_its_column_does(
    serve: Serve, stand_in_url: str, swapped_url: str, file: str
) -> None:
    path = GOLDEN[file]
    async with serve(stand_in_url) as client:
        right = dict(leaves((await client.get(path)).json()))
    async with serve(swapped_url) as client:
        # a refusal, for want of values, is another answer, too
        response = await client.get(path)
        wrong = dict(leaves(response.json())) if response.is_success else {}
    same = {place: value for place, value in right.items() if isinstance(value, float) and wrong.get(place) == value}
    # of two columns that change places one at most is zero; an outline is no column of numbers
    assert {place: value for place, value in same.items() if value and ".geometry." not in place} == {}


def test_no_two_columns_of_a_view_have_the_same_number(contract: Contract) -> None:
    """So a swap of any two columns shows, not only of neighbours."""
    for view, columns in contract.items():
        if view not in BY_HAND:
            twice = [n for n, count in Counter(number_of(name, 1) for name in numbers(columns)).items() if count > 1]
            assert twice == [], view
