"""Monthly series of HEC-DSS files, versions 6 and 7, as one array."""

from __future__ import annotations

from pathlib import Path

from extract.dss.heclib_process import read_with_heclib
from extract.dss.reader import read_with_numpy
from extract.dss.series import MonthlySeries, Parts, ReadReport, Window
from extract.errors import UnsupportedDssError
from extract.records.calendar import FIRST_MONTH, LAST_MONTH

__all__ = ["MonthlySeries", "Parts", "ReadReport", "Window", "read_monthly"]


def read_monthly(path: Path, window: Window = (FIRST_MONTH, LAST_MONTH), *, timeout: float = 300.0) -> MonthlySeries:
    """Read every monthly series of a DSS file.

    The file is only ever read: not locked, not changed, nothing is created beside it. The main reader is our
    own; a file of a form it does not know is read by heclib, in a child process and from a private copy.

    Args:
        path: the file; a symbolic link is followed.
        window: first and last month wanted, both included.
        timeout: seconds that heclib may take if it is needed.

    Returns:
        The series in catalogue order; none at all if the file holds no monthly series.

    Raises:
        NotDssError: the file does not exist, or is something else.
        CorruptDssError: it is a DSS file, but truncated or damaged.
        UnsupportedDssError: neither reader knows its form, or heclib took too long.
        DssError: it cannot be opened, or its series do not fit into memory.
        RetryableError: memory or disk space ran out, or the disk failed.
        UsageError: the window ends before it begins.
    """
    try:
        return read_with_numpy(path, window)
    except UnsupportedDssError as declined:
        return read_with_heclib(path, window, timeout, declined.message.removeprefix(f"{path}: "))
