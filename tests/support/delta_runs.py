"""Small model runs for the Delta tests, as arrays in memory and as the public wide CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from extract.convert.csv_files import write_wide
from extract.dss import MonthlySeries
from extract.dss.series import Parts, ReadReport
from extract.records.calendar import FIRST_MONTH
from extract.verification.oracle.run import MONTHS, Run, Values

NO_STANDARD = 99000.0
"""What the model writes in a month without a standard."""
SEASON = np.sin((np.arange(MONTHS) % 12 - 3) / 12 * 2 * np.pi)


def outflow(rng: np.random.Generator) -> Values:
    """An outflow in CFS: much in winter, little in summer."""
    return np.round(np.exp(9.2 + 0.8 * SEASON + rng.normal(0, 0.6, MONTHS)), 2)


def salinity(rng: np.random.Generator, size: float) -> Values:
    """A salinity that is high when the outflow is low."""
    return np.round(np.exp(np.log(size) - 0.5 * SEASON + rng.normal(0, 0.5, MONTHS)), 3)


def position(rng: np.random.Generator) -> Values:
    """A position of X2 between 45 and 100 km."""
    return np.round(np.clip(75 - 10 * SEASON + rng.normal(0, 7, MONTHS), 45, 100), 3)


def year_types(rng: np.random.Generator) -> Values:
    """Types that change with February, as the model writes them."""
    of_year = rng.integers(1, 6, 101)
    place = np.arange(MONTHS)
    return of_year[place // 12 + (place % 12 > 3)].astype(float)


def complete_run(scenario_id: str = "s9601") -> Run:
    """Every variable: with and without a standard of the model, gaps, missing codes, a year of unknown type."""
    rng = np.random.default_rng(9601)
    run = Run(scenario_id)
    ndo = outflow(rng)
    ndo[[7, 90]], ndo[91] = -901, -902
    ndo[300:330] = np.nan
    run.add("NDO", "FLOW-NDO", "CFS", ndo)
    required = rng.choice([3000.0, 3500, 4000, 4500, 6000, 7100, 8000], MONTHS)
    additional = np.where(rng.random(MONTHS) < 0.4, rng.gamma(1, 3000, MONTHS), -0.004)
    additional[500] = np.nan
    run.add("NDOI_MIN", "FLOW", "CFS", required)
    run.add("NDOI_ADD", "FLOW", "CFS", additional)
    x2 = position(rng)
    x2[[11, 12]] = np.nan
    run.add("X2_PRV_KM", "X2-POSITION-PREV", "KM", x2)
    types = year_types(rng)
    types[240:264] = np.nan
    types[271] = 7  # May of a year: no type
    run.add("WYT_SAC_", "WATERYEARTYPE", "NONE", types)
    for station, size in {"EM": 700.0, "JP": 600.0, "RS": 420.0, "CO": 9000.0}.items():
        values = salinity(rng, size)
        values[rng.random(MONTHS) < 0.03] = np.nan
        run.add(f"{station}_EC_MONTH", "SALINITY", "UMHOS/CM", values)
    standard = rng.choice([450.0, 630, 1670, 0], MONTHS)
    standard[::17] = -901
    run.add("EM_EC_STD", "SALINITY", " umhos/cm ", standard)
    rock_slough = rng.choice([400.0, 700], MONTHS)
    rock_slough[::5] = NO_STANDARD
    run.add("RS_EC_STD", "SALINITY", "UMHOS/CM", rock_slough)
    run.add("BANKSEC_MAX14DAY", "SALINITY-APPROX", "UMHOS/CM", salinity(rng, 800))
    run.add("TRACYEC_MAX14DAY", "SALINITY", "UMHOS/CM", salinity(rng, 800))
    collinsville = rng.choice([19000.0, 15500, 12500, 8000, 11000], MONTHS)
    collinsville[np.arange(MONTHS) % 12 > 7] = NO_STANDARD
    run.add("CO_EC_STD", "SALINITY", "UMHOS/CM", collinsville)
    return run


def renamed_run(scenario_id: str = "s9605") -> Run:
    """The complete run under the names of other studies: X2_PRV, and the outflow index in place of the outflow."""
    complete = complete_run(scenario_id)
    series = [replace(s, part_b="X2_PRV") if s.part_b == "X2_PRV_KM" else s for s in complete.series]
    return Run(scenario_id, [s for s in series if s.part_b != "NDO"])


def plain_run(scenario_id: str) -> Run:
    """Outflow, X2 and one salinity without any gap."""
    rng = np.random.default_rng(9603)
    run = Run(scenario_id)
    run.add("NDO", "FLOW-NDO", "CFS", outflow(rng))
    run.add("X2_PRV_KM", "X2-POSITION-PREV", "KM", position(rng))
    run.add("WYT_SAC_", "WATERYEARTYPE", "NONE", year_types(rng))
    run.add("EM_EC_MONTH", "SALINITY", "UMHOS/CM", salinity(rng, 700.0))
    return run


def sparse_run(scenario_id: str = "s9602") -> Run:
    """January 1950 to March 1970, outflow in TAF, no year types, half of the index, an ambiguous salinity."""
    rng = np.random.default_rng(9602)
    outside = np.ones(MONTHS, dtype=bool)
    outside[339:582] = False
    run = Run(scenario_id)

    def add(part_b: str, part_c: str, units: str, values: Values, part_f: str = "L2020A") -> None:
        run.add(part_b, part_c, units, np.where(outside, np.nan, values), part_f)

    add("NDO", "FLOW-NDO", "TAF", outflow(rng) / 16)
    add("NDOI_MIN", "FLOW", "CFS", np.full(MONTHS, 9000.0))
    add("X2_PRV_KM", "X2-POSITION-PREV", "KM", position(rng))
    add("EM_EC_MONTH", "SALINITY", "UMHOS/CM", salinity(rng, 700))
    add("JP_EC_MONTH", "SALINITY", "UMHOS/CM", salinity(rng, 700))
    add("JP_EC_MONTH", "SALINITY", "UMHOS/CM", salinity(rng, 700), part_f="OTHER")
    add("RS_EC_MONTH", "SALINITY", "UMHOS/CM", salinity(rng, 400))
    add("CO_EC_MONTH", "SALINITY", "CFS", salinity(rng, 400))
    return run


def write_csv(run: Run, path: Path) -> None:
    """The public wide CSV of a run, as the extractor writes it."""
    parts = [Parts("CALSIM", s.part_b, s.part_c, "1MON", s.part_f) for s in run.series]
    values = np.array([s.values for s in run.series])
    units = [s.units for s in run.series]
    types, report = ["PER-AVER"] * len(parts), ReadReport(7, "made up", 0)
    write_wide(path, MonthlySeries(parts, values, FIRST_MONTH, units, types, report), "dv")
