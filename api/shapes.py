"""From the rows of a view to the nested blocks of an answer; nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from api.database import Row

Block = dict[str, Any]


def by_entity(rows: Sequence[Row], *keys: str) -> dict[Any, list[Row]]:
    """The rows by the value of a column, or by the values of several, in their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    # neighbours together, as most queries are sorted, and each row takes time
    for value, neighbours in groupby(rows, itemgetter(*keys)):
        groups[value].extend(neighbours)
    return dict(groups)
