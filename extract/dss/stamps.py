"""Put fixed times of writing into a DSS file that we have just written ourselves.

heclib stamps the file and each record with the current time. Without these stamps the same series always give
the same bytes, which a content-addressed archive and a reader's test both like. Never used on input.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from extract.dss.layout6 import RECORD_WORDS, Layout6
from extract.dss.layout7 import Layout7
from extract.dss.reader import load_layout

DATE6 = np.frombuffer(b"01JAN00 ", "<i4")
PROGRAM6 = np.frombuffer(b"COEQWL  ", "<i4")
TIME6 = np.frombuffer(b"00:00:00", "<i4")
MOMENT7 = 0


def freeze_stamps(path: Path) -> None:
    """Overwrite the times of writing of a file, in place."""
    with open(path, "rb", buffering=0) as file:
        layout = load_layout(file)
    if isinstance(layout, Layout6):
        _freeze6(path, layout)
    elif isinstance(layout, Layout7):
        _freeze7(path, layout)


def _freeze6(path: Path, layout: Layout6) -> None:
    """Header: created 7-8, last written 9-10 at 11-12. Information block: date 11-12, time 13-14, each + n.

    The name of the writing program, 9-10 + n, has six letters; heclib leaves two stray bytes behind them.
    """
    words = np.memmap(path, "<i4", "r+")
    base = layout.infos + layout.path_words
    for position, stamp in ((7, DATE6), (9, DATE6), (11, TIME6)):
        words[position : position + 2] = stamp
    for offset, stamp in ((9, PROGRAM6), (11, DATE6), (13, TIME6)):
        for half in (0, 1):
            record, word = np.divmod(base + offset + half, RECORD_WORDS)
            words[record * (RECORD_WORDS + 1) + word] = stamp[half]
    # heclib leaves old buffer contents, stamps among them, in the unused word of each record.
    words[RECORD_WORDS :: RECORD_WORDS + 1] = 0
    words.flush()


def _freeze7(path: Path, layout: Layout7) -> None:
    """Header: created 12, last written 13. Bin entry: 5. Information block: last written 6, created 11."""
    words = np.memmap(path, "<i8", "r+", shape=(path.stat().st_size // 8,))
    words[12:14] = MOMENT7
    words[layout.entries + 5] = MOMENT7
    words[layout.infos + 6] = MOMENT7
    words[layout.infos + 11] = MOMENT7
    words.flush()
