"""The one calendar of the warehouse: October 1921 to September 2021, water years 1922 to 2021.

A monthly value of CalSim3 belongs to the month that ends at its 24:00 stamp. Position i of every array of
month values is month i of this calendar, in Python and in SQL (`dim_month`).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

Month = tuple[int, int]
"""A calendar year and a month 1..12."""

FIRST_MONTH: Month = (1921, 10)
LAST_MONTH: Month = (2021, 9)
MONTHS = 1200


def first_day() -> date:
    """The first day of the calendar, the value of `first_month` in the staging table."""
    return date(*FIRST_MONTH, 1)


def month_at(position: int) -> Month:
    """The (year, month) at a zero-based position of the calendar."""
    year, month = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + position, 12)
    return year, month + 1


def month_ends(months: int = MONTHS) -> npt.NDArray[np.datetime64]:
    """Last day of each month of the calendar, as `datetime64[D]` of shape [months]."""
    first = np.datetime64(f"{FIRST_MONTH[0]:04d}-{FIRST_MONTH[1]:02d}", "M")
    following = np.arange(first + 1, first + 1 + months, dtype="datetime64[M]")
    return np.asarray(following.astype("datetime64[D]") - np.timedelta64(1, "D"), dtype="datetime64[D]")


def month_start(position: int) -> str:
    """ISO date of the first day of the month at a position of the calendar."""
    year, month = month_at(position)
    return f"{year:04d}-{month:02d}-01"
