"""What a read of a DSS file gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from extract.dss.flags import Conflict
from extract.records.calendar import Month

Window = tuple[Month, Month]
"""First and last month wanted, both included."""


NO_SPAN = (10**6, -1)
"""First and last month of a series without a value: the first lies behind the last."""


class Parts(NamedTuple):
    """The five pathname parts that name a series; the D part is the date of a block, not of the series."""

    a: str
    b: str
    c: str
    e: str
    f: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What was met while reading, for receipts and checks.

    Attributes:
        dss_version: 6 or 7.
        file_version: version text of the library that made the file, such as `6-WC`.
        records: records of the file's catalogue, of every kind.
        other_time_steps: records that are not monthly series, counted by E part.
        unit_conflicts: blocks with values whose unit or type differs from that of the series' first such block.
        time_offsets: blocks whose values are stamped off the standard end of the month.
        finite_outside_window: values that exist but lie outside the window.
        missing_values: months of the window without a value, over all series.
        read_by: which reader was used.
        unreadable: monthly pathnames that could not be read, each with the reason.
    """

    dss_version: int
    file_version: str
    records: int
    other_time_steps: dict[str, int] = field(default_factory=dict)
    unit_conflicts: int = 0
    time_offsets: int = 0
    finite_outside_window: int = 0
    missing_values: int = 0
    read_by: Literal["numpy", "heclib"] = "numpy"
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class MonthlySeries:
    """All monthly series of a file in one array.

    Attributes:
        parts: the name of each series, in catalogue order.
        values: float64 of shape [series, months]; NaN where the file has no value. Column i is the month
            `first_month` + i; a value belongs to the month that ends at its 24:00 stamp.
        first_month: (year, month) of the first column.
        units: the units of each series as the blocks with values have them; empty if they name none or several.
        types: the data type of each series, such as `PER-AVER`; likewise.
        report: what was met while reading.
        spans: int64 of shape [series, 2]: first and last month with a value in the whole file, inside the
            window or not, as `month_number`s; `NO_SPAN` where there is none.
        conflicts: series whose blocks name different units or types.
        flags: what is doubtful about a series, by its position in `parts`: months by flag code (see `flags`). A
            series without a doubt is not in it.
    """

    parts: list[Parts]
    values: npt.NDArray[np.float64]
    first_month: Month
    units: list[str]
    types: list[str]
    report: ReadReport
    spans: npt.NDArray[np.int64] = field(default_factory=lambda: no_spans(0))
    conflicts: list[Conflict] = field(default_factory=list)
    flags: dict[int, dict[str, int]] = field(default_factory=dict)


def month_number(month: Month) -> int:
    """Months since January of year 0."""
    return month[0] * 12 + month[1] - 1


def window_length(window: Window) -> int:
    """Number of months in a window; zero or negative if its ends are swapped."""
    return month_number(window[1]) - month_number(window[0]) + 1


def no_spans(count: int) -> npt.NDArray[np.int64]:
    """Spans of series without a value, shape [count, 2]."""
    return np.tile(np.array(NO_SPAN, np.int64), (count, 1))
