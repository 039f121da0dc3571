"""Which tier and which layout a file has, told from its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extract.tiers.layouts import Layout
from extract.tiers.places import Known
from extract.tiers.table import Table

AGGREGATES = {"scenario_short_code", "tier_short_code", "total_value"}
"""Columns of a file of counts without locations, the results of the earlier platform."""


@dataclass(frozen=True)
class Form:
    """A layout laid on a file: positions of its columns.

    Attributes:
        columns: role -> position, for `scenario`, `location`, `value`, `level`, `score` and the inputs.
        locations: position -> text that names a location, for `wide` and for locations with a value of their own.
        scenarios: position -> text that names a scenario, for `transposed`.
        surplus: positions of columns that have no place in the layout.
    """

    tier: str
    layout: Layout
    columns: dict[str, int]
    locations: dict[int, str]
    scenarios: dict[int, str]
    surplus: tuple[int, ...]


def forms(table: Table, known: Known, only: str | None = None) -> list[Form]:
    """The forms that fit: for each tier the first of its layouts that does.

    Args:
        only: the tier that somebody named.
    """
    found = []
    for tier, description in known.layouts.tiers.items():
        fitting = (_fit(table, known, tier, layout) for layout in description.layouts)
        form = next(filter(None, fitting), None) if only in (None, tier) else None
        if form:
            found.append(form)
    return found


def is_aggregate(table: Table) -> bool:
    """Whether the file holds counts without locations."""
    return set(table.header) >= AGGREGATES


def _fit(table: Table, known: Known, tier: str, layout: Layout) -> Form | None:
    header = [name.casefold() for name in table.header]

    def position(spellings: Iterable[str]) -> int | None:
        return next((header.index(name.casefold()) for name in spellings if name.casefold() in header), None)

    roles = {"scenario": layout.scenario, "location": layout.location, "value": layout.value}
    roles |= {"level": layout.level, "score": layout.score}
    needed = {role: position(spellings) for role, spellings in roles.items() if spellings}
    columns = {role: place for role, place in needed.items() if place is not None}
    if len(columns) < len(needed):
        return None
    columns |= {name: place for name, spellings in layout.inputs.items() if (place := position(spellings)) is not None}
    used = set(columns.values()) | {i for i, name in enumerate(header) if name in map(str.casefold, layout.ignored)}
    rest = [i for i in range(len(header)) if i not in used]
    texts = {i: table.header[i] for i in rest}
    codes = known.places[tier].codes
    if layout.shape == "wide":
        fits = _most(text.upper() in codes for text in texts.values())
        return Form(tier, layout, columns, texts, {}, ()) if fits else None
    if layout.shape == "transposed":
        fits = _most(re.match(r"[sS]\d{4}", text) for text in texts.values())
        fits = fits and _most(cells[columns["location"]].upper() in codes for _, cells in table.rows)
        return Form(tier, layout, columns, {}, texts, ()) if fits else None
    if layout.shape == "long":
        own: dict[int, str] = {}
        if not _most(cells[columns["location"]].upper() in codes for _, cells in table.rows):
            return None
    else:
        names = {name.casefold(): code for name, code in layout.own_locations.items()}
        own = {i: names[header[i]] for i in rest if header[i] in names}
    return Form(tier, layout, columns, own, {}, tuple(i for i in rest if i not in own))


def _most(answers: Iterable[object]) -> bool:
    """Whether at least half hold, of one or more: a single wrong name is to be reported, not to hide the tier."""
    given = [bool(answer) for answer in answers]
    return bool(given) and sum(given) * 2 >= len(given)


@dataclass(frozen=True)
class Cell:
    """A result where it stands in the file; each place is a row and a position of a column.

    Attributes:
        location: text that names the location; None = the result is of all locations together.
        texts: role -> text, for value, level, score and inputs.
        places: role -> place, for the same and for `scenario` and `location`.
    """

    scenario: str
    location: str | None
    texts: dict[str, str]
    places: dict[str, tuple[int, int]]


def cells(form: Form, table: Table) -> Iterator[Cell]:
    """Every result of the file."""
    columns = form.columns
    roles = {role: place for role, place in columns.items() if role not in ("scenario", "location")}

    for row, texts in table.rows:

        def cell(
            scenario: tuple[int, int], location: tuple[int, int] | None, values: dict[str, int], row: int = row,
            texts: list[str] = texts,
        ) -> Cell:  # fmt: skip
            def text(place: tuple[int, int]) -> str:
                return table.header[place[1]] if place[0] == 1 else texts[place[1]]

            return Cell(
                text(scenario),
                text(location) if location else None,
                {role: texts[column] for role, column in values.items()},
                {role: (row, column) for role, column in values.items()}
                | {"scenario": scenario, "location": location or scenario},
            )

        for column in form.scenarios:
            yield cell((1, column), (row, columns["location"]), {"value": column})
        if "scenario" in columns:
            scenario = (row, columns["scenario"])
            if roles:
                yield cell(scenario, (row, columns["location"]) if "location" in columns else None, roles)
            for column in form.locations:
                yield cell(scenario, (1, column), {"value": column})
