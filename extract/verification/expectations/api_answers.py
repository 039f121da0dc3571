"""What an answer of the API says, value by value, against the rows of the views that it is made from.

`api_routes.yml` says of each route which place of the answer is which column. A place is a path of names with dots:

* `reservoirs|rivers`: either name;
* `{water_month}`: any name; it is the value of that column in the row; `{}`: any name, whatever it stands for;
* `{sept:period_code='september'}`: the name `sept`, which stands for that value of the column;
* `{:measure_code=measure}`: any name, and the field `measure` of what is under it is the value of the column;
* `[short_code=scenario_id]`: every element of a list; its field `short_code` is the value of column `scenario_id`
  (`properties/id`: a field of a field; `[tier='tier1']`: only the elements with this very value);
* `unimp_*`, at the end: any name that begins so and that no place names in full; `*` is any name at all.

A column has a star for what the place's star stands for, and alternatives: `*_taf|*` is the first that the view has.
Every row of a view has to be answered at every place where it is not NULL, and every value of the answer has to be
explained by a place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.models.numbers import DECIMALS, FRACTION_DECIMALS

SCORE_DECIMALS = 3
SCALARS = (float, int, str, bool)
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


@dataclass(frozen=True)
class Part:
    """What comes from one view.

    Attributes:
        rows: the rows of the view that the answer is about.
        places: column by place.
        is_complete: every row has to be answered; of a catalogue only what the answer is about.
    """

    rows: Sequence[Row]
    places: Mapping[str, str]
    is_complete: bool = True


def compare(answer: Any, parts: Sequence[Part], besides: Iterable[str] = ()) -> Comparison:
    """Compare an answer with the rows of its views.

    Args:
        answer: the JSON as it was parsed: no object or list is in it twice.
        parts: the views.
        besides: places that say something else than a column of a view.
    """
    made = _Comparing(answer, besides)
    places = [(part, place, column) for part in parts for place, column in part.places.items()]
    for part, place, column in sorted(places, key=lambda each: ("*" in each[1], -len(each[1].rpartition(".")[2]))):
        made.place(part, place, column)
    made.found.unexplained = [".".join(path) for path in _leaves(answer, None, (), made.seen)]
    return made.found


class _Comparing:
    """An answer while it is compared, and what was found out about it.

    Attributes:
        seen: the places that are explained, as the object or list that holds a value, and its name or number there.
    """

    def __init__(self, answer: Any, besides: Iterable[str]) -> None:
        self.answer = answer
        self.found = Comparison()
        # many places have the same parents and the same rows, which are looked for once
        self._parents: dict[Path, list[tuple[Path, Bound, Any]]] = {}
        self._rows: dict[tuple[int, Path, Path], dict[Path, Row]] = {}
        self.seen: set[tuple[int, str]] = set()
        for place in besides:
            *above, last = SEGMENT.findall(place)
            for *_, node in self._above(above):
                self.seen.update((id(node), name) for name, _, _ in _steps(node, last))

    def _above(self, segments: Sequence[str]) -> list[tuple[Path, Bound, Any]]:
        """Path, bound columns and value of every place that the segments describe."""
        key = tuple(segments)
        if key not in self._parents:
            self._parents[key] = list(_found(self.answer, segments, (), {}))
        return self._parents[key]

    def _expected(self, part: Part, segments: Sequence[str], columns: Path) -> dict[Path, Row]:
        """The rows that the segments ask for, by the columns that they bind."""
        fixed = _fixed_columns(segments)
        key = (id(part), columns, tuple(f"{c}={v}" for c, v in fixed.items()))
        if key not in self._rows:
            rows = [row for row in part.rows if all(str(row[c]) == v for c, v in fixed.items())] if fixed else part.rows
            self._rows[key] = {tuple([str(row[c]) for c in columns]): row for row in rows}
        return self._rows[key]

    def place(self, part: Part, place: str, column: str) -> None:
        """Compare the values at a place with a column of the rows of a view."""
        *above, last = segments = SEGMENT.findall(place)
        columns = tuple(_bound_columns(segments))
        binds = last.startswith(("{", "["))
        expected = self._expected(part, segments, columns)
        known: dict[str, tuple[str | None, Sequence[int]]] = {}
        answered: set[Path] = set()
        for path, bound, node in self._above(above):
            key = () if binds else tuple([bound[c] for c in columns])
            for name, value, own in _steps(node, last):
                if binds:
                    key = tuple([{**bound, **own}[c] for c in columns])
                answered.add(key)
                if (where := (id(node), name)) in self.seen:
                    continue
                self.seen.add(where)
                entity = key[0] if key else ""
                self.found.values[entity] = self.found.values.get(entity, 0) + 1
                row = expected.get(key)
                if row is None and value is None and not part.is_complete:
                    continue
                star = own.get("*", bound.get("*", ""))
                if row is not None and star not in known:
                    known[star] = _column(row, column, star)
                if problem := _problem(value, row, column, star, known):
                    self.found.wrong.setdefault(entity, []).append(f"{'.'.join((*path, name))}: {problem}")
        for key in expected.keys() - answered if part.is_complete else ():
            if any(expected[key].get(c) is not None for c in column.split("|")) or "*" in column:
                self.found.wrong.setdefault(key[0] if key else "", []).append(f"{place}: no value for {' '.join(key)}")


def _column(row: Row, column: str, star: str) -> tuple[str | None, Sequence[int]]:
    """The column of a view's rows that is meant, and to how many decimals its values may be rounded."""
    of = next((c for c in column.replace("*", star).split("|") if c in row), None)
    is_score = of is not None and of.endswith(("_score", "gini"))
    return of, (SCORE_DECIMALS if is_score else DECIMALS, FRACTION_DECIMALS)


def _problem(
    value: Any, row: Row | None, column: str, star: str, known: Mapping[str, tuple[str | None, Sequence[int]]]
) -> str | None:
    if row is None:
        return "no such row in the view"
    of, digits = known[star]
    if of is None:
        return f"the view has no column {column.replace('*', star)}"
    stored = row[of]
    # nearly all values are one of these two, and there are a million of them
    if type(value) is type(stored) in SCALARS and value == stored:
        return None
    if type(value) is type(stored) is float and any(value == round(stored, of_these) for of_these in digits):
        return None
    return None if same(value, stored, digits) else f"{value!r} for {of} {stored!r}"


def same(value: Any, stored: Any, decimals: Sequence[int] = (DECIMALS, FRACTION_DECIMALS)) -> bool:
    """Whether a value of an answer is a stored one, as it is or rounded as the service rounds; unknown is null only."""
    if isinstance(stored, float) and not math.isfinite(stored):
        stored = None
    if isinstance(stored, datetime):
        return isinstance(value, str) and datetime.fromisoformat(value) == stored
    if isinstance(stored, date):
        return bool(value == stored.isoformat())
    if stored is None or value is None or isinstance(stored, bool | str) or isinstance(value, bool | str):
        return type(stored) is type(value) and bool(stored == value)
    if isinstance(stored, float) and isinstance(value, int | float):
        return value == stored or any(_is_rounded(value, stored, digits) for digits in decimals)
    if isinstance(stored, list) and isinstance(value, list):
        return len(stored) == len(value) and all(map(same, value, stored))
    return bool(value == stored)


def _is_rounded(value: float, stored: float, digits: int) -> bool:
    """Whether a value has these decimals at most and none is nearer; of two that are equally near either will do."""
    return value == round(value, digits) and abs(value - stored) <= 0.5 * 10**-digits + 1e-15 * abs(stored)


def _bound_columns(segments: Sequence[str]) -> list[str]:
    made = []
    for segment in segments:
        if segment.startswith("{"):
            made.append(segment[1:-1].rpartition(":")[2].partition("=")[0])
        elif segment.startswith("["):
            made += [pair.partition("=")[2] for pair in segment[1:-1].split(",") if pair]
    return [column for column in made if column and not column.startswith("'")]


def _fixed_columns(segments: Sequence[str]) -> dict[str, str]:
    """The values that the segments themselves give to columns."""
    pairs = [s[1:-1].rpartition(":")[2].partition("=") for s in segments if s.startswith("{")]
    return {column: value.strip("'") for column, _, value in pairs if value.startswith("'")}


def _found(node: Any, segments: Sequence[str], path: Path, bound: Bound) -> Iterator[tuple[Path, Bound, Any]]:
    """Path, bound columns (and what the star stands for) and value of every place that the segments describe."""
    if not segments:
        yield path, bound, node
        return
    for name, each, own in _steps(node, segments[0]):
        yield from _found(each, segments[1:], (*path, name), {**bound, **own} if own else bound)


def _steps(node: Any, segment: str) -> Iterator[tuple[str, Any, Bound]]:
    """Name, value and bound columns of what a segment means in an object or list."""
    return _elements(node, segment) if segment.startswith("[") else _entries(node, segment)


def _elements(node: Any, segment: str) -> Iterator[tuple[str, Any, Bound]]:
    """Number, value and bound columns of the elements of a list that a segment means."""
    pairs = [pair.partition("=")[::2] for pair in segment[1:-1].split(",") if pair]
    for i, each in enumerate(node if isinstance(node, list) else ()):
        fields = {column: str(_field(each, name)) for name, column in pairs}
        if all(value == column.strip("'") for column, value in fields.items() if column.startswith("'")):
            yield str(i), each, {column: value for column, value in fields.items() if not column.startswith("'")}


def _entries(node: Any, segment: str) -> Iterator[tuple[str, Any, Bound]]:
    """Name, value and bound columns of the entries of an object that a segment means."""
    if not isinstance(node, dict):
        return
    if segment.startswith("{"):
        wanted, _, binding = segment[1:-1].rpartition(":")
        column, _, source = binding.partition("=")
        for name, each in node.items():
            value = source.strip("'") if source.startswith("'") else str(_field(each, source)) if source else name
            if wanted in ("", name):
                yield name, each, {column: value} if column else {}
    elif "*" in segment:
        before, _, after = segment.partition("*")
        for name, each in node.items():
            if name.startswith(before) and name.endswith(after) and not isinstance(each, dict):
                yield name, each, {"*": name[len(before) : len(name) - len(after)]}
    else:
        for name in segment.split("|"):
            if name in node:
                yield name, node[name], {}


def _field(node: Any, name: str) -> Any:
    for part in name.split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _leaves(node: Any, place: tuple[int, str] | None, path: Path, seen: set[tuple[int, str]]) -> Iterator[Path]:
    """The places of an answer that nothing has explained; an empty list or object says nothing."""
    if place in seen:
        return
    if isinstance(node, dict):
        for name, each in node.items():
            yield from _leaves(each, (id(node), name), (*path, name), seen)
    elif isinstance(node, list):
        for i, each in enumerate(node):
            yield from _leaves(each, (id(node), str(i)), (*path, str(i)), seen)
    else:
        yield path
