"""Answers that are written straight from rows are those that their models would make of the same rows."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

import orjson
import pytest
from pydantic import BaseModel, Field

from api.models.blocks import Block, Columns
from api.models.numbers import Percent, Rounded, Taf
from api.writing import writer, written

FAMILIES = ("batch", "delta", "rivers", "spill", "storage", "supply", "supply_parts")
NUMBERS = [None, 0.0, -0.0, -1e-9, 0.1234565, 12345.67891, -3.00005, 1e9 + 0.123456, 1e308, 2.5]


def parts_of_rows() -> Iterator[type[Block]]:
    """The models that are filled from one row."""
    for family in FAMILIES:
        for model in vars(import_module(f"api.models.{family}")).values():
            if isinstance(model, type) and issubclass(model, Block) and model is not Block and not generic(model):
                fields = model.model_fields.values()
                if not any(isinstance(each.annotation, type(dict[str, Any])) for each in fields):
                    yield model


def generic(model: type[BaseModel]) -> bool:
    return bool(model.__pydantic_generic_metadata__["parameters"])


def columns(model: type[BaseModel], pattern: str = "*") -> Iterator[tuple[str, Any]]:
    """The columns that a model is filled from, with the types of their fields."""
    for name, field in model.model_fields.items():
        origin = next((each for each in field.metadata if isinstance(each, Columns)), None)
        if origin is not None:
            yield from columns(field.annotation, origin.pattern)  # type: ignore[arg-type]
        else:
            column = pattern.replace("*", name) if pattern != "*" else str(field.validation_alias or name)
            yield column, field.annotation


def row(model: type[BaseModel], seed: int) -> dict[str, Any]:
    chosen = random.Random(seed)
    made: dict[str, Any] = {}
    for column, kind in columns(model):
        kinds = get_args(kind) or (kind,)
        if float in kinds:
            made[column] = chosen.choice(NUMBERS)
        elif bool in kinds:
            made[column] = "calculated" if column.endswith("_basis") else chosen.choice([True, False])
        elif int in kinds:
            made[column] = chosen.randrange(100)
        else:
            made[column] = [] if list in kinds else "text"
    return made


@pytest.mark.parametrize("model", sorted(set(parts_of_rows()), key=lambda m: (m.__module__, m.__name__)), ids=str)
def test_a_row_is_written_as_its_model_says(model: type[Block]) -> None:
    for seed in range(20):
        given = row(model, seed)
        expected = model.model_validate(given).model_dump(exclude_unset=True)
        assert orjson.dumps(writer(model)(given), option=orjson.OPT_SORT_KEYS) == orjson.dumps(
            expected, option=orjson.OPT_SORT_KEYS
        )


class Month(Block):
    share: Percent = Field(validation_alias="share_pct")
    count: int


class Place(Block):
    name: str
    volume: Taf
    months: dict[str, Month]
    note: str | None = None


MONTHS = {"1": {"share_pct": 99.99996, "count": 3}, "2": {"share_pct": None, "count": 0}}


@pytest.mark.parametrize("unknown", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_unknown_and_the_rest_stays(unknown: float) -> None:
    made = writer(Place)({"name": "A", "volume": unknown, "months": {"1": {"share_pct": unknown, "count": 3}}})
    sent = orjson.loads(orjson.dumps(made))
    assert sent == {"name": "A", "volume": None, "months": {"1": {"share": None, "count": 3}}}


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


def test_nested_parts_and_what_may_be_absent() -> None:
    made = writer(Place)({"name": "A", "volume": 1.00004, "months": MONTHS, "of_no_field": 1})
    assert made == {
        "name": "A",
        "volume": 1.0,
        "months": {"1": {"share": 100.0, "count": 3}, "2": {"share": None, "count": 0}},
    }
    assert writer(Place)({"name": "A", "volume": None, "months": {}, "note": "x"})["note"] == "x"


def test_a_column_that_is_missing_is_an_error_and_not_null() -> None:
    with pytest.raises(KeyError, match="volume"):
        written(Place, {"name": "A", "months": {}})
