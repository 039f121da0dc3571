"""What a reader found doubtful about a series: the codes of `staging.dss_series.series_flags`.

Each flag of a series counts months. A series that the warehouse uses is refused for a conflict of units or types
(`extraction`), so these two flags are only ever loaded of series that no statistic reads.
"""

from __future__ import annotations

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
