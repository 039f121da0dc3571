"""What an answer of the API says, value by value, against the rows of the view that it is made from.

`api_routes.yml` says of each route which place of the answer is which column. A place is a path of names with dots:

* `{water_month}`: any name; it is the value of that column in the row;
* `[short_code=scenario_id]`: every element of a list; its field `short_code` is the value of column `scenario_id`;
* `*` at the end: any name; the column's name is the text of the mapping with that name in place of its star.

Every row of the view has to be answered at every place, and every value of the answer has to be explained by a place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.models.numbers import DECIMALS, FRACTION_DECIMALS

Row = Mapping[str, Any]
Bound = dict[str, str]
Path = tuple[str, ...]
SEGMENT = re.compile(r"\[[^]]*\]|[^.\[\]]+")


@dataclass
class Comparison:
    """How an answer compares with the rows of a view.

    Attributes:
        values: number of values compared, by the key that the places bind.
        wrong: what is wrong, by that key.
        unexplained: places of the answer that no mapping explains.
    """

    values: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)


def compare(answer: Any, rows: Sequence[Row], places: Mapping[str, str], besides: Sequence[str] = ()) -> Comparison:
    """Compare an answer with rows.

    Args:
        answer: the JSON.
        rows: the rows of the view that the answer is about.
        places: column by place.
        besides: places that say something else than a column of the view.
    """
    made = Comparison()
    seen = {path for place in besides for path, *_ in _found(answer, SEGMENT.findall(place), (), {})}
    for place, column in _longest_first(places):
        segments = SEGMENT.findall(place)
        bound_columns = _bound_columns(segments)
        expected = {_key(row, bound_columns): row for row in rows}
        answered: set[tuple[str, ...]] = set()
        for path, bound, name, value in _found(answer, segments, (), {}):
            if path in seen:
                continue
            seen.add(path)
            key = tuple(bound[c] for c in bound_columns)
            answered.add(key)
            entity = key[0] if key else ""
            made.values[entity] = made.values.get(entity, 0) + 1
            row = expected.get(key)
            of = column.replace("*", name)
            if row is None:
                problem = "no such row in the view"
            elif of not in row:
                problem = f"the view has no column {of}"
            elif same(value, row[of]):
                continue
            else:
                problem = f"{value!r} for {of} {row[of]!r}"
            made.wrong.setdefault(entity, []).append(f"{'.'.join(path)}: {problem}")
        for key in expected.keys() - answered:
            made.wrong.setdefault(key[0] if key else "", []).append(f"{place}: no answer for {' '.join(key)}")
    made.unexplained = [".".join(path) for path in _leaves(answer, (), seen)]
    return made


def same(value: Any, stored: Any) -> bool:
    """Whether a value of an answer is a stored one, rounded as the service rounds; unknown is null and nothing else."""
    if isinstance(stored, float) and not math.isfinite(stored):
        stored = None
    if isinstance(stored, datetime):
        return isinstance(value, str) and datetime.fromisoformat(value) == stored
    if isinstance(stored, date):
        return bool(value == stored.isoformat())
    if stored is None or value is None or isinstance(stored, bool | str) or isinstance(value, bool | str):
        return type(stored) is type(value) and bool(stored == value)
    if isinstance(stored, float) and isinstance(value, int | float):
        return float(value) in {round(stored, digits) + 0.0 for digits in (DECIMALS, FRACTION_DECIMALS)}
    if isinstance(stored, list) and isinstance(value, list):
        return len(stored) == len(value) and all(map(same, value, stored))
    return bool(value == stored)


def _longest_first(places: Mapping[str, str]) -> list[tuple[str, str]]:
    """Places with a star last: they take what no other place names."""
    return sorted(places.items(), key=lambda item: item[0].endswith("*"))


def _bound_columns(segments: Sequence[str]) -> list[str]:
    made = []
    for segment in segments:
        if segment.startswith("{"):
            made.append(segment[1:-1])
        elif segment.startswith("["):
            made += [pair.partition("=")[2] for pair in segment[1:-1].split(",") if pair]
    return made


def _key(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[c]) for c in columns)


def _found(node: Any, segments: Sequence[str], path: Path, bound: Bound) -> Iterator[tuple[Path, Bound, str, Any]]:
    """Path, bound columns, last name and value of every place of the answer that the segments describe."""
    if not segments:
        yield path, bound, path[-1] if path else "", node
        return
    first, rest = segments[0], segments[1:]
    if first.startswith("["):
        pairs = [pair.partition("=")[::2] for pair in first[1:-1].split(",") if pair]
        for i, each in enumerate(node if isinstance(node, list) else ()):
            own = {column: str(_field(each, name)) for name, column in pairs}
            yield from _found(each, rest, (*path, str(i)), {**bound, **own})
    elif isinstance(node, dict):
        names = node if first == "*" or first.startswith("{") else [first] if first in node else []
        for name in names:
            own = {first[1:-1]: name} if first.startswith("{") else {}
            if first != "*" or not isinstance(node[name], dict):
                yield from _found(node[name], rest, (*path, name), {**bound, **own})


def _field(node: Any, name: str) -> Any:
    for part in name.split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _leaves(node: Any, path: Path, seen: set[Path]) -> Iterator[Path]:
    """The places of an answer that nothing has explained; an empty list or object says nothing."""
    if path in seen:
        return
    if isinstance(node, dict):
        for name, each in node.items():
            yield from _leaves(each, (*path, name), seen)
    elif isinstance(node, list):
        for i, each in enumerate(node):
            yield from _leaves(each, (*path, str(i)), seen)
    else:
        yield path
