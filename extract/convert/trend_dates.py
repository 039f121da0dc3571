"""Which month each row of a trend report is of, decided from its whole column of dates.

A spreadsheet writes the same month in many ways: 10/31/21, 31-Oct-21, 31OCT1921 2400, 1921-10-01, 1921-11-01 00:00.
What one cell leaves open (the century, day or month first, the month that begins or the one that ends at a midnight)
is decided for all rows together. A month is a number here: year x 12 + month - 1.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

Order = Literal["month/day/year", "day/month/year", "year/month/day", "serial numbers of days"]
Period = tuple[int, int]
Spelt = dict[Order, "_Stamp"]
ORDERS: tuple[Order, ...] = ("month/day/year", "day/month/year", "year/month/day", "serial numbers of days")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SERIAL_ZERO = datetime(1899, 12, 30)
"""Day 0 of a spreadsheet, for every day since March 1900."""
YEARS = range(1000, 3000)
LAST_MINUTE = 24 * 60

_TIME = re.compile(
    r"(?P<date>.*?[^\s:,_T])[\s:,_T]+(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*(?P<half>[AaPp])?"
    r"(?:\.?[Mm]\.?)?|(?P<clock>\d{4}))\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
_SERIAL = re.compile(r"(\d{4,5})(?:\.\d+)?", re.ASCII)
_GAP, _NAME, _YEAR = r"[\s\-/.,']*", r"(?P<month>[A-Za-z]{3,9})", r"(?P<year>\d{4}|\d{2})"
_NAMED = [
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:[A-Za-z]{{3,9}},?\s+)?(?P<day>\d{{1,2}}){_GAP}{_NAME}{_GAP}{_YEAR}",
        rf"{_NAME}[\s\-/.]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/,]+{_YEAR}",
        rf"{_NAME}{_GAP}{_YEAR}",
        rf"(?P<year>\d{{4}}){_GAP}{_NAME}(?:{_GAP}(?P<day>\d{{1,2}}))?",
    )
]


@dataclass(frozen=True)
class _Stamp:
    """A date as it is written.

    Attributes:
        year: of two digits if it is below 100.
        day: None if there is only a month.
        minute: of the day, 1440 is 24:00; None if there is no time.
    """

    year: int
    month: int
    day: int | None
    minute: int | None

    @property
    def may_be_an_end(self) -> bool:
        """Whether it may be midnight at the end of the month before."""
        return self.day == 1 and not self.minute


@dataclass(frozen=True)
class Reading:
    """One way to read a column.

    Attributes:
        months: for each row its month, None where the date cannot be read.
        how: what was decided, in a few words; empty if there was nothing to decide.
    """

    months: list[int | None]
    how: str

    @property
    def known(self) -> list[int]:
        """The months that could be read."""
        return [month for month in self.months if month is not None]

    @property
    def repeated(self) -> list[int]:
        """The months that several rows have."""
        return sorted(month for month, times in Counter(self.known).items() if times > 1)


def as_day(month: int) -> str:
    """The last day of a month in ISO form."""
    year, index = divmod(month, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1]).isoformat()


def readings(texts: Sequence[str], run: Period) -> list[Reading]:
    """The ways to read a column of dates that remain after all of it was looked at.

    Args:
        texts: the dates as they are written.
        run: first and last month in which the model run has values.

    Returns:
        One reading. Several if they fit as well as each other, the likelier first: of the firsts of months a midnight
        with its time ends a month, a bare date begins one.
    """
    spelt = [_spellings(text) for text in texts]
    ways: list[tuple[tuple[int, ...], Reading]] = []
    for order in ORDERS:
        stamps = [found.get(order) for found in spelt]
        timed = all(stamp.minute is not None for stamp in stamps if stamp)
        both = (1, 0) if timed else (0, 1)
        for back in both if any(stamp and stamp.may_be_an_end for stamp in stamps) else (0,):
            reading = Reading(_months(stamps, run, back), _how(order, spelt, stamps, back))
            if reading.known and reading.months not in [way.months for _, way in ways]:
                ways.append((_fit(reading, run), reading))
    best = max((score for score, _ in ways), default=None)
    return [reading for score, reading in ways if score == best] or [Reading([None] * len(texts), "")]


def _how(order: Order, spelt: Sequence[Spelt], stamps: Sequence[_Stamp | None], back: int) -> str:
    """What a reading decides, in a few words."""
    open_order = any(len(set(found.values())) > 1 or [*found] == [ORDERS[-1]] for found in spelt)
    said: list[str] = [order] if open_order else []
    if any(stamp and stamp.year < 100 for stamp in stamps):
        said.append("years of two digits as the run's")
    if any(stamp and stamp.may_be_an_end for stamp in stamps):
        said.append(f"the first of a month as {'the end of the one before' if back else 'the month that begins'}")
    return ", ".join(said)


def _fit(reading: Reading, run: Period) -> tuple[int, ...]:
    """How well a reading fits a report of months of that run: the more are read, none twice, none outside, the more
    follow each other, whole years."""
    known = reading.known
    first, last = min(known) % 12, max(known) % 12
    outside = sum(not run[0] <= month <= run[1] for month in known)
    steps = Counter(later - month for month, later in pairwise(known))
    whole = (last - first) % 12 == 11 and first in (0, 9)
    return len(known), -len(reading.repeated), -outside, max(steps[1], steps[-1]), whole


def _months(stamps: Sequence[_Stamp | None], run: Period, back: int) -> list[int | None]:
    """The month of each stamp; `back` months earlier where it may be the end of the month before."""
    months: list[int | None] = []
    for stamp in stamps:
        if stamp is None:
            months.append(None)
            continue
        shift = back if stamp.may_be_an_end else 0
        years = range(stamp.year + 1800, 2200, 100) if stamp.year < 100 else (stamp.year,)
        months.append(min((year * 12 + stamp.month - 1 - shift for year in years), key=lambda m: _outside(m, run)))
    return months


def _outside(month: int, run: Period) -> int:
    return max(run[0] - month, month - run[1], 0)


def _spellings(text: str) -> Spelt:
    """What a cell says under each order; the same under all where it is plain, nothing where it is no date."""
    bare = " ".join(text.strip().strip("\"'").split())
    found = _dates(bare, None)
    if not found and (parts := _TIME.fullmatch(bare)) is not None:
        minute = _minute(parts)
        found = {} if minute is None else _dates(parts["date"], minute)
    return found


def _minute(parts: re.Match[str]) -> int | None:
    clock, half = parts["clock"], (parts["half"] or "").lower()
    hour, minute = (int(clock[:2]), int(clock[2:])) if clock else (int(parts["hour"]), int(parts["minute"]))
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= LAST_MINUTE else None


def _dates(text: str, minute: int | None) -> Spelt:
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match and int(match[1]) in YEARS:
        parts = [part for part in match.groups() if part is None or part.isdigit()]
        return _plain(parts[0], int(parts[1] or 0), parts[2], minute)
    if match := _MONTH_YEAR.fullmatch(text):
        return _plain(match[2], int(match[1]), None, minute)
    for form in _NAMED:
        if match := form.fullmatch(text):
            names = match.groupdict()
            return _plain(names["year"], _month_number(names["month"]), names.get("day"), minute)
    if match := _SERIAL.fullmatch(text):
        if int(match[1]) in YEARS:  # a year alone
            return {}
        moment = SERIAL_ZERO + timedelta(days=float(text))
        return {ORDERS[-1]: _Stamp(moment.year, moment.month, moment.day, moment.hour * 60 + moment.minute)}
    return _by_order(text, minute)


def _by_order(text: str, minute: int | None) -> Spelt:
    """Three numbers, of which it is not said which is which."""
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return {}
    one, two, three = match[1], match[3], match[4]
    found: Spelt = {}
    ways = [(three, one, two), (three, two, one)]
    if len(one) == len(three) == 2:
        ways.append((one, two, three))
    for order, (year, month, day) in zip(ORDERS, ways, strict=False):
        if stamp := _stamp(year, int(month), day, minute):
            found[order] = stamp
    return found


def _plain(year: str, month: int, day: str | None, minute: int | None) -> Spelt:
    stamp = _stamp(year, month, day, minute)
    return dict.fromkeys(ORDERS, stamp) if stamp else {}


def _stamp(year: str, month: int, day: str | None, minute: int | None) -> _Stamp | None:
    """A date that there is in the calendar."""
    number = int(year)
    whole = number if len(year) == 4 else 2000 + number
    if whole not in YEARS or not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= int(day) <= monthrange(whole, month)[1]:
        return None
    return _Stamp(number, month, int(day) if day else None, minute)


def _month_number(name: str) -> int:
    """1 to 12; 0 if it is no month's name or its beginning."""
    word = "sep" if name.lower() == "sept" else name.lower()
    return next((i for i, full in enumerate(MONTH_NAMES, start=1) if full.startswith(word)), 0)
