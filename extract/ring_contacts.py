"""Where the rings of a polygon cross or touch, themselves or one another, in exact arithmetic.

A ring may not meet itself, and two rings of a polygon may meet in one point at most: OGC Simple Feature Access, part 1
(06-103r4), 6.1.11.1, which database extensions for shapes go by. Coordinates are taken as whole millionths of a
degree, the precision of the file, so that no sign is lost to rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Ring = Sequence[Sequence[float]]
Points = npt.NDArray[np.int64]
Index = npt.NDArray[np.intp]

MILLIONTHS = 1_000_000


def contact_problems(rings: Sequence[Ring]) -> Iterator[str]:
    """What is wrong with how the rings of one part of a polygon meet, in words; nothing if they are simple.

    Args:
        rings: closed rings of (longitude, latitude) in degrees, without repeated points.
    """
    lengths = [len(ring) - 1 for ring in rings]
    ring_of = np.repeat(np.arange(len(rings)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    start, end = (np.concatenate([_whole(ring)[part] for ring in rings]) for part in (slice(-1), slice(1, None)))
    one, other = _near(np.minimum(start, end), np.maximum(start, end))
    a, b, c, d = start[one], end[one], start[other], end[other]
    sides = np.stack([_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)])
    meets = (sides[0] * sides[1] <= 0) & (sides[2] * sides[3] <= 0)
    same_line = (sides == 0).all(axis=0)
    crosses = meets & ((sides != 0).all(axis=0) | (same_line & _overlaps(a, b, c, d)))
    own = ring_of[one] == ring_of[other]
    apart = np.abs(place[one] - place[other])
    neighbours = own & ((apart == 1) | (apart == np.asarray(lengths)[ring_of[one]] - 1))
    if (own & meets & (crosses | ~neighbours)).any():
        yield "a ring that crosses or touches itself"
    touching = {
        (*sorted((int(ring_of[one[i]]), int(ring_of[other[i]]))), *point)
        for i in np.flatnonzero(~own & meets & ~crosses)
        for point in _shared(a[i], b[i], c[i], d[i], sides[:, i])
    }
    several = Counter(key[:2] for key in touching)
    if (~own & crosses).any() or any(count > 1 for count in several.values()):
        yield "rings that cross each other"


def _whole(ring: Ring) -> Points:
    points: Points = np.rint(np.asarray(ring, dtype=np.float64) * MILLIONTHS).astype(np.int64)
    return points


def _near(low: Points, high: Points) -> tuple[Index, Index]:
    """Pairs of segments whose bounding boxes meet: from west to east, each with those that begin before it ends."""
    order = np.argsort(low[:, 0], kind="stable")
    count = np.searchsorted(low[order, 0], high[order, 0], side="right") - np.arange(len(order)) - 1
    first = np.repeat(np.arange(len(order)), count)
    second = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count) + first + 1
    one, other = order[first], order[second]
    beside = (low[one, 1] <= high[other, 1]) & (low[other, 1] <= high[one, 1])
    return one[beside], other[beside]


def _side(a: Points, b: Points, p: Points) -> Points:
    """1 if p lies left of the line from a to b, -1 if right of it, 0 if on it."""
    side: Points = np.sign((b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0]))
    return side


def _overlaps(a: Points, b: Points, c: Points, d: Points) -> npt.NDArray[np.bool_]:
    """Whether segments on one line share more than a point."""
    shared = np.minimum(np.maximum(a, b), np.maximum(c, d)) - np.maximum(np.minimum(a, b), np.minimum(c, d))
    overlaps: npt.NDArray[np.bool_] = (shared > 0).any(axis=1)
    return overlaps


def _shared(a: Points, b: Points, c: Points, d: Points, sides: Points) -> Iterator[tuple[int, int]]:
    """The points in which two segments that do not cross meet: ends of one that lie on the other."""
    for point, side, low, high in (
        (c, sides[0], np.minimum(a, b), np.maximum(a, b)),
        (d, sides[1], np.minimum(a, b), np.maximum(a, b)),
        (a, sides[2], np.minimum(c, d), np.maximum(c, d)),
        (b, sides[3], np.minimum(c, d), np.maximum(c, d)),
    ):
        if side == 0 and (low <= point).all() and (point <= high).all():
            yield int(point[0]), int(point[1])
