"""The record layout of DSS version 7, as far as monthly series need it.

Source: the comments of the public, MIT-licensed heclib sources of the US Army Corps of Engineers
(`zinit.c`, `zdssKeys.h`, `zwriteInternal.c`, `ztsInternalHeaderUnpack.c`, `ztsAggregate.c`); checked bit for
bit against heclib.

A file is one array of eight-byte little-endian words; addresses are 0-based words. Lengths of headers and
data count four-byte integers, which are packed two to a word; each area starts on a whole word, and odd
lengths of data may be rounded up.

File header: 0 `ZDSS` · 2 version text · 3 number of records · 4 number of aliases · 5 file size in words ·
21 pathname bins per block · 23 words per bin · 24 address of the first block.

Pathname bins: a block holds several bins of equal size; the word after the block is the address of the next
one. Bins are handed out in turn, so the first empty bin is the end. A bin is a row of entries:
    0 hash (0: end) · 1 status: 1 record, 2 alias, 10-15 moved, deleted or renamed
    2 low half: length of the pathname in characters, high half: its size in words
    3 address of the information block · 4 type · 7 the pathname.

Information block:
    0 -97534 · 2 length of the pathname · 4 low half: data type (100 floats, 105 doubles, 102 and 107 profiles)
    13/14 address and length of the internal header · 15/16 of the compression header · 17/18 of the user header
    19/20 of the values · 21/22 and 23/24 of two further data areas · 26 number of values stored
    27 logical number of values · 30 the pathname.
All these areas follow each other without a gap. Internal header, four-byte integers:
    2 offset in seconds · 3 number of profile depths · 4/5 first and last position of the block that is stored
    8 integers per value · 9 compression: 0 none, 1 repeats left out, 2 one value for all
    11/14 integers per quality flag and note · 17 blank · 18 units, type, time zone as zero-ended strings.
With compression 1 the compression header has one bit per stored position: set if the value repeats the one
before. Before 7-HA the strings begin at 17; such files are declined.

A block of a monthly series is a decade: the D part `01Jan1920` holds positions 0 to 119, January 1920 first;
positions outside first..last have no value.
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

HEADER_WORDS = 100
INFO_FLAG = -97534
INFO_WORDS = 30
AREAS = (13, 15, 17, 19, 21, 23)
"""Where an information block has the address of an area of its record; the length follows."""
RECORD, ALIAS = 1, 2
REGULAR, PROFILES = (REGULAR_FLOAT, REGULAR_DOUBLE), (102, 107)
FIRST_KNOWN_VERSION = "7-HA"
PLAIN, REPEATS, CONSTANT = 0, 1, 2
MAX_INTERNAL_HEADER = 200


def load_words7(file: BinaryIO, size: int) -> Words:
    """The words of the file as a little-endian int64 array, as many as the header says there are.

    Raises:
        CorruptDssError: the header asks for more words than the file has.
    """
    head = np.frombuffer(file.read(64), "<i8")
    wanted, available = int(head[5]), size // 8
    require(wanted > HEADER_WORDS, "the header's file size makes no sense")
    require(wanted <= available, f"truncated: {available} of {wanted} words are there")
    words = np.empty(wanted, "<i8")
    file.seek(0)
    read_exactly(file, words.data.cast("B"))
    return words


class Layout7:
    """A version 7 file in memory, with its catalogue.

    Attributes:
        entries: word position of each record's entry in the pathname bins.
        infos: word position of each record's information block.

    Raises:
        CorruptDssError: header, bins and information blocks contradict each other.
    """

    version = 7

    def __init__(self, file: BinaryIO) -> None:
        self._words = load_words7(file, os.fstat(file.fileno()).st_size)
        self.file_version = text(self._words[2:3].tobytes()[:4])
        self.entries = self._walk()
        words = self._words
        self.infos = words[self.entries + 3]
        lengths = words[self.entries + 2] & 0xFFFFFFFF
        alias = words[self.entries + 1] == ALIAS
        inside = (self.infos >= 0) & (self.infos <= len(words) - INFO_WORDS)
        require(inside, "a record lies outside the file")
        require(words[self.infos] == INFO_FLAG, "a record header is not where the catalogue says")
        own = words[self.infos + 2] == lengths
        require(own | alias, "a record header belongs to another pathname")
        info_text = np.where(alias, -1, self.infos + INFO_WORDS)
        self.paths = checked_pathnames(words, self.entries + 7, info_text, lengths)
        self._aliases = alias
        self._check_apart(self.infos[~alias], lengths[~alias])

    def _check_apart(self, infos: Index, lengths: Index) -> None:
        """Each record has its own place. The space before the first bins belongs to the header and the hash table."""
        starts = [np.zeros(1, np.int64), self._bins, infos]
        stops = [self._bins[:1], self._bin_ends, infos + INFO_WORDS + (lengths + 7) // 8]
        facts = gather_rows(self._words, infos, INFO_WORDS)
        require(np.abs(facts[:, 13:25]) < 2**40, "a record lies outside the file")
        for area in AREAS:
            starts.append(facts[:, area])
            stops.append(facts[:, area] + (facts[:, area + 1] + 1) // 2)
        require_apart(starts, stops, len(self._words))

    def _walk(self) -> Index:
        words = self._words
        records, per_block, bin_words = int(words[3] + words[4]), int(words[21]), int(words[23])
        address = int(words[24])
        require(0 < per_block < 10**5 and 10 < bin_words < 10**5, "the header's bin sizes make no sense")
        block_words = per_block * bin_words
        starts: list[Index] = []
        blocks: list[int] = []
        while address > 0:
            require(address + block_words <= len(words), "a block of pathname bins lies outside the file")
            require(len(starts) <= len(words) // block_words, "the blocks of pathname bins form a circle")
            blocks.append(address)
            bins = address + bin_words * np.arange(per_block, dtype=np.int64)
            empty = np.flatnonzero(words[bins] == 0)
            starts.append(bins[: empty[0]] if len(empty) else bins)
            if len(empty) or address + block_words == len(words):
                break
            address = int(words[address + block_words])
        require(len(starts) > 0, "the header names no pathname bins")
        self._bins = np.array(blocks, np.int64)
        self._bin_ends = np.minimum(self._bins + block_words + 1, len(words))
        entries = walk_bins(words, np.concatenate(starts), bin_words - 1, lambda hashes: hashes != 0, self._entry_size)
        entries = entries[np.isin(words[entries + 1], (RECORD, ALIAS))]
        require(len(entries) == records, f"the catalogue has {len(entries)} of {records} records")
        return entries

    def _entry_size(self, positions: Index) -> Index:
        packed = self._words[positions + 2]
        lengths, sizes = packed & 0xFFFFFFFF, packed >> 32
        require((lengths >= 1) & (lengths <= MAX_PATHNAME), "a pathname's length makes no sense")
        require((sizes * 8 >= lengths) & (sizes <= MAX_PATHNAME), "a pathname's size makes no sense")
        return np.asarray(7 + sizes, np.int64)

    def blocks(self, records: Index) -> Blocks7:
        """Read the headers of monthly records.

        Raises:
            CorruptDssError: a header contradicts itself.
            UnsupportedDssError: a file of before 7-HA, or a form that CalSim does not write.
        """
        words, info = self._words, self.infos[records]
        require(~self._aliases[records], "two monthly records share one block: one is an alias of the other")
        kind = words[info + 4] & 0xFFFFFFFF
        require(np.isin(kind, REGULAR + PROFILES), "a monthly record of an impossible type")
        self._check_areas(info)
        head = gather_rows(words, words[info + 13], 9).view("<i4").astype(np.int64)
        require(np.isin(kind, REGULAR) | (head[:, 3] > 0), "a profile without depths")
        first, last, per_value, packing = head[:, 4], head[:, 5], head[:, 8], head[:, 9]
        require((first >= 0) & (first <= last) & (last < BLOCK_MONTHS), "a block's ends make no sense")
        require(words[info + 26] == last - first + 1, "a block's ends contradict the number of its values")
        require(words[info + 27] == BLOCK_MONTHS, "a monthly block has not 120 values")
        repeats = self._repeats(info, last - first + 1, packing == REPEATS)
        kept = np.where(packing == CONSTANT, 1, last - first + 1 - repeats.sum(axis=1))
        self._check_size(info, head, kept * np.where(kind == REGULAR_DOUBLE, 2, 1))
        if self.file_version < FIRST_KNOWN_VERSION:
            raise UnsupportedDssError(f"the file's version {self.file_version} is older than 7-HA")
        units, types = _texts(words, words[info + 13], words[info + 14])
        return Blocks7(
            units, types, head[:, 2] != 0, words, words[info + 19], per_value == 2, first, last, packing, repeats
        )

    def _check_size(self, info: Index, head: Index, expected: Index) -> None:
        """The blocks must hold values only. What is more is a known form if its size agrees, else damage."""
        size = self._words[info + 20]
        plain = (size >= expected) & (size <= expected + expected % 2)
        more = (head[:, (3, 11, 14)] != 0).any(axis=1)
        if (more & ~plain).any():
            raise UnsupportedDssError("profiles, quality flags or notes in monthly records")
        require(plain & ~more, "a block's size contradicts the number of its values")
        double = (self._words[info + 4] & 0xFFFFFFFF) == REGULAR_DOUBLE
        require(head[:, 8] == np.where(double, 2, 1), "a value's size contradicts its type")
        require(np.isin(head[:, 9], (PLAIN, REPEATS, CONSTANT)), "an unknown compression flag")

    def _check_areas(self, info: Index) -> None:
        words = self._words
        length = words[info + 14]
        require((length >= 18) & (length <= MAX_INTERNAL_HEADER), "an internal header's length makes no sense")
        for area in (13, 15, 17, 19, 21):
            length = words[info + area + 1]
            require((length >= 0) & (length < 2 * len(words)), "a record's length makes no sense")
            end = words[info + area] + (length + 1) // 2
            require(words[info + area + 2] == end, "a record's parts do not follow each other")
        require((words[info + 13] >= 0) & (words[info + 13] < len(words)), "a record lies outside the file")
        require(words[info + 23] <= len(words), "a record's data lie outside the file")

    def _repeats(self, info: Index, stored: Index, packed: Flags) -> Flags:
        """Which stored positions repeat the value before, shape [records, 120]."""
        repeats = np.zeros((len(info), BLOCK_MONTHS), bool)
        rows = np.flatnonzero(packed)
        require(self._words[info[rows] + 16] * 32 >= stored[rows], "a compression header is too short")
        bits = gather_rows(self._words, self._words[info[rows] + 15], 2).view(np.uint8)
        bits = np.unpackbits(bits, axis=1, bitorder="little")[:, :BLOCK_MONTHS]
        repeats[rows] = (bits == 1) & (np.arange(BLOCK_MONTHS) < stored[rows, None])
        require(~repeats[:, 0], "a block begins with a repeat")
        return repeats


def _texts(words: Words, headers: Index, length: Index) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.bytes_]]:
    """Units and type of each internal header; equal headers are decoded once."""
    pairs: list[tuple[bytes, bytes]] = []
    which = np.empty(len(headers), np.int64)
    for count in np.unique(length).tolist():
        rows = np.flatnonzero(length == count)
        strings = gather_rows(words, headers[rows], (count + 1) // 2).view("<i4")[:, 17:count]
        keys = np.ascontiguousarray(strings).view(f"V{4 * (count - 17)}").ravel()
        distinct, inverse = np.unique(keys, return_inverse=True)
        which[rows] = len(pairs) + inverse.ravel()
        pairs += [_strings(item.tobytes()) for item in distinct]
    units = np.array([units for units, _ in pairs], "S")
    types = np.array([kind for _, kind in pairs], "S")
    return units[which], types[which]


def _strings(raw: bytes) -> tuple[bytes, bytes]:
    units, _, rest = raw[4:].partition(b"\0")
    return units, rest.partition(b"\0")[0]


@dataclass(frozen=True, slots=True)
class Blocks7:
    """Monthly blocks of a version 7 file."""

    units: npt.NDArray[np.bytes_]
    types: npt.NDArray[np.bytes_]
    offset: Flags
    words: Words
    address: Index
    double: Flags
    first: Index
    last: Index
    packing: Index
    repeats: Flags

    def values(self, rows: Index) -> Floats:
        """Values of the given rows, shape [rows, 120], NaN where the block stores no position."""
        out = np.empty((len(rows), BLOCK_MONTHS))
        double = self.double[rows]
        plain = (self.packing[rows] == PLAIN) & (self.last[rows] - self.first[rows] == BLOCK_MONTHS - 1)
        for members, dtype, per_word in ((double, "<f8", 1), (~double, "<f4", 2)):
            whole, part = members & plain, members & ~plain
            data = gather_rows(self.words, self.address[rows[whole]], BLOCK_MONTHS // per_word)
            out[whole] = data.view(dtype)
            if part.any():
                out[part] = self._unpack(rows[part], self.words.view(dtype), per_word)
        return out

    def _unpack(self, rows: Index, values: Floats, per_word: int) -> Floats:
        """Blocks of which only a part is stored, or from which repeats were left out."""
        position = np.arange(BLOCK_MONTHS)
        first, last = self.first[rows, None], self.last[rows, None]
        inside = (position >= first) & (position <= last)
        order = np.where(inside, position - first, 0)
        kept = np.cumsum(~self.repeats[rows], axis=1) - 1
        order = np.take_along_axis(kept, order, axis=1)
        order[self.packing[rows] == CONSTANT] = 0
        out: Floats = values[self.address[rows, None] * per_word + order].astype(np.float64)
        out[~inside] = np.nan
        return out
