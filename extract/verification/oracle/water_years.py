"""The types of water years a second time: of a model run's own series, or from runoff by the published formulas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from extract.verification.oracle.river_series import UNKNOWN, Files, volume
from extract.verification.oracle.run import Row, Values, seed

WEIGHTS = {"SAC_40_30_30": (0.4, 0.3, 0.3, 10.0), "SJR_60_20_20": (0.6, 0.2, 0.2, 4.5)}
BOUNDS = {"SAC_40_30_30": (9.2, 7.8, 6.5, 5.4), "SJR_60_20_20": (3.8, 3.1, 2.5, 2.1)}


def type_of(index: float, bounds: tuple[float, ...]) -> int | None:
    """Type of an index: wet from its bound on, the others above theirs."""
    if np.isnan(index):
        return None
    return 1 if index >= bounds[0] else 2 + sum(index <= b for b in bounds[1:])


def index_range(winter: Values, spring: Values, weights: tuple[float, ...]) -> Iterator[tuple[float, float]]:
    """Lowest and highest index of each year in turn; the one before the first lies between 0 and the cap."""
    of_spring, of_winter, of_before, cap = weights
    low, high = 0.0, cap
    for w, s in zip(winter, spring, strict=True):
        now = of_spring * s + of_winter * w
        yield now + of_before * min(low, cap), now + of_before * min(high, cap)
        low = now + of_before * min(low, cap)
        high = now + of_before * min(high, cap)
        if np.isnan(now):
            low, high = 0.0, cap


def water_year_types(files: Files) -> Iterator[Row]:
    """Rows of fct_water_year_type."""
    mapped = [r for r in seed("04_calsim_data/variable_map") if r["entity_kind"] == "water_year_index"]
    for code, bounds in BOUNDS.items():
        own = [r for r in mapped if r["entity_code"] == code]
        parts = [volume(files, r) for r in own if r["measure"] == "unimpaired_flow"]
        series = next(r for r in own if r["measure"] == "water_year_type")
        found = files.columns.get(("dv", series["part_b"], series["part_c"]))
        if not found and all(p is None for p in parts):
            continue
        complete = all(p is not None for p in parts)
        runoff = np.sum([p for p in parts if p is not None], axis=0) if complete else UNKNOWN
        by_year = runoff.reshape(-1, 12) / 1000
        ranges = list(index_range(by_year[:, :6].sum(axis=1), by_year[:, 6:10].sum(axis=1), WEIGHTS[code]))
        for year, (low, high) in zip(range(1922, 2022), ranges, strict=True):
            computed = type_of(low, bounds) if type_of(low, bounds) == type_of(high, bounds) else None
            in_may = found[0].values[(year - 1922) * 12 + 7] if found else np.nan
            of_run = int(in_may) if in_may in (1, 2, 3, 4, 5) else None
            chosen = of_run if found else computed
            yield {
                "index_code": code,
                "water_year": year,
                "type_number": chosen,
                "type_code": None if chosen is None else ("W", "AN", "BN", "D", "C")[chosen - 1],
                "basis": f"series {series['part_b']}" if found else "computed from runoff",
                "run_type_number": of_run,
                "computed_type_number": computed,
                "computed_index_maf": (low + high) / 2 if high - low <= 0.01 else None,
            }
