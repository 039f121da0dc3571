"""The main reader: the whole file in memory as words, all blocks copied with numpy, no library of HEC's."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

import numpy as np

from extract.dss.flags import VALUE_OUTSIDE_WINDOW, Block, Settled, settle
from extract.dss.layout6 import Layout6
from extract.dss.layout7 import Layout7
from extract.dss.pathnames import Grouping, group_monthly, text
from extract.dss.series import MonthlySeries, ReadReport, Window, month_number, no_spans, window_length
from extract.dss.words import BLOCK_MONTHS, Blocks, Flags, Floats, Index, Layout, mask_missing
from extract.errors import (
    CorruptDssError,
    DssError,
    NotDssError,
    RetryableError,
    UnsupportedDssError,
    UsageError,
)

SIGNATURE = b"ZDSS"
SMALLEST = 1024
"""Bytes of the shortest possible DSS file: header and one block of bins are longer than this."""

MAX_RESULT_BYTES = 8 * 2**30
CHUNK_ROWS = 4096

REPLACE = "check that the file was copied completely (size, sha256), and fetch it again from its source"


def open_input(path: Path) -> BinaryIO:
    """Open a file for reading only, after making sure that it is a file.

    Raises:
        NotDssError: there is no such file, or it is a folder or a device.
        DssError: it may not be read.
    """
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise NotDssError(f"{path}: is a folder, not a DSS file", "name the DSS file inside it")
        if not stat.S_ISREG(mode):
            raise NotDssError(f"{path}: is not a regular file", "name a DSS file")
        return open(path, "rb", buffering=0)
    except FileNotFoundError as error:
        raise NotDssError(f"{path}: there is no such file", "check the name") from error
    except OSError as error:
        raise DssError(f"{path}: cannot be opened: {error.strerror}", "check its permissions") from error


def read_with_numpy(path: Path, window: Window) -> MonthlySeries:
    """Read all monthly series of a file.

    Raises:
        NotDssError: the file is something else.
        CorruptDssError: it is a DSS file, but truncated or damaged.
        UnsupportedDssError: it is a DSS file of a form that only heclib can read.
        DssError: it cannot be opened, or its series do not fit into memory.
        RetryableError: the machine has not enough memory at the moment.
        UsageError: the window ends before it begins.
    """
    if window_length(window) < 1:
        raise UsageError(f"the window {window} ends before it begins", "give the first month first")
    with open_input(path) as file:
        try:
            return _read(load_layout(file), window)
        except DssError as error:
            remedy = error.remedy or ("" if isinstance(error, UnsupportedDssError) else REPLACE)
            raise type(error)(f"{path}: {error.message}", remedy) from error
        except (IndexError, ValueError, OverflowError) as error:
            raise CorruptDssError(f"{path}: damaged ({type(error).__name__}: {error})", REPLACE) from error
        except MemoryError as error:
            raise RetryableError(f"{path}: not enough memory: {error}", "free memory, try again") from error
        except OSError as error:
            raise RetryableError(f"{path}: reading failed: {error.strerror}", "check the disk") from error


def load_layout(file: BinaryIO) -> Layout:
    """Tell the file's version and load its words and catalogue.

    Raises:
        NotDssError: the file does not begin as DSS files do.
        CorruptDssError: its catalogue is damaged.
        UnsupportedDssError: it is neither version 6 nor 7.
    """
    size = os.fstat(file.fileno()).st_size
    head = file.read(20)
    file.seek(0)
    if head[:4] != SIGNATURE:
        what = f"does not begin with {SIGNATURE.decode()}" if size else "is empty"
        raise NotDssError(f"{what}, so it is not a DSS file", "name a file written by HEC-DSS")
    if size < SMALLEST:
        raise CorruptDssError(f"truncated: only {size} bytes are there")
    if head[16:18] == b"6-":
        return Layout6(file)
    if head[16:18] == b"7-":
        return Layout7(file)
    raise UnsupportedDssError(f"the DSS version {head[16:20]!r} is neither 6 nor 7")


def _read(layout: Layout, window: Window) -> MonthlySeries:
    grouping = group_monthly(layout.paths)
    count = len(grouping.parts)
    if count * window_length(window) * 8 > MAX_RESULT_BYTES:
        raise DssError(f"{count} monthly series are more than fit into memory", "split the file")
    _refuse_duplicates(grouping)
    blocks = layout.blocks(grouping.records) if count else None
    values = np.full((count, window_length(window)), np.nan)
    spans, outside = no_spans(count), np.zeros(count, np.int64)
    units, types, settled = [""] * count, [""] * count, Settled()
    if blocks is not None:
        _fill(values, blocks, grouping, month_number(window[0]), spans, outside)
        units, types, settled = _labels(blocks, grouping)
    there = ~np.isnan(values)
    widen(spans, np.arange(count), there, month_number(window[0]))
    flag_outside(settled, outside)
    report = ReadReport(
        dss_version=layout.version,
        file_version=layout.file_version,
        records=len(layout.paths),
        other_time_steps=grouping.other_time_steps,
        unit_conflicts=settled.conflicting_blocks,
        time_offsets=int(blocks.offset.sum()) if blocks is not None else 0,
        finite_outside_window=int(outside.sum()),
        missing_values=values.size - int(np.count_nonzero(there)),
        unreadable=grouping.undated,
    )
    return MonthlySeries(
        grouping.parts, values, window[0], units, types, report, spans, settled.conflicts, settled.flags
    )


def _refuse_duplicates(grouping: Grouping) -> None:
    blocks = grouping.series * 10_000 + grouping.decades
    if len(np.unique(blocks)) != len(blocks):
        raise CorruptDssError("two records hold the same block of a series")


def _fill(values: Floats, blocks: Blocks, grouping: Grouping, first: int, spans: Index, outside: Index) -> None:
    """Copy all blocks to their place; note of each series what lies outside the window: its span and its count."""
    months = values.shape[1]
    for decade in np.unique(grouping.decades).tolist():
        start = decade * 12 - first
        low, high = min(max(start, 0), months), max(min(start + BLOCK_MONTHS, months), 0)
        used = slice(low - start, high - start) if low < high else slice(0, 0)
        rows = np.flatnonzero(grouping.decades == decade)
        for chunk in _chunks(rows):
            block, series = blocks.values(chunk), grouping.series[chunk]
            mask_missing(block)
            for begin, end in ((0, used.start), (used.stop, BLOCK_MONTHS)):
                if begin < end:
                    there = ~np.isnan(block[:, begin:end])
                    outside[series] += there.sum(axis=1)  # a series has one block of a decade
                    widen(spans, series, there, decade * 12 + begin)
            if low < high:
                values[series, low:high] = block[:, used]


def widen(spans: Index, rows: Index, there: Flags, first: int) -> None:
    """Widen the spans of some series by months with a value.

    Args:
        spans: first and last month of every series, shape [series, 2]; changed in place.
        rows: the series, each once.
        there: whether there is a value, shape [rows, months].
        first: number of the first of these months.
    """
    if not there.size:
        return
    some = there.any(axis=1)
    rows, begin = rows[some], first + there.argmax(axis=1)[some]
    end = first + there.shape[1] - 1 - there[:, ::-1].argmax(axis=1)[some]
    spans[rows, 0] = np.minimum(spans[rows, 0], begin)
    spans[rows, 1] = np.maximum(spans[rows, 1], end)


def flag_outside(settled: Settled, outside: Index) -> None:
    """Flag the series with values outside the window; `outside` counts them by series."""
    for series in np.flatnonzero(outside).tolist():
        settled.flags.setdefault(series, {})[VALUE_OUTSIDE_WINDOW] = int(outside[series])


def _chunks(rows: Index) -> list[Index]:
    return [rows[i : i + CHUNK_ROWS] for i in range(0, len(rows), CHUNK_ROWS)]


def _labels(blocks: Blocks, grouping: Grouping) -> tuple[list[str], list[str], Settled]:
    """Units and types of all series. Values are looked at only where blocks disagree or are stamped off the month."""
    _, first = np.unique(grouping.series, return_index=True)
    of_series = first[grouping.series]
    units, types = blocks.units, blocks.types
    doubtful = (units != units[of_series]) | (types != types[of_series]) | blocks.offset
    marked = np.zeros(len(grouping.parts), bool)
    marked[grouping.series[doubtful]] = True
    found: list[Block] = []
    for rows in _chunks(np.flatnonzero(marked[grouping.series])):
        data = blocks.values(rows)
        mask_missing(data)
        months = (~np.isnan(data)).sum(axis=1)
        found += [
            Block(series, decade, text(unit), text(kind), count, offset)
            for series, decade, unit, kind, count, offset in zip(
                grouping.series[rows].tolist(), grouping.decades[rows].tolist(), units[rows].tolist(),
                types[rows].tolist(), months.tolist(), blocks.offset[rows].tolist(), strict=True,
            )
        ]  # fmt: skip
    settled = settle(found)
    all_units, all_types = [text(u) for u in units[first].tolist()], [text(t) for t in types[first].tolist()]
    for series in settled.units:
        all_units[series], all_types[series] = settled.units[series], settled.types[series]
    return all_units, all_types, settled
