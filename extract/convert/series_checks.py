"""What a DSS file may not say: series that contradict themselves, the calendar, or each other.

A doubt that these checks do not refuse becomes a flag of its series (`extract.dss.flags`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from extract.dss import MonthlySeries, Parts
from extract.dss.flags import Conflict
from extract.dss.pathnames import MONTHLY
from extract.dss.series import month_number
from extract.errors import (
    ConflictingBlocksError,
    ControlCharacterError,
    ShiftedCalendarError,
    TwinPathnamesError,
)
from extract.records.calendar import FIRST_MONTH, MONTHS

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NO_YEAR = 2
"""Months from October within which no year begins that anybody uses, so that whole years from there are displaced.
Three months away are calendar years, and the rain years that begin in July."""

Known = Collection[tuple[str, str]]


def check_series(series: MonthlySeries, known: Known, where: str) -> None:
    """Refuse a file that cannot be loaded as it is, or whose numbers would be taken for others.

    Args:
        series: what a reader found, with all its spans and conflicts.
        known: part B and C, in capitals, of the variables that the warehouse reads from this kind of file.
        where: names the file in messages.

    Raises:
        ControlCharacterError: a part, unit or type with a line end, tab or another control character.
        TwinPathnamesError: two series with the same name, as the warehouse compares names.
        ConflictingBlocksError: a series that the warehouse reads has two units or two types.
        ShiftedCalendarError: most series are a number of months off the calendar.
    """
    _refuse_control_characters(series, where)
    _refuse_twins(series.parts, where)
    mapped = np.array([(p.b.upper(), p.c.upper()) in known for p in series.parts], dtype=bool)
    for conflict in series.conflicts:
        if mapped[conflict.series]:
            raise _conflict(conflict, pathname(series.parts[conflict.series]), where)
    for some in (np.ones(len(mapped), bool), mapped):
        _refuse_displaced(series.spans[some[: len(series.spans)]], where)


def pathname(parts: Parts) -> str:
    """The pathname of a series, without a D part."""
    return f"/{parts.a}/{parts.b}/{parts.c}//{parts.e}/{parts.f}/"


def _refuse_control_characters(series: MonthlySeries, where: str) -> None:
    for parts, *labels in zip(series.parts, series.units, series.types, strict=True):
        for name, text in zip((*"ABCEF", "unit", "type"), (*parts, *labels), strict=True):
            if CONTROL.search(text):
                what = f"part {name}" if len(name) == 1 else f"the {name}"
                raise ControlCharacterError(
                    f"{where}: {what} of {pathname(parts)!r} has a control character: {text!r}",
                    "rename the record in HEC-DSSVue, or correct its unit or type, and upload the run again",
                )


def _refuse_twins(parts: list[Parts], where: str) -> None:
    """Parts are compared as the warehouse compares them: without padding, in capitals, both spellings of 1MON."""
    compared = [tuple(part.strip().upper() for part in own) for own in parts]
    monthly = {text.decode() for text in MONTHLY}
    keys = [(*key[:3], "1MON" if key[3] in monthly else key[3], key[4]) for key in compared]
    times = Counter(keys)
    if len(times) < len(keys):
        twin = next(key for key in keys if times[key] > 1)
        found = [pathname(own) for own, key in zip(parts, keys, strict=True) if key == twin]
        listed = ", ".join(map(repr, found[:3]))
        raise TwinPathnamesError(
            f"{where}: {len(found)} series have one name but for blanks and capitals: {listed}",
            "delete or rename all but one of them in HEC-DSSVue and upload the run again",
        )


def _conflict(conflict: Conflict, path: str, where: str) -> ConflictingBlocksError:
    what = {"units": "unit", "type": "type"}[conflict.label]
    return ConflictingBlocksError(
        conflict.label,
        f"{where}: {path!r} has the {what} {conflict.text!r} in the block of {conflict.decade} and "
        f"{conflict.other_text!r} in the block of {conflict.other_decade}",
        f"give all blocks of the series the values and the name of one {what}, and upload the run again",
    )


def displacements(spans: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """By how many months each series is off the calendar; 0 where its span does not say so.

    A series of the calendar's length that lies elsewhere is displaced. So are whole years that begin one or two
    months from October.

    Args:
        spans: first and last month with a value, shape [series, 2].
    """
    begin = spans[:, 0] - month_number(FIRST_MONTH)
    length = spans[:, 1] - spans[:, 0] + 1
    off = (begin + 6) % 12 - 6
    near = (length > 0) & (length % 12 == 0) & (np.abs(off) <= NO_YEAR)
    return np.where(length == MONTHS, begin, np.where(near, off, 0))


def _refuse_displaced(spans: npt.NDArray[np.int64], where: str) -> None:
    spans = spans[spans[:, 0] <= spans[:, 1]]
    found = displacements(spans)
    times = Counter(found[found != 0].tolist())
    if not times:
        return
    ((months, count),) = times.most_common(1)
    if 2 * count <= len(spans):
        return
    ((first, last), _) = Counter(map(tuple, spans[found == months].tolist())).most_common(1)[0]
    side = "before" if months < 0 else "after"
    cause = "; values seem to be stamped at the start of their month" if months == -1 else ""
    raise ShiftedCalendarError(
        f"{where}: {count} of {len(spans)} series with values begin and end {abs(months)} month(s) {side} the water "
        f"years, most of them from {_month(first)} to {_month(last)}{cause}",
        "stamp every value at 24:00 of the last day of its month (in HEC-DSSVue shift the series in time by "
        f"{-months:+d} month(s)) and upload the run again",
    )


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
