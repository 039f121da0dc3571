"""Small model runs for the reservoir tests, as arrays in memory and as rows of the staging tables."""

from __future__ import annotations

from datetime import date

import numpy as np
import psycopg
from psycopg import sql

from extract.verification.oracle.run import FIRST_YEAR, MONTHS, Run, Values


def month_start(position: int) -> date:
    """First day of a month of the calendar."""
    year, month = divmod(FIRST_YEAR * 12 + 9 + position, 12)
    return date(year, month + 1, 1)


def load(url: str, run: Run) -> None:
    """Put a run into the staging tables, as the loader would."""
    table = f"dss_series_{run.scenario_id}"
    columns = (
        "scenario_id, dss_kind, part_a, part_b, part_c, part_e, part_f, data_type, units, first_month,"
        " month_values, receipt_id, source_file, source_row, source_sha256"
    )
    first, last = run.span()
    with psycopg.connect(url) as link, link.cursor() as cursor:
        cursor.execute(
            sql.SQL("create table if not exists staging.{} partition of staging.dss_series for values in ({})").format(
                sql.Identifier(table), sql.Literal(run.scenario_id)
            )
        )
        cursor.execute("delete from staging.dss_series where scenario_id = %s", [run.scenario_id])
        with cursor.copy(f"copy staging.dss_series ({columns}) from stdin") as copy:
            for row, s in enumerate(run.series, start=1):
                values = [None if np.isnan(v) else float(v) for v in s.values]
                parts = ("CALSIM", s.part_b, s.part_c, "1MON", s.part_f, "PER-AVER")
                origin = (run.load_id, f"{s.dss_kind}.dss", row, "0" * 64)
                copy.write_row((run.scenario_id, s.dss_kind, *parts, s.units, month_start(0), values, *origin))
        cursor.execute("delete from staging.scenario_load where scenario_id = %s", [run.scenario_id])
        cursor.execute(
            "insert into staging.scenario_load values (%s, %s, %s, %s, %s, 0, %s, %s)",
            [
                run.scenario_id,
                run.load_id,
                f"{run.scenario_id}.zip",
                "0" * 64,
                len(run.series),
                month_start(first),
                month_start(last),
            ],
        )


def storage(rng: np.random.Generator, capacity: float) -> Values:
    """A storage that wanders between a tenth of the capacity and the capacity, and often rests on either."""
    steps = np.cumsum(rng.normal(0, capacity / 8, MONTHS)) + capacity / 2
    low = capacity / 10
    span = 2 * (capacity - low)
    folded = np.abs((steps - low) % span - span / 2) * 2 * (capacity - low) / span + low
    return np.clip(np.round(folded, 3), low * 1.1, capacity * 0.95)


def release(rng: np.random.Generator) -> Values:
    """A flood release: nothing in most months."""
    return np.where(rng.random(MONTHS) < 0.12, np.round(rng.gamma(2, 1500, MONTHS), 2), 0.0)


def complete_run(scenario_id: str = "s9101") -> Run:
    """Every case that has an answer: levels of each origin, gaps, missing codes, flows in both units."""
    rng = np.random.default_rng(9101)
    run = Run(scenario_id)
    caps = {"SHSTA": 4552.0, "OROVL": 3424.8, "FOLSM": 967.0, "TRNTY": 2447.65, "NBLDB": 966.0, "MLRTN": 524.0}
    caps |= {"MELON": 2420.0, "SLUIS_CVP": 972.0, "SLUIS_SWP": 1067.0, "LLOYD": 220.0, "BRYSA": 1602.0, "KSWCK": 23.8}
    for code, capacity in caps.items():
        run.add(f"S_{code}", "STORAGE", "TAF", storage(rng, capacity))
    run.add("S_RLIEF", "STORAGE", " taf ", storage(rng, 15.6))
    run.add("S_NTOMA", "STORAGE", "TAF", np.zeros(MONTHS))
    by_name = {s.part_b: s.values for s in run.series}
    # gaps: a missing code, whole years, and one month of a year
    by_name["S_OROVL"][[5, 17]] = -901
    by_name["S_OROVL"][100] = -902
    by_name["S_OROVL"][240:276] = np.nan
    by_name["S_FOLSM"][6::12] = np.nan  # no April at all
    by_name["S_NBLDB"][:300] = np.nan
    # flood releases in both units, one without storage, one that never spills, one with gaps
    run.add("C_SHSTA_FLOOD", "SPILL", "CFS", release(rng))
    run.add("C_OROVL_FLOOD", "SPILL", "TAF", release(rng) / 20)
    run.add("C_MDSTO_FLOOD", "CHANNEL", "cfs", release(rng))
    run.add("C_BRYSA_FLOOD", "CHANNEL", "CFS", np.where(np.arange(MONTHS) % 7 == 0, 1e-8, 0.0))
    gappy = release(rng)
    gappy[rng.random(MONTHS) < 0.1] = np.nan
    run.add("C_FOLSM_FLOOD", "SPILL", "CFS", gappy)
    run.add("C_TRNTY_FLOOD", "SPILL", "CFS", np.full(MONTHS, np.nan))
    # levels: a series met exactly, one with gaps, one that is empty
    shasta = np.full(MONTHS, np.round(np.nanpercentile(by_name["S_SHSTA"], 80), 3))
    shasta[::5] = by_name["S_SHSTA"][::5] + 5e-7
    run.add("S_SHSTALEVEL5DV", "STORAGE-LEVEL", "TAF", shasta)
    run.add("S_SHSTALEVEL1DV", "STORAGE-LEVEL", "TAF", np.full(MONTHS, 550.0))
    oroville = np.full(MONTHS, 2800.0)
    oroville[::9] = np.nan
    run.add("S_OROVLLEVEL5DV", "STORAGE-LEVEL", "TAF", oroville)
    run.add("S_FOLSMLEVEL5DV", "STORAGE-LEVEL", "TAF", np.full(MONTHS, np.nan))
    # what must not be taken for anything
    run.add("S_SHSTA_DELTA", "STORAGE", "TAF", storage(rng, 100.0))
    run.add("S_SHSTA", "STORAGE-ZONE", "TAF", storage(rng, 100.0))
    run.add("S_HHOLE", "STORAGE-ZONE", "TAF", storage(rng, 207.0))
    return run


def late_run(scenario_id: str = "s9102") -> Run:
    """A simulation from January 1950 to March 1970: partial water years at both ends."""
    rng = np.random.default_rng(9102)
    outside = np.ones(MONTHS, dtype=bool)
    outside[339:582] = False
    run = Run(scenario_id)
    for code, capacity in {"SHSTA": 4552.0, "MLRTN": 524.0, "SLUIS": 2039.0}.items():
        run.add(f"S_{code}", "STORAGE", "TAF", np.where(outside, np.nan, storage(rng, capacity)))
    run.add("C_SHSTA_FLOOD", "SPILL", "CFS", np.where(outside, np.nan, release(rng)))
    return run


def doubtful_run(scenario_id: str = "s9103") -> Run:
    """Series that nobody may choose from or convert, beside a good one."""
    rng = np.random.default_rng(9103)
    run = Run(scenario_id)
    run.add("S_SHSTA", "STORAGE", "TAF", storage(rng, 4552.0))
    run.add("S_SHSTA", "STORAGE", "TAF", storage(rng, 4552.0), part_f="OTHER")
    run.add("S_OROVL", "STORAGE", "CFS", storage(rng, 3424.8))
    run.add("S_FOLSM", "STORAGE", "TAF", storage(rng, 967.0))
    run.add("S_FOLSMLEVEL1DV", "STORAGE-LEVEL", "FEET", np.full(MONTHS, 100.0))
    run.add("C_FOLSM_FLOOD", "SPILL", "PERCENT", release(rng))
    return run
