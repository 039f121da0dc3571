"""The forms of delivered tier files, as `layouts.yml` declares them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

FILE = Path(__file__).with_name("layouts.yml")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioIds(_Closed):
    """How files spell a scenario besides its id.

    Attributes:
        revision_suffix: marks the revised run of a scenario.
        repetition_suffix: regular expression of what a spreadsheet adds to a repeated name.
    """

    revision_suffix: str
    repetition_suffix: str


class Layout(_Closed):
    """One form of a file. A list of names holds the spellings of one column, the preferred one first.

    Attributes:
        shape: `wide` has a row per scenario and a column per location, `transposed` the other way round, `long` a row
            per scenario and location, `single` a row per scenario with one result for all locations.
        scenario: the column with scenarios.
        location: the column with locations.
        value: a level (1 to 4) or, if any cell of the file has a fraction, a continuous score.
        level: a level, beside which a score may stand.
        score: a continuous score, whose integer part is the level.
        inputs: numbers the result was made from; they are kept and need not be there.
        own_locations: column of a location that may have a value of its own -> code of the location.
        ignored: columns without meaning here.
    """

    name: str
    shape: Literal["wide", "transposed", "long", "single"]
    scenario: list[str] = []
    location: list[str] = []
    value: list[str] = []
    level: list[str] = []
    score: list[str] = []
    inputs: dict[str, list[str]] = {}
    own_locations: dict[str, str] = {}
    ignored: list[str] = []

    @model_validator(mode="after")
    def _has_what_its_shape_needs(self) -> Layout:
        needed = {
            "wide": bool(self.scenario) and not self.location,
            "transposed": bool(self.location) and not self.scenario,
            "long": bool(self.scenario and self.location),
            "single": bool(self.scenario) and not self.location,
        }[self.shape]
        one_kind = bool(self.value) != bool(self.level)
        if not needed or one_kind == (self.shape in ("wide", "transposed")):
            raise ValueError(f"layout '{self.name}' does not have the columns of the shape {self.shape}")
        return self


class Tier(_Closed):
    """The files of one tier.

    Attributes:
        demand_units: kind of the demand units that may be locations besides the listed ones.
        bare_scenario_numbers: 11 stands for s0011.
        level_prefix: text that may stand before a level.
        zero_is_no_value: a level 0 stands for an unknown level.
    """

    layouts: list[Layout]
    demand_units: str | None = None
    bare_scenario_numbers: bool = False
    level_prefix: str = ""
    zero_is_no_value: bool = False


class Layouts(_Closed):
    """The whole description.

    Attributes:
        no_value: texts that say that there is no value.
    """

    scenario_ids: ScenarioIds
    no_value: list[str]
    tiers: dict[str, Tier]


@lru_cache(maxsize=1)
def layouts() -> Layouts:
    """The description, read once."""
    return Layouts.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
