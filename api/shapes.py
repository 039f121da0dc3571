"""From the rows of a view to the nested blocks of an answer; nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from api.database import Row

Block = dict[str, Any]


def by_entity(rows: Sequence[Row], key: str) -> dict[str, list[Row]]:
    """The rows by the value of one column, in their order."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return dict(groups)
