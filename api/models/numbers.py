"""Numbers as they leave the service: rounded here and nowhere before, unknown as null, never NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator

DECIMALS = 4
FRACTION_DECIMALS = 6
"""Two more of each than the existing service gives: enough to check a published number, short enough to read."""


def rounded(digits: int) -> Callable[[float | None], float | None]:
    """A converter that rounds to `digits` decimals and keeps NULL null and 0 zero; NaN and infinity are unknown."""

    def convert(value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        # + 0.0 turns a negative zero into a plain one
        return round(float(value), digits) + 0.0

    return convert


Taf = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""Thousand acre-feet, 4 decimals."""

Cfs = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""Cubic feet per second, 4 decimals."""

Percent = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""0 to 100, 4 decimals."""

Fraction = Annotated[float | None, BeforeValidator(rounded(FRACTION_DECIMALS))]
"""A probability or a coefficient of variation, 6 decimals."""

Acres = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""Area, 4 decimals."""

Score = Annotated[float | None, BeforeValidator(rounded(3))]
"""A score of a tier, 3 decimals."""

Number = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""A number in the unit that stands beside it, 4 decimals."""

Degrees = Annotated[float | None, BeforeValidator(rounded(FRACTION_DECIMALS))]
"""Longitude or latitude, WGS 84, 6 decimals (0.1 m)."""

Miles = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""Miles, 4 decimals."""

Metres = Annotated[float | None, BeforeValidator(rounded(DECIMALS))]
"""Metres, 4 decimals."""
