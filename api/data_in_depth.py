"""What a request for data in depth asks for: topic, series, subjects, periods, and types of water years."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query

from api.database import Row
from api.errors import BadParameterError, NoDataError, UnknownCodeError
from api.parameters import MAX_LIST_LENGTH, Db, SeveralScenarios, refuse_unknown, several_scenarios, split_list
from api.query import COMMA_SEPARATED
from api.snapshot import Snapshot

MAX_SUBJECTS = 200
PERIODS = {"april": "april", "sept": "september", "annual": "annual"}
"""Period in requests and answers → period of the warehouse."""

YEAR_TYPES = {1: "W", 2: "AN", 3: "BN", 4: "D", 5: "C"}
"""Number → letters of a type of water year by the Sacramento 40-30-30 index (Water Right Decision 1641)."""

PARTS = ("values", "exceedance", "box", "statistics")
_ALIASES = {"volume": "taf", "pct_capacity": "pct_cap"}
_BY_MONTH = ("reservoir-storage", "delta-salinity")
_NOT_IN_MODEL_RUNS = {
    "groundwater-storage": "A model run holds no monthly series of groundwater storage or level.",
    "salmon": "Salmon abundance is computed outside of the model run; see the tier WRC_SALMON_AB.",
}


@dataclass(frozen=True)
class DataInDepthRequest:
    """A request whose every code is in the catalogue.

    Attributes:
        series: the series that were chosen, one row per kind of subject and measure.
        names: name of each chosen subject by its kind and code.
        periods: april, sept or annual.
        parts: what to give of each series.
        year_types: numbers of the types of water years, or None for all years.
    """

    topic: str
    scenarios: SeveralScenarios
    series: Sequence[Row]
    names: Mapping[tuple[str, str], str]
    periods: Sequence[str]
    parts: Sequence[str]
    year_types: Sequence[int] | None

    def query_values(self) -> Sequence[object]:
        """The values of $1 to $8 of the query `data_in_depth`."""
        return (
            [each.scenario_id for each in self.scenarios.loads],
            [each.load_id for each in self.scenarios.loads],
            self.topic,
            sorted({row["subject_kind"] for row in self.series}),
            sorted({code for _, code in self.names}),
            sorted({row["measure_code"] for row in self.series}),
            [PERIODS[each] for each in self.periods],
            None if self.year_types is None else [YEAR_TYPES[each] for each in self.year_types],
        )


async def data_in_depth_request(
    db: Db,
    topic: Annotated[
        str,
        Path(pattern=r"^[a-z-]{1,32}$", description="Topic, such as reservoir-storage", examples=["reservoir-storage"]),
    ],
    scenarios: Annotated[
        str,
        Query(max_length=MAX_LIST_LENGTH, description="Scenario ids separated by commas", examples=["s0020"]),
        COMMA_SEPARATED,
    ],
    subjects: Annotated[
        str | None,
        Query(
            max_length=MAX_LIST_LENGTH,
            description="Codes of subjects separated by commas, without it all of the topic; "
            f"subjects × scenarios {MAX_SUBJECTS} at most",
            examples=["SHSTA"],
        ),
        COMMA_SEPARATED,
    ] = None,
    periods: Annotated[
        str | None,
        Query(
            max_length=64,
            description="april, sept and annual separated by commas; without it april and sept for storage and "
            "salinity, annual for the other topics",
        ),
        COMMA_SEPARATED,
    ] = None,
    units: Annotated[str | None, Query(max_length=200, description="The same as measures"), COMMA_SEPARATED] = None,
    measures: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Keys of series, such as delivery, or TAF where the unit tells them apart; without it all",
        ),
        COMMA_SEPARATED,
    ] = None,
    include: Annotated[
        str | None,
        Query(max_length=64, description="values, exceedance, box, statistics; without it all four"),
        COMMA_SEPARATED,
    ] = None,
    wyt: Annotated[
        str | None,
        Query(
            max_length=32,
            description="Types of water years, 1 (wet) to 5 (critical), separated by commas, by the Sacramento "
            "index of the model run; without it all years",
        ),
        COMMA_SEPARATED,
    ] = None,
) -> DataInDepthRequest:
    """The request of the parameters.

    Raises:
        BadParameterError: a list is empty or too long, a parameter is none of its words, or too much is asked for.
        UnknownCodeError: the catalogue lacks the topic, a scenario, a subject or a series.
        InactiveScenarioError: the results of a scenario are not published.
        NoDataError: no model run holds the topic.
    """
    if topic in _NOT_IN_MODEL_RUNS:
        raise NoDataError(_NOT_IN_MODEL_RUNS[topic])
    series = await db.fetch("data_in_depth_measures", topic)
    if not series:
        raise UnknownCodeError("topic", [topic])
    if units is not None and measures is not None:
        raise BadParameterError("Give either 'units' or 'measures', not both.")
    usual = ("april", "sept") if topic in _BY_MONTH else ("annual",)
    several = await several_scenarios(db, "scenarios", scenarios)
    return DataInDepthRequest(
        topic=topic,
        scenarios=several,
        series=_series(series, measures or units),
        names=await _subjects(db, topic, subjects, MAX_SUBJECTS // len(several.loads)),
        periods=_words("periods", periods, PERIODS, usual),
        parts=_words("include", include, PARTS, PARTS),
        year_types=_year_types(wyt),
    )


def _series(known: Sequence[Row], asked: str | None) -> Sequence[Row]:
    """The series of these keys or measures, whatever the size of their letters; all if none is asked for."""
    if asked is None:
        return known
    codes = split_list("measures", asked)
    found: dict[str, list[Row]] = {}
    for code in codes:
        lower = _ALIASES.get(code.lower(), code.lower())
        found[code] = [row for row in known if lower in (row["series_key"].lower(), row["measure_code"].lower())]
    refuse_unknown("measure", codes, [code for code in codes if found[code]])
    return [row for rows in found.values() for row in rows]


async def _subjects(db: Snapshot, topic: str, asked: str | None, most: int) -> Mapping[tuple[str, str], str]:
    """Name of each subject by its kind and code."""
    rows = await db.fetch("data_in_depth_subjects", topic)
    if asked is not None:
        codes = split_list("subjects", asked, MAX_SUBJECTS)
        refuse_unknown("subject", codes, {row["subject_code"] for row in rows})
        rows = [row for row in rows if row["subject_code"] in codes]
    if len(rows) > most:
        raise BadParameterError(
            f"{len(rows)} subjects in each scenario are too many; choose {most} at most with 'subjects'."
        )
    return {(row["subject_kind"], row["subject_code"]): row["subject_name"] for row in rows}


def _words(parameter: str, text: str | None, allowed: Collection[str], usual: Sequence[str]) -> Sequence[str]:
    """The words of a list, all of them allowed."""
    if text is None:
        return usual
    words = split_list(parameter, text)
    wrong = [word for word in words if word not in allowed]
    if wrong:
        raise BadParameterError(f"'{parameter}' takes {', '.join(allowed)}.", wrong)
    return words


def _year_types(text: str | None) -> Sequence[int] | None:
    """The numbers of types of water years in their order."""
    if text is None:
        return None
    return sorted(int(each) for each in _words("wyt", text, [str(number) for number in YEAR_TYPES], ()))
