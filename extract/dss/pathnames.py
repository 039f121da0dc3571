"""From the pathnames of a catalogue to monthly series.

A pathname is `/A/B/C/D/E/F/`. One record holds one block of a series, and its D part is the first day of the
block; the series is named by the other five parts. Version 7 keeps the spelling of each record but takes
upper and lower case for the same, so does the grouping here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from extract.dss.series import Parts
from extract.dss.words import Index

MONTHLY = frozenset((b"1MON", b"1MONTH"))
"""The E part of monthly series in versions 6 and 7, in upper case."""

_DECADE = re.compile(rb"01JAN(\d{3}0)", re.IGNORECASE)


@dataclass(slots=True)
class Grouping:
    """Monthly records by series.

    Attributes:
        parts: the five parts of each series, spelled as in its first record.
        records: catalogue position of each monthly block.
        series: position in `parts` of each monthly block.
        decades: first year of each monthly block.
        other_time_steps: records that are not monthly series, counted by E part.
        undated: monthly pathnames whose D part is not the first day of a decade.
    """

    parts: list[Parts]
    records: Index
    series: Index
    decades: Index
    other_time_steps: dict[str, int] = field(default_factory=dict)
    undated: list[str] = field(default_factory=list)


def text(raw: bytes) -> str:
    """Bytes of a DSS file as text, without padding. DSS knows no encoding, so every byte is a character.

    Padding is blanks or a zero byte; a tab or a line end is not, so that `series_checks` sees it.
    """
    return raw.partition(b"\0")[0].strip(b" ").decode("latin-1")


def group_monthly(paths: list[bytes]) -> Grouping:
    """Sort the records of a catalogue into monthly series and others."""
    groups: dict[bytes, int] = {}
    parts: list[Parts] = []
    records: list[int] = []
    series: list[int] = []
    decades: list[int] = []
    years: dict[bytes, int | None] = {}
    others: dict[str, int] = {}
    undated: list[str] = []
    for position, path in enumerate(paths):
        pieces = path.split(b"/")
        if len(pieces) != 8 or pieces[5].upper() not in MONTHLY:
            step = text(pieces[5]) if len(pieces) == 8 else ""
            others[step] = others.get(step, 0) + 1
            continue
        _, a, b, c, d, e, f, _ = pieces
        if d not in years:
            match = _DECADE.fullmatch(d)
            years[d] = int(match[1]) if match else None
        year = years[d]
        if year is None:
            undated.append(f"{text(path)}: the D part is not the first day of a decade")
            continue
        key = b"/".join((a, b, c, e, f)).upper()
        group = groups.get(key)
        if group is None:
            group = groups[key] = len(parts)
            parts.append(Parts(text(a), text(b), text(c), text(e), text(f)))
        records.append(position)
        series.append(group)
        decades.append(year)
    return Grouping(
        parts,
        np.array(records, np.int64),
        np.array(series, np.int64),
        np.array(decades, np.int64),
        others,
        undated,
    )
