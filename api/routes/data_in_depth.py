"""The route of data in depth: yearly values of a topic's subjects, and the statistics of the chosen years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from api.data_in_depth import PERIODS, DataInDepthRequest, data_in_depth_request
from api.database import Row
from api.errors import NoDataError, Problem
from api.models.data_in_depth import DataInDepth
from api.parameters import Db, PublishedLoad
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS
from api.shapes import Block, by_entity

_LISTS = {"reservoir-storage": "reservoirs", "river-flows": "rivers"}
_PERIOD_KEYS = {period: key for key, period in PERIODS.items()}

router = APIRouter(
    prefix="/api/data-in-depth", tags=["data in depth"], responses=SERVER_ERRORS, route_class=StrictRoute
)


@router.get(
    "/{topic}",
    summary="Data in depth",
    response_model_exclude_unset=True,
    responses={400: {"model": Problem}, 404: {"model": Problem}},
)
async def data_in_depth(request: Annotated[DataInDepthRequest, Depends(data_in_depth_request)], db: Db) -> DataInDepth:
    """Yearly values of subjects, with exceedance (Weibull), box plot (Tukey), mean and variation of the chosen years.

    Topics: reservoir-storage, river-flows, delta-salinity, cws, ag, refuge and system-deliveries. No model run holds
    groundwater-storage, salmon, or measures in money: they are answered with 404. A year with a missing month has no
    value. X2 stands in its own month. Scenarios that are not known or not active are named and do not hide the others.
    """
    rows = by_entity(await db.fetch("data_in_depth", *request.query_values()), "scenario_id")
    if not rows:
        raise NoDataError("The scenarios are active, but have no values of these subjects in these years.")
    scenarios = [
        _scenario(request, load, rows[load.scenario_id]) for load in request.scenarios.loads if load.scenario_id in rows
    ]
    return DataInDepth.model_validate(
        {"wyt_filter": request.year_types, "scenarios": scenarios, **request.scenarios.not_served}
    )


def _scenario(request: DataInDepthRequest, load: PublishedLoad, rows: Sequence[Row]) -> Block:
    """One scenario with its subjects, in the order of their codes."""
    of_subject: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        of_subject.setdefault((row["subject_code"], row["subject_kind"]), []).append(row)
    return {
        "scenario": load.scenario_id,
        "load_id": load.load_id,
        "n_years": len({year for row in rows for year in row["water_years"]}),
        _LISTS.get(request.topic, "subjects"): [_subject(request, of_subject[each]) for each in sorted(of_subject)],
    }


def _subject(request: DataInDepthRequest, rows: Sequence[Row]) -> Block:
    """One subject with its series by period and key."""
    kind, code = rows[0]["subject_kind"], rows[0]["subject_code"]
    keys = {(row["subject_kind"], row["measure_code"]): row["series_key"] for row in request.series}
    periods: dict[str, Block] = {}
    for row in rows:
        period = periods.setdefault(_PERIOD_KEYS[row["period_code"]], {})
        period[keys[kind, row["measure_code"]]] = _series(row, request.parts)
    return {
        "subject": code,
        "kind": "aggregate" if kind.endswith("_aggregate") else "metric" if kind == "delta_variable" else "entity",
        "subject_kind": kind,
        "label": request.names[kind, code],
        "periods": {each: periods[each] for each in request.periods if each in periods},
    }


def _series(row: Row, parts: Sequence[str]) -> Block:
    """One series with the parts that were asked for."""
    every = {
        "values": [
            {"water_year": year, "value": value}
            for year, value in zip(row["water_years"], row["yearly_values"], strict=True)
        ],
        "exceedance": [
            {"water_year": year, "value": value, "percentile": percentile}
            for year, value, percentile in zip(
                row["ranked_years"], row["ranked_values"], row["ranked_pct"], strict=True
            )
        ],
        "box": {
            "min": row["q0"],
            "q1": row["q25"],
            "median": row["q50"],
            "q3": row["q75"],
            "max": row["q100"],
            "iqr": row["iqr"],
            "whisker_low": row["lower_whisker"],
            "whisker_high": row["upper_whisker"],
            "outliers": row["outliers"],
        },
        "statistics": {"n": row["n"], "mean": row["mean"], "cv": row["cv"]},
    }
    return {"measure": row["measure_code"], "unit": row["unit"], **{part: every[part] for part in parts}}
