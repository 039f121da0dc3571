"""Helpers that both DSS layouts share: bounded reading, lockstep walks over bins, gathers of many rows.

A file is one array of machine words. Everything is checked before it is used as an address or a length, so
that a damaged file ends in `CorruptDssError` and never in a long loop or a large allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from extract.errors import CorruptDssError

BLOCK_MONTHS = 120
"""Months in a block of a monthly series: DSS keeps them by decade."""

REGULAR_FLOAT = 100
REGULAR_DOUBLE = 105

MAX_PATHNAME = 393
SMALLEST_ENTRY = 7
"""Words that an entry of a pathname bin has at least, in both versions."""

Index = npt.NDArray[np.int64]
Words = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Blocks(Protocol):
    """The monthly blocks of a file, one row per record, ready to be read."""

    @property
    def units(self) -> npt.NDArray[np.bytes_]:
        """Units text of each block."""
        ...

    @property
    def types(self) -> npt.NDArray[np.bytes_]:
        """Data type text of each block."""
        ...

    @property
    def offset(self) -> Flags:
        """Whether the block's values are stamped off the end of the month."""
        ...

    def values(self, rows: Index) -> Floats:
        """Values of the given rows, shape [rows, 120], with the file's missing codes left in."""
        ...


class Layout(Protocol):
    """A file whose words are in memory and whose catalogue has been checked.

    Attributes:
        version: 6 or 7.
        file_version: version text of the header.
        paths: pathname of every record.
    """

    version: int
    file_version: str
    paths: list[bytes]

    def blocks(self, records: Index) -> Blocks:
        """Read the headers of the given records, which must be monthly series."""
        ...


def require(condition: Any, what: str) -> None:
    """Refuse the file as damaged unless the condition (or all of it, for an array) holds."""
    if not np.all(condition):
        raise CorruptDssError(what)


def read_exactly(file: BinaryIO, target: memoryview) -> None:
    """Fill a buffer from a file, or refuse the file if it ends before."""
    done = 0
    while done < len(target):
        got = file.readinto(target[done:])  # type: ignore[attr-defined]
        require(got, "the file became shorter while it was read")
        done += got


def walk_bins(
    words: Words,
    bins: Index,
    limit: int,
    is_entry: Callable[[Words], Flags],
    entry_size: Callable[[Index], Index],
) -> Index:
    """Word positions of all entries of all pathname bins.

    All bins are walked together, one entry per bin and turn. Every entry has to have a positive size and to
    end inside its bin, which bounds the number of turns.

    Args:
        words: the file.
        bins: position of the first word of each bin.
        limit: usable words of a bin.
        is_entry: says from an entry's first word whether an entry is there.
        entry_size: the size of the entries at the given positions; called for entries only.
    """
    offset = np.zeros(len(bins), np.int64)
    active = np.arange(len(bins))
    found: list[Index] = []
    while len(active):
        active = active[offset[active] + SMALLEST_ENTRY < limit]
        positions = bins[active] + offset[active]
        there = is_entry(words[positions])
        active, positions = active[there], positions[there]
        if not len(active):
            break
        sizes = entry_size(positions)
        offset[active] += sizes
        require((sizes > 0) & (offset[active] <= limit), "a pathname runs out of its bin")
        found.append(positions)
    return np.concatenate(found) if found else np.empty(0, np.int64)


def require_apart(starts: Sequence[Index], ends: Sequence[Index], size: int) -> None:
    """Refuse the file unless all areas lie inside it and no two of them overlap.

    What two records share is the values of one of them at most, and what a record shares with the catalogue is
    none. Areas are apart just if, with starts and ends sorted each by itself, each start is at or behind the end
    before it.

    Args:
        starts: first words of the areas.
        ends: words after the areas; an area that ends where it starts, or before, is none.
        size: words of the file.
    """
    start, end = np.concatenate(starts), np.concatenate(ends)
    there = end > start
    start, end = start[there], end[there]
    require((start >= 0) & (end <= size), "a record lies outside the file")
    start.sort()
    end.sort()
    require(start[1:] >= end[:-1], "two records, or a record and the catalogue, lie in the same place of the file")


def gather_rows(words: Words, starts: Index, length: int) -> Words:
    """Rows of `length` words from each start, shape [starts, length]; the rows must lie inside the file."""
    if not len(starts):
        return np.empty((0, length), words.dtype)
    require((starts >= 0) & (starts + length <= len(words)), "a record lies outside the file")
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(words, length)[starts])


def checked_pathnames(words: Words, bin_text: Index, info_text: Index, lengths: Index) -> list[bytes]:
    """The pathnames of all records, read from the bins and compared with the copy in each record's header.

    Args:
        words: the file.
        bin_text: word position of the pathname in its bin.
        info_text: word position of the copy in the record's information block, -1 where there is none.
        lengths: characters of each pathname.
    """
    names = np.empty(len(lengths), object)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        size = -(-length // words.itemsize)
        text = _characters(words, bin_text[rows], size, length)
        own = info_text[rows] >= 0
        copy = _characters(words, info_text[rows[own]], size, length)
        require(text[own] == copy, "a pathname in the catalogue differs from the one in its record")
        require(text != 0, "a pathname holds a zero byte")
        names[rows] = text.view(f"S{length}").ravel()
    return names.tolist()  # type: ignore[no-any-return]


def _characters(words: Words, starts: Index, size: int, length: int) -> npt.NDArray[np.uint8]:
    rows = gather_rows(words, starts, size).view(np.uint8).reshape(len(starts), size * words.itemsize)
    return np.ascontiguousarray(rows[:, :length])


def mask_missing(values: Floats) -> None:
    """Turn the missing codes of both versions into NaN, in place.

    Codes: -901 (no value), -902 (no block), and everything below -1e30 (the undefined value of version 7 is
    -3.4e38). Other negative values such as -950.5 are data: reverse flows are legitimate.
    """
    flat = values.reshape(-1)
    candidates = np.flatnonzero(flat <= -901)
    if len(candidates):
        low = flat[candidates]
        flat[candidates[(low == -901) | (low == -902) | (low < -1e30)]] = np.nan
