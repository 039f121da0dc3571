"""An answer against its views: each way in which an answer can be wrong, and that no route is left out."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from api.main import create_app
from api.settings import ApiSettings
from extract.verification.expectations import api_views
from extract.verification.expectations.api_answers import Comparison, Part, compare, same

ROWS = [
    {"code": code, "month": month, "name": code.title(), "q10_taf": i + 0.123456, "q90_taf": i + 9.0, "cv": None}
    for i, (code, month) in enumerate([("A", 1), ("A", 2), ("B", 1)])
]
PLACES = {"places.{code}.name": "name", "places.{code}.months.{month}.*": "*_taf|*"}
ANSWER = {
    "places": {
        "A": {"name": "A", "months": {"1": {"q10": 0.1235, "q90": 9, "cv": None}, "2": {"q10": 1.1235, "q90": 10.0}}},
        "B": {"name": "B", "months": {"1": {"q10": 2.1235, "q90": 11.0}}},
    },
    "count": 2,
}


def compared(answer: Any) -> Comparison:
    return compare(answer, [Part(ROWS, PLACES)], ["count"])


def test_an_answer_in_order() -> None:
    found = compared(ANSWER)
    assert (found.wrong, found.unexplained, found.values) == ({}, [], {"A": 6, "B": 3})


def swapped(answer: Any) -> None:
    month = answer["places"]["A"]["months"]["2"]
    month["q10"], month["q90"] = month["q90"], month["q10"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (swapped, {"A": 2}),
        (lambda a: a["places"]["B"].update(name="A"), {"B": 1}),
        (lambda a: a["places"]["A"]["months"]["1"].update(q10=0.123), {"A": 1}),
        (lambda a: a["places"]["A"]["months"]["1"].update(q10=None), {"A": 1}),
        (lambda a: a["places"]["A"]["months"]["1"].update(cv=0), {"A": 1}),
        (lambda a: a["places"]["A"]["months"].pop("2"), {"A": 1}),
        (lambda a: a["places"].pop("B"), {"B": 2}),
        (lambda a: a["places"].update(C=deepcopy(a["places"]["B"])), {"C": 3}),
        (lambda a: a["places"]["A"]["months"]["1"].update(q50=1.0), {"A": 1}),
    ],
)
def test_each_wrong_answer_is_seen(change: Any, wrong: dict[str, int]) -> None:
    answer = deepcopy(ANSWER)
    change(answer)
    assert {key: len(texts) for key, texts in compared(answer).wrong.items()} == wrong


def test_a_value_that_no_place_names_is_seen() -> None:
    assert compared({**deepcopy(ANSWER), "extra": [{"x": 1}]}).unexplained == ["extra.0.x"]


def test_elements_of_lists_and_literal_names() -> None:
    rows = [
        {"id": "a", "period": "april", "n": 1, "low": 3},
        {"id": "a", "period": "september", "n": 2, "low": 4},
    ]
    places = {
        "data[key/id=id].{apr:period='april'}.n": "n",
        "data[key/id=id].{sept:period='september'}.n": "n",
        "data[key/id=id].{apr:period='april'}.shares[of='low'].value": "low",
    }
    answer = {"data": [{"key": {"id": "a"}, "apr": {"n": 1, "shares": [{"of": "low", "value": 3}]}, "sept": {"n": 2}}]}
    besides = ["data[].key.id", "data[].apr.shares[].of"]
    assert compare(answer, [Part(rows, places)], besides) == Comparison({"a": 3}, {}, [])
    answer["data"][0]["sept"]["n"] = 1
    assert compare(answer, [Part(rows, places)], besides).wrong["a"] == ["data.0.sept.n: 1 for n 2"]


@pytest.mark.parametrize(
    ("value", "stored", "expected"),
    [
        (0.1235, 0.123456, True), (0.123456, 0.1234561, True), (0.12, 0.123456, False), (None, float("nan"), True),
        (0, None, False), (None, 0.0, False), (0, False, False), ("1", 1, False), (1.0, 1, True), ([1], [1, 2], False),
        (0.12348, 0.123456, False), (0.1234, 0.123456, False), (0.0, -0.00001, True), (2.0001, 2.00005, True),
    ],
)  # fmt: skip
def test_what_counts_as_the_same(value: Any, stored: Any, expected: bool) -> None:
    assert same(value, stored) is expected


def test_every_route_is_verified_or_says_why_not() -> None:
    application = create_app(ApiSettings(database_url="postgresql://nobody@127.0.0.1:1/nowhere"))
    served = set(application.openapi()["paths"])
    named = {route.path for route in api_views.routes()} | api_views.declared().keys()
    assert served - named == set(), "name it in extract/verification/expectations/api_routes.yml"
    assert named - served == set(), "no such route any more"
    assert {
        path for path, given in api_views.declared().items() if not given.keys() & {"views", "unverified", "first"}
    } == set()
