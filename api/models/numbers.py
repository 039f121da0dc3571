"""Numbers as they leave the service: rounded here and nowhere before, unknown as null, never NaN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

DECIMALS = 4
FRACTION_DECIMALS = 6
"""Two more of each than the existing service gives: enough to check a published number, short enough to read."""


@dataclass(frozen=True)
class Rounded:
    """A converter that rounds and keeps NULL null and 0 zero; NaN, infinity and what cannot be scaled are unknown.

    Attributes:
        digits: decimals.
    """

    digits: int

    def __call__(self, value: float | None) -> float | None:
        """The number as it leaves the service."""
        if value is None:
            return None
        scale = 10.0**self.digits
        scaled = value * scale
        return round(scaled) / scale if math.isfinite(scaled) else None


Taf = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""Thousand acre-feet, 4 decimals."""

Cfs = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""Cubic feet per second, 4 decimals."""

Percent = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""0 to 100, 4 decimals."""

Fraction = Annotated[float | None, BeforeValidator(Rounded(FRACTION_DECIMALS))]
"""A probability or a coefficient of variation, 6 decimals."""

Acres = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""Area, 4 decimals."""

Score = Annotated[float | None, BeforeValidator(Rounded(3))]
"""A score of a tier, 3 decimals."""

Number = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""A number in the unit that stands beside it, 4 decimals."""

Degrees = Annotated[float | None, BeforeValidator(Rounded(FRACTION_DECIMALS))]
"""Longitude or latitude, WGS 84, 6 decimals (0.1 m)."""

Miles = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""Miles, 4 decimals."""

Metres = Annotated[float | None, BeforeValidator(Rounded(DECIMALS))]
"""Metres, 4 decimals."""
