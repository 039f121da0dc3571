"""The record layout of DSS version 6, as far as monthly series need it.

Source: the comments of the public, MIT-licensed heclib sources of the US Army Corps of Engineers
(`zinit6.f`, `zowrit6.f`, `zrrtsi6.f`); checked bit for bit against heclib.

A file is a sequence of 512-byte records of which 127 four-byte little-endian words are used; the 128th is
padding. Addresses count the used words from 1. Characters are four to a word, padded with blanks.

File header, 0-based words: 0 `ZDSS` · 1 number of records · 4 version text · 5 file size in words (the word
after the last holds -9630) · 16 pathname bins per block · 18 words per bin · 19 address of the first block.

Pathname bins: each block holds several bins of equal size, and its very last word is the address of the
next block (0: none). A bin is a row of entries and ends with its last two words:
    0 status: 1 pathname, 11 long pathname, 2-4 and 12-13 deleted or renamed, 0 end, -1 full
    1 length of the pathname in characters · 2 the pathname, n words · 2+n address of the information block
    6+n data type · … 11+n words in all.

Information block, n words of pathname:
    0 -9753 · 1 status · 2 length of the pathname · 3 the pathname
    5+n address of the data · 6+n words of data · 7+n logical number of values
    17+n data type: 100 regular series of floats, 105 of doubles · 18+n compression (0 or -1 none) · 19+n quality flags
    20+n address and 21+n length of the internal header · 22+n and 23+n of the compression header
    24+n and 25+n of the user header · 27+n unused.
The internal, compression and user headers and the data follow each other without a gap, also after a record
was rewritten. Internal header: 0 offset from the end of the interval in minutes · 1-2 units · 3-4 type.

A block of a monthly series is a decade: the D part `01JAN1920` holds 120 values, January 1920 first. Doubles
take two words. Floats with quality flags alternate value and flag.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from extract.dss.pathnames import text
from extract.dss.words import (
    BLOCK_MONTHS,
    MAX_PATHNAME,
    REGULAR_DOUBLE,
    REGULAR_FLOAT,
    Flags,
    Floats,
    Index,
    Words,
    checked_pathnames,
    gather_rows,
    read_exactly,
    require,
    require_apart,
    walk_bins,
)
from extract.errors import UnsupportedDssError

RECORD_BYTES = 512
RECORD_WORDS = 127
CHUNK_RECORDS = 8192

INFO_FLAG = -9753
LIVE = (1, 11)
AREAS = (5, 20, 22, 24)
"""Where an information block has the address of an area of its record; the length follows."""
UNCOMPRESSED = (0, -1)
INFO_WORDS = 28
"""Words of an information block besides the pathname."""


def load_words6(file: BinaryIO, size: int) -> Words:
    """The used words of the file, without the padding, as a little-endian int32 array.

    Only as much is read as the header says the file holds, in pieces of 4 MB.

    Raises:
        CorruptDssError: the header asks for more words than the file has.
    """
    head = np.frombuffer(file.read(RECORD_BYTES), "<i4")
    wanted = int(head[5]) - 1
    whole, rest = divmod(size, RECORD_BYTES)
    available = whole * RECORD_WORDS + min(rest // 4, RECORD_WORDS)
    require(wanted > RECORD_WORDS, "the header's file size makes no sense")
    require(wanted <= available, f"truncated: {available} of {wanted} words are there")
    words = np.empty(wanted, "<i4")
    file.seek(0)
    buffer = np.zeros(CHUNK_RECORDS * (RECORD_WORDS + 1), "<i4")
    for first in range(0, wanted, CHUNK_RECORDS * RECORD_WORDS):
        piece = words[first : first + CHUNK_RECORDS * RECORD_WORDS]
        records = -(-len(piece) // RECORD_WORDS)
        nbytes = min(records * RECORD_BYTES, size - file.tell())
        read_exactly(file, buffer.data.cast("B")[:nbytes])
        used = buffer[: records * (RECORD_WORDS + 1)].reshape(records, RECORD_WORDS + 1)[:, :RECORD_WORDS]
        whole_records = len(piece) // RECORD_WORDS
        body = whole_records * RECORD_WORDS
        piece[:body].reshape(whole_records, RECORD_WORDS)[:] = used[:whole_records]
        piece[body:] = used[-1][: len(piece) - body]
    return words


class Layout6:
    """A version 6 file in memory, with its catalogue.

    Attributes:
        entries: word position of each record's entry in the pathname bins.
        infos: word position of each record's information block.
        path_words: words that each record's pathname takes.

    Raises:
        CorruptDssError: header, bins and information blocks contradict each other.
    """

    version = 6

    def __init__(self, file: BinaryIO) -> None:
        self._words = load_words6(file, os.fstat(file.fileno()).st_size)
        self.file_version = text(self._words[4:5].tobytes())
        self.entries = self._walk()
        self.path_words = _path_words(self._words[self.entries + 1])
        self.infos = self._words[self.entries + 2 + self.path_words].astype(np.int64) - 1
        lengths = self._words[self.entries + 1].astype(np.int64)
        ends = self.infos + self.path_words + INFO_WORDS
        require((self.infos >= 0) & (ends <= len(self._words)), "a record lies outside the file")
        require(self._words[self.infos] == INFO_FLAG, "a record header is not where the catalogue says")
        require(self._words[self.infos + 2] == lengths, "a record header belongs to another pathname")
        self.paths = checked_pathnames(self._words, self.entries + 2, self.infos + 3, lengths)
        self._check_apart(ends)

    def _check_apart(self, ends: Index) -> None:
        """Each record has its own place. The space before the first bins belongs to the header and the hash table."""
        starts, stops = [np.zeros(1, np.int64), self._bins, self.infos], [self._bins[:1], self._bin_ends, ends]
        facts = gather_rows(self._words, self.infos + self.path_words, INFO_WORDS).astype(np.int64)
        for area in AREAS:
            starts.append(facts[:, area] - 1)
            stops.append(facts[:, area] - 1 + facts[:, area + 1])
        require_apart(starts, stops, len(self._words))

    def _walk(self) -> Index:
        words = self._words
        records, per_block, bin_words = int(words[1]), int(words[16]), int(words[18])
        address = int(words[19])
        require(0 < per_block < 4096 and 30 < bin_words < 4096, "the header's bin sizes make no sense")
        block_words = per_block * bin_words
        starts: list[Index] = []
        while address > 0:
            require(address - 1 + block_words <= len(words), "a block of pathname bins lies outside the file")
            require(len(starts) <= len(words) // block_words, "the blocks of pathname bins form a circle")
            starts.append(address - 1 + bin_words * np.arange(per_block, dtype=np.int64))
            address = int(words[address - 2 + block_words])
        require(len(starts) > 0, "the header names no pathname bins")
        self._bins = np.array([block[0] for block in starts], np.int64)
        self._bin_ends = self._bins + block_words
        entries = walk_bins(words, np.concatenate(starts), bin_words - 2, lambda status: status > 0, self._entry_size)
        entries = entries[np.isin(words[entries], LIVE)]
        require(len(entries) == records, f"the catalogue has {len(entries)} of {records} records")
        return entries

    def _entry_size(self, positions: Index) -> Index:
        lengths = self._words[positions + 1]
        require((lengths >= 1) & (lengths <= MAX_PATHNAME), "a pathname's length makes no sense")
        return _path_words(lengths) + 11

    def blocks(self, records: Index) -> Blocks6:
        """Read the headers of monthly records.

        Raises:
            CorruptDssError: a header contradicts itself.
            UnsupportedDssError: compressed blocks, or doubles with quality flags.
        """
        words = self._words
        base = self.infos[records] + self.path_words[records]
        kind = words[base + 17]
        require(np.isin(kind, (REGULAR_FLOAT, REGULAR_DOUBLE)), "a monthly record of an impossible type")
        double = kind == REGULAR_DOUBLE
        flagged = words[base + 19] != 0
        header = words[base + 20].astype(np.int64) - 1
        address = words[base + 5].astype(np.int64) - 1
        between = words[base[:, None] + (21, 23, 25)].astype(np.int64).sum(axis=1)
        require(words[base + 21] >= 5, "a record has no internal header")
        require((header >= 0) & (address == header + between), "a record's parts do not follow each other")
        self._check_size(base, double, flagged)
        head = gather_rows(words, header, 5)
        return Blocks6(
            units=np.ascontiguousarray(head[:, 1:3]).view("S8").ravel(),
            types=np.ascontiguousarray(head[:, 3:5]).view("S8").ravel(),
            offset=head[:, 0] != 0,
            words=words,
            address=address,
            double=double,
            flagged=flagged,
        )

    def _check_size(self, base: Index, double: Flags, flagged: Flags) -> None:
        """The blocks must be plain decades. What may be another form is left to heclib, the rest is damage."""
        words = self._words
        size = words[base + 6]
        full = size == np.where(double | flagged, 2 * BLOCK_MONTHS, BLOCK_MONTHS)
        # Programs of 1998 to 2012 wrote -1 for none. Without a header of its own there is nothing to unpack.
        packed = ~np.isin(words[base + 18], UNCOMPRESSED)
        if (packed | ((words[base + 18] != 0) & (words[base + 23] > 0))).any():
            raise UnsupportedDssError("compressed blocks")
        if (double & flagged & ~full).any():
            raise UnsupportedDssError("double values with quality flags")
        require(~(double & flagged), "a record's flags contradict its size")
        require(full, "a monthly block has not the size of a decade")
        require(words[base + 7] == BLOCK_MONTHS, "a monthly block has not 120 values")


def _path_words(lengths: Words) -> Index:
    return (lengths.astype(np.int64) - 1) // 4 + 1


@dataclass(frozen=True, slots=True)
class Blocks6:
    """Monthly blocks of a version 6 file."""

    units: npt.NDArray[np.bytes_]
    types: npt.NDArray[np.bytes_]
    offset: Flags
    words: Words
    address: Index
    double: Flags
    flagged: Flags

    def values(self, rows: Index) -> Floats:
        """Values of the given rows, shape [rows, 120], with the file's missing codes left in."""
        double, flagged = self.double[rows], self.flagged[rows]
        if double.all():
            return gather_rows(self.words, self.address[rows], 2 * BLOCK_MONTHS).view("<f8")
        out = np.empty((len(rows), BLOCK_MONTHS))
        for members, count, dtype, step in (
            (double, 2 * BLOCK_MONTHS, "<f8", 1),
            (~double & ~flagged, BLOCK_MONTHS, "<f4", 1),
            (~double & flagged, 2 * BLOCK_MONTHS, "<f4", 2),
        ):
            data = gather_rows(self.words, self.address[rows[members]], count)
            out[members] = data.view(dtype)[:, ::step]
        return out
