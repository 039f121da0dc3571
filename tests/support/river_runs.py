"""Small model runs for the tests of river flows and year types, with their public wide CSV files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from extract.convert.csv_files import write_wide
from extract.dss import MonthlySeries
from extract.dss.series import Parts, ReadReport
from extract.records import calendar
from extract.verification.oracle.run import MONTHS, Run, Values

SACRAMENTO = ("SRBB", "OROV", "YUBA", "FOLS")
SAN_JOAQUIN = ("ST", "TU", "ME", "SJ")


def write_csv(run: Run, folder: Path) -> Path:
    """Write the two wide CSV files of a run, as the extractor does; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("dv", "sv"):
        chosen = [s for s in run.series if s.dss_kind == kind]
        series = MonthlySeries(
            [Parts("CALSIM", s.part_b, s.part_c, "1MON", s.part_f) for s in chosen],
            np.array([s.values for s in chosen]).reshape(len(chosen), MONTHS),
            calendar.FIRST_MONTH,
            [s.units for s in chosen],
            ["PER-AVER"] * len(chosen),
            ReadReport(6, "6-WC", len(chosen)),
        )
        write_wide(folder / f"{kind}.csv", series, kind)
    return folder


def runoff(rng: np.random.Generator, mean_taf: float) -> Values:
    """Unimpaired monthly volumes in TAF: much in winter and spring, little in late summer, wet and dry years."""
    months = np.arange(MONTHS)
    season = 1.05 + np.cos((months % 12 - 6) * np.pi / 6)
    year = np.repeat(rng.gamma(4, 0.25, MONTHS // 12), 12)
    return np.asarray(np.round(mean_taf * season * year * rng.gamma(6, 1 / 6, MONTHS), 3))


def flow(rng: np.random.Generator, mean_cfs: float) -> Values:
    """A regulated flow in CFS: less seasonal than runoff."""
    return np.asarray(np.round(mean_cfs * rng.gamma(3, 1 / 3, MONTHS), 2))


def year_types(rng: np.random.Generator) -> Values:
    """A type for each water year from February on, as the model writes it."""
    types = np.repeat(rng.integers(1, 6, MONTHS // 12), 12).astype(float)
    return np.concatenate([types[:4], types[:-4]])


def add_runoff(run: Run, rng: np.random.Generator, basins: tuple[str, ...], mean_taf: float) -> None:
    """Add the unimpaired flows of some basins."""
    for basin in basins:
        run.add_input(f"UNIMP_{basin}", "FLOW-UNIMPAIRED", "TAF", runoff(rng, mean_taf))


def complete_run(scenario_id: str = "s9111") -> Run:
    """Every case that has an answer: four flows in both units, gaps, tidal and constant flow, small denominators."""
    rng = np.random.default_rng(9111)
    run = Run(scenario_id)
    add_runoff(run, rng, SACRAMENTO, 480)
    add_runoff(run, rng, SAN_JOAQUIN, 130)
    unimpaired = {s.part_b.removeprefix("UNIMP_"): s.values for s in run.series}
    unimpaired["TU"][rng.random(MONTHS) < 0.08] = 0.03  # below 1 CFS: a volume, but no ratio
    unimpaired["OROV"][[7, 30]] = -901
    for index, name in enumerate(("SAC", "SJR")):
        types = year_types(rng)
        types[[80 * 12 + 7]] = -901 if index else 2.5
        run.add(f"WYT_{name}_", "WATERYEARTYPE", "NONE", types)
    # all four flows, with gaps: a month, a season, whole years
    for reach, mean in {"AMR004": 3500.0, "TUO003": 900.0, "SAC289": 8000.0}.items():
        values = flow(rng, mean)
        minimum = np.where(rng.random(MONTHS) < 0.2, values + 0.005, values * rng.uniform(0.5, 1.02, MONTHS))
        target = np.where(rng.random(MONTHS) < 0.05, 0.0, mean * rng.uniform(0.4, 1.2, MONTHS))
        run.add(f"C_{reach}", "CHANNEL", "CFS", values)
        run.add(f"C_{reach}_MIF", "FLOW-MIN-INSTREAM", "CFS", minimum)
        run.add_input(f"EFLOWS_{reach}", "FLOW-MIN-EFLOW", "CFS", target)
    by_name = {s.part_b: s.values for s in run.series}
    by_name["C_AMR004"][[14, 40, 500]] = -901
    by_name["C_AMR004"][120:144] = np.nan
    by_name["EFLOWS_AMR004"][600:640] = np.nan
    by_name["C_SAC289_MIF"][::3] = -902
    run.add_input("UNIMP_SHAS", "FLOW-UNIMPAIRED", "CFS", runoff(rng, 9000))
    # a target that is always met exactly, within the noise of a solver
    target = flow(rng, 700)
    run.add("C_YUB002", "CHANNEL", "CFS", target * (1 - 1e-9))
    run.add_input("EFLOWS_YUB002", "FLOW-MIN-EFLOW", "CFS", target)
    # minimum and target, but no unimpaired flow; flow only; a volume; both directions; constant; nothing known
    run.add("C_MOK028", "CHANNEL", "CFS", flow(rng, 400))
    run.add("C_MOK028_MIF", "FLOW-MIN-INSTREAM", "CFS", flow(rng, 150))
    run.add_input("EFLOWS_MOK028", "FLOW-MIN-EFLOW", "TAF", flow(rng, 20))
    run.add("C_CAA003", "CHANNEL", "CFS", flow(rng, 5000))
    run.add("C_SAC000", "CHANNEL", "TAF", flow(rng, 1200))
    run.add("C_OMR014", "CHANNEL", "CFS", np.round(rng.normal(-4000, 1500, MONTHS), 1))
    run.add("C_FOLSM", "CHANNEL", "CFS", np.full(MONTHS, 1000.0))
    run.add("C_MCD005", "CHANNEL", "CFS", np.full(MONTHS, -901.0))
    # for the class of alteration: a flow that nearly follows nature, and one of which only the median does
    run.add("C_SJR180", "CHANNEL", "TAF", unimpaired["SJ"] * rng.uniform(0.8, 1.2, MONTHS))
    natural = runoff(rng, 20)
    run.add_input("UNIMP_WH", "FLOW-UNIMPAIRED", "TAF", natural)
    run.add("C_WKYTN", "CHANNEL", "TAF", natural * np.tile(np.repeat([0.01, 0.02, 1, 30, 40], 12), 20))
    # what must not be taken for anything
    run.add_input("UNIMP_FOLS_UHH", "FLOW-UNIMPAIRED", "TAF", runoff(rng, 1))
    run.add("C_NTOMA_MIF", "FLOW-MIN-INSTREAM", "CFS", flow(rng, 500))
    return run


def late_run(scenario_id: str = "s9112") -> Run:
    """January 1950 to March 1970, without targets and year types; the runoff of one basin has a gap."""
    rng = np.random.default_rng(9112)
    run = Run(scenario_id)
    add_runoff(run, rng, SACRAMENTO, 300)
    run.add("C_AMR004", "CHANNEL", "CFS", flow(rng, 3500.0))
    run.add("C_YUB002", "CHANNEL", "KM", flow(rng, 700.0))
    outside = np.ones(MONTHS, dtype=bool)
    outside[339:582] = False
    for s in run.series:
        s.values[outside] = np.nan
    run.series[1].values[450] = np.nan
    return run


def shifted(run: Run, scenario_id: str) -> Run:
    """The same series one month later, as with misread stamps."""
    return Run(scenario_id, [replace(s, values=np.concatenate([[np.nan], s.values[:-1]])) for s in run.series])
