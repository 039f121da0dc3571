"""The series of river flows of a model run, by name and as reaches, and the calendar of their 1,200 months."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from extract.verification.oracle.run import MONTHS, Run, Values, accepted_names, seed

YEARS = np.array([1921 + (9 + i) // 12 for i in range(MONTHS)])
CALENDAR_MONTHS = np.array([(9 + i) % 12 + 1 for i in range(MONTHS)])
DAYS = np.array([calendar.monthrange(y, m)[1] for y, m in zip(YEARS, CALENDAR_MONTHS, strict=True)])
WATER_YEARS = YEARS + (CALENDAR_MONTHS >= 10)
WATER_MONTHS = (CALENDAR_MONTHS - 10) % 12 + 1
TAF_OF_CFS = DAYS * 86400 / 43560000
UNKNOWN = np.full(MONTHS, np.nan)


@dataclass(frozen=True)
class Column:
    """A series: its unit, and 1,200 values with NaN for unknown."""

    units: str
    values: Values


@dataclass(frozen=True)
class Files:
    """The series of a model run.

    Attributes:
        columns: by file, part B and part C.
        span: positions of the first and last month with a value.
    """

    columns: dict[tuple[str, str, str], list[Column]]
    span: tuple[int, int]


def files_of(run: Run) -> Files:
    """The series of a run by name; missing codes are unknown."""
    columns: dict[tuple[str, str, str], list[Column]] = {}
    for s in run.series:
        values = np.where(np.isin(s.values, (-901.0, -902.0)) | (s.values < -1e30), np.nan, s.values)
        columns.setdefault((s.dss_kind, s.part_b, s.part_c), []).append(Column(s.units.strip().upper(), values))
    return Files(columns, run.span())


def volume(files: Files, row: dict[str, str]) -> Values | None:
    """TAF of a row of variable_map; unknown throughout if the series may not be used, None if it is not in the file."""
    names = [(row["dss_kind"], part_b, part_c) for part_b, part_c in accepted_names(row)]
    found = next((files.columns[name] for name in names if name in files.columns), None)
    if found is None:
        return None
    if len(found) > 1 or found[0].units not in ("CFS", "TAF"):
        return UNKNOWN
    scale = TAF_OF_CFS if found[0].units == "CFS" else 1.0
    return np.asarray(found[0].values * scale * float(row["sign"]) * float(row["factor"]))


@dataclass(frozen=True)
class Reach:
    """What a model run says of a reach, TAF; None if the series is not in the file."""

    code: str
    is_tidal: bool
    flow: Values | None
    unimpaired_flow: Values | None
    minimum_flow: Values | None
    functional_flow_target: Values | None


MEASURES = ("flow", "unimpaired_flow", "minimum_flow", "functional_flow_target")


def reaches(files: Files) -> Iterator[Reach]:
    """The reaches of which the file has any series."""
    mapped = [r for r in seed("04_calsim_data/variable_map") if r["entity_kind"] == "channel_reach"]
    for row in seed("04_calsim_data/channel_reach"):
        code = row["reach_code"]
        own = {r["measure"]: volume(files, r) for r in mapped if r["entity_code"] == code}
        if any(v is not None for v in own.values()):
            yield Reach(code, row["is_tidal"] == "true", *(own.get(m) for m in MEASURES))


@dataclass(frozen=True)
class Months:
    """The months of a reach with a flow, in CFS and TAF, and their ratios."""

    code: str
    flow: Values
    cfs: Values
    natural: Values
    natural_cfs: Values
    target: Values
    minimum_cfs: Values
    of_unimpaired: Values
    of_target: Values
    is_tidal: bool


def months(files: Files) -> Iterator[Months]:
    """The reaches with a flow."""
    for r in reaches(files):
        if r.flow is None:
            continue
        natural, minimum, target = (
            UNKNOWN if v is None else v for v in (r.unimpaired_flow, r.minimum_flow, r.functional_flow_target)
        )
        ratio, of_target = UNKNOWN.copy(), UNKNOWN.copy()
        if not r.is_tidal:
            enough, wanted = natural / TAF_OF_CFS >= 1, target > 0
            ratio[enough] = r.flow[enough] / natural[enough] * 100
            of_target[wanted] = r.flow[wanted] / target[wanted] * 100
        yield Months(
            r.code,
            r.flow,
            r.flow / TAF_OF_CFS,
            natural,
            natural / TAF_OF_CFS,
            target,
            minimum / TAF_OF_CFS,
            ratio,
            of_target,
            r.is_tidal,
        )
