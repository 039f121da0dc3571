"""The percentiles and exceedances that many answers hold, as models whose fields are made by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Field, create_model

M = TypeVar("M", bound=BaseModel)

_WORDS = {
    "q0": "Lowest value",
    "q10": "10th percentile",
    "q30": "30th percentile",
    "q50": "Median",
    "q70": "70th percentile",
    "q90": "90th percentile",
    "q100": "Highest value",
    "exc_p5": "Exceeded 5 % of the time",
    "exc_p10": "Exceeded 10 % of the time",
    "exc_p25": "Exceeded 25 % of the time",
    "exc_p50": "Exceeded 50 % of the time",
    "exc_p75": "Exceeded 75 % of the time",
    "exc_p90": "Exceeded 90 % of the time",
    "exc_p95": "Exceeded 95 % of the time",
}


@dataclass(frozen=True)
class Distribution:
    """The fields of one distribution.

    Attributes:
        number: type of the fields, one of `api.models.numbers`.
        unit: what the values are and their unit, for the descriptions.
        prefix: what stands before `q0` … `exc_p95` in the fields' names.
        suffix: what stands behind it.
        begin: only the fields whose words begin so, `q` or `exc`; without it all.
    """

    number: Any
    unit: str
    prefix: str = ""
    suffix: str = ""
    begin: str = ""

    def fields(self) -> dict[str, Any]:
        """Name of each field → its type and description."""
        return {
            f"{self.prefix}{name}{self.suffix}": (self.number, Field(description=f"{words}, {self.unit}"))
            for name, words in _WORDS.items()
            if name.startswith(self.begin)
        }


def with_distributions(*distributions: Distribution) -> Callable[[type[M]], type[M]]:
    """A decorator that gives a model the fields of distributions behind its own."""
    fields = {name: field for each in distributions for name, field in each.fields().items()}

    def extended(model: type[M]) -> type[M]:
        made: type[M] = create_model(
            model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **fields
        )
        return made

    return extended
