"""What a reader found doubtful about a series, and what unit and type its blocks agree on.

Each flag of a series counts months; the flags travel as `staging.dss_series.series_flags`. A unit stands in every
block of a series. Only blocks with a value have a say, and two units among them are a conflict: the series then has
none. A series that the warehouse uses is refused for it (`series_checks`), so a conflict is only ever loaded of a
series that no statistic reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

UNITS_CONFLICT = "units_conflict"
"""Months with a value in blocks whose unit is not that of the series' first block with a value."""

TYPE_CONFLICT = "type_conflict"
"""The same for the data type."""

STAMP_INSIDE_MONTH = "stamp_inside_month"
"""Months with a value that is stamped off the end of the month."""

VALUE_OUTSIDE_WINDOW = "value_outside_window"
"""Values that exist but lie outside the calendar; they are not loaded."""

INFINITE_VALUE = "infinite_value"
"""Infinite values of the calendar; they are loaded as missing."""

Label = Literal["units", "type"]
CODES: dict[Label, str] = {"units": UNITS_CONFLICT, "type": TYPE_CONFLICT}


class Block(NamedTuple):
    """What one block says of its series.

    Attributes:
        series: position of the series.
        decade: first year of the block.
        units: units text, without padding.
        type: data type text, without padding.
        months: months with a value.
        offset: whether the values are stamped off the end of the month.
    """

    series: int
    decade: int
    units: str
    type: str
    months: int
    offset: bool


class Conflict(NamedTuple):
    """Two blocks with values that name different units, or types, for one series.

    Attributes:
        series: position of the series.
        label: what they disagree on.
        decade: first year of the earliest block that has a say.
        text: what it says.
        other_decade: first year of the earliest block that says something else.
        other_text: what that one says.
    """

    series: int
    label: Label
    decade: int
    text: str
    other_decade: int
    other_text: str


@dataclass(slots=True)
class Settled:
    """What the blocks of some series add up to.

    Attributes:
        units: the unit of each series, empty if its blocks name none or several.
        types: the data type of each series, likewise.
        conflicts: what they disagree on, in the order of the series.
        conflicting_blocks: blocks that differ from the earliest one of their series that has a say.
        flags: months by flag code and series.
    """

    units: dict[int, str] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    conflicting_blocks: int = 0
    flags: dict[int, dict[str, int]] = field(default_factory=dict)


def settle(blocks: Iterable[Block]) -> Settled:
    """Find unit, type and flags of each series from all its blocks, in any order."""
    of_series: dict[int, list[Block]] = {}
    for block in blocks:
        of_series.setdefault(block.series, []).append(block)
    settled = Settled()
    for series, own in sorted(of_series.items()):
        own.sort(key=lambda block: block.decade)
        settled.units[series], odd_units = _agreed(own, "units", settled)
        settled.types[series], odd_types = _agreed(own, "type", settled)
        settled.conflicting_blocks += len(odd_units | odd_types)
        months = {
            UNITS_CONFLICT: sum(own[i].months for i in odd_units),
            TYPE_CONFLICT: sum(own[i].months for i in odd_types),
            STAMP_INSIDE_MONTH: sum(block.months for block in own if block.offset),
        }
        if flags := {code: count for code, count in months.items() if count}:
            settled.flags[series] = flags
    return settled


def _agreed(blocks: list[Block], label: Label, settled: Settled) -> tuple[str, set[int]]:
    """The text that all blocks with a say agree on, and the positions of those that differ from the first."""
    texts: list[str] = [getattr(block, label) for block in blocks]
    speaking = [i for i, block in enumerate(blocks) if block.months and texts[i]]
    if not speaking:  # nothing hangs on it, but a name that every block has is kept
        named = {normalised(text): text for text in reversed(texts) if text}
        return (next(iter(named.values())) if len(named) == 1 else ""), set()
    first = speaking[0]
    odd = [i for i in speaking if normalised(texts[i]) != normalised(texts[first])]
    if not odd:
        return texts[first], set()
    one, other = blocks[first], blocks[odd[0]]
    settled.conflicts.append(
        Conflict(one.series, label, one.decade, texts[first], other.decade, texts[odd[0]]),
    )
    return "", set(odd)


def normalised(text: str) -> str:
    """A unit or type as it is compared, and as dbt's macro `normalise_units` writes it."""
    return text.upper().replace(" ", "")
