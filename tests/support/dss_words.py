"""Words of a DSS file that a test changes, by their position in the record layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from extract.dss.layout6 import Layout6
from extract.dss.layout7 import Layout7
from extract.dss.reader import load_layout


@dataclass
class Words:
    """A file as its words: those that addresses count, without the padding of version 6.

    Attributes:
        version: 6 or 7.
        used: the words; a change shows in what `write` writes.
        paths: pathname of each record.
        entries: where each record's entry in the pathname bins begins.
        infos: where each record's information block begins.
        facts: where the part of it begins that the words of the layout are counted from.
    """

    version: int
    used: npt.NDArray[np.signedinteger]
    paths: list[bytes]
    entries: npt.NDArray[np.int64]
    infos: npt.NDArray[np.int64]
    facts: npt.NDArray[np.int64]
    _raw: npt.NDArray[np.signedinteger]
    _places: npt.NDArray[np.int64]

    @classmethod
    def of(cls, file: Path) -> Words:
        """The words of a good file."""
        with open(file, "rb", buffering=0) as opened:
            layout = load_layout(opened)
        if isinstance(layout, Layout6):
            raw = np.frombuffer(file.read_bytes() + bytes(-file.stat().st_size % 4), "<i4").copy()
            places = np.flatnonzero(np.arange(len(raw)) % 128 != 127)
            facts = layout.infos + layout.path_words
        else:
            assert isinstance(layout, Layout7)
            raw = np.fromfile(file, "<i8")
            places, facts = np.arange(len(raw)), layout.infos
        return cls(layout.version, raw[places], layout.paths, layout.entries, layout.infos, facts, raw, places)

    def write(self, file: Path) -> Path:
        """The changed file."""
        self._raw[self._places] = self.used
        self._raw.tofile(file)
        return file

    def bin_address(self) -> int:
        """Position of the first word of the first pathname bin."""
        return int(self.used[19]) - 1 if self.version == 6 else int(self.used[24])

    def move_data(self, record: int, position: int) -> None:
        """Say that a record's headers and data lie from a position on, one behind the other as before."""
        fact = int(self.facts[record])
        if self.version == 6:
            shift = position + 1 - int(self.used[fact + 20])
            for area in (5, 20, 22, 24):
                self.used[fact + area] += shift
        else:
            shift = position - int(self.used[fact + 13])
            for area in (13, 15, 17, 19, 21, 23):
                self.used[fact + area] += shift

    def data(self, record: int) -> int:
        """Where a record's internal header begins, and the rest of it behind it."""
        area, first = ((20, 1), (13, 0))[self.version - 6]
        return int(self.used[int(self.facts[record]) + area]) - first

    def replace(self, old: bytes, new: bytes) -> None:
        """Change a text of the same length wherever it stands: names in catalogue and records, units, types."""
        content = self.used.tobytes()
        assert len(old) == len(new)
        assert old in content
        self.used[:] = np.frombuffer(content.replace(old, new), self.used.dtype)
