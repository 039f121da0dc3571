"""Numbers as they leave the service, and models that are filled from the columns of a row."""

from __future__ import annotations

import json
import math
import random
from typing import Annotated

import pytest
from pydantic import Field

from api.models.blocks import SAME_ROW, Block, Columns
from api.models.numbers import Percent, Rounded, Taf
from api.queries import columns_of


class Share(Block):
    share: Percent = Field(validation_alias="share_pct")
    count: int


class Volumes(Block):
    p5: Taf
    p95: Taf


class Place(Block):
    name: str
    volume: Taf
    months: dict[str, Share]
    latest: Annotated[Share, SAME_ROW]
    yearly: Annotated[Volumes, Columns("annual_exc_*_taf")]
    note: str | None = None


ROW = {
    "name": "A", "volume": 1.00004, "months": {"1": {"share_pct": 99.99996, "count": 3}}, "share_pct": 50, "count": 1,
    "annual_exc_p5_taf": 9, "annual_exc_p95_taf": None, "of_no_field": 1,
}  # fmt: skip


def test_parts_are_filled_from_the_columns_of_the_row() -> None:
    made = Place.model_validate(ROW).model_dump(exclude_unset=True)
    assert made == {
        "name": "A",
        "volume": 1.0,
        "months": {"1": {"share": 100.0, "count": 3}},
        "latest": {"share": 50, "count": 1},
        "yearly": {"p5": 9, "p95": None},
    }


def test_columns_of_a_model_are_those_it_is_filled_from() -> None:
    expected = {"name", "volume", "months", "share_pct", "count", "annual_exc_p5_taf", "annual_exc_p95_taf", "note"}
    assert columns_of(Place) == {*expected, "latest"}


@pytest.mark.parametrize("column", ["volume", "annual_exc_p5_taf"])
def test_a_column_that_is_missing_is_an_error_and_not_null(column: str) -> None:
    with pytest.raises((KeyError, ValueError), match=column):
        Place.model_validate({name: value for name, value in ROW.items() if name != column})


@pytest.mark.parametrize("unknown", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_unknown_and_the_rest_stays(unknown: float) -> None:
    sent = json.loads(Place.model_validate({**ROW, "volume": unknown, "share_pct": unknown}).model_dump_json())
    assert (sent["volume"], sent["latest"], sent["name"]) == (None, {"share": None, "count": 1}, "A")


@pytest.mark.parametrize("digits", [3, 4, 6])
def test_numbers_are_rounded_to_their_decimals(digits: int) -> None:
    dice = random.Random(digits)
    numbers = [dice.uniform(-1, 1) * 10.0 ** dice.randint(-8, 9) for _ in range(5000)]
    expected = [round(number * 10**digits) / 10**digits for number in numbers]
    assert list(map(Rounded(digits), numbers)) == expected


def test_rounding_at_the_edges() -> None:
    assert [Rounded(0)(number) for number in (0.5, 1.5, 2.5, -2.5)] == [0.0, 2.0, 2.0, -2.0]
    assert str(Rounded(4)(-1e-9)) == "0.0"
    assert Rounded(4)(1e300) == pytest.approx(1e300, rel=1e-15)
    assert Rounded(4)(1e308) is None
