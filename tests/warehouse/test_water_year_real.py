"""Real flows and runoff: the public run s9001 against the oracle, and DWR's record of indices and types since 1906."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import psycopg
import pytest

from extract.verification import oracle
from extract.verification.oracle.run import MONTHS, Run
from extract.verification.oracle.water_years import BOUNDS, WEIGHTS
from tests.support import reservoir_runs
from tests.warehouse.test_river_oracle import FACTS, rows_of

pytestmark = pytest.mark.real_data
DbtCommand = Callable[..., CompletedProcess[str]]
BASINS = {"SAC_40_30_30": ("SRBB", "OROV", "YUBA", "FOLS"), "SJR_60_20_20": ("ST", "TU", "ME", "SJ")}
FIRST, LAST = 1906, 2023
Record = dict[int, tuple[float, float, float, str]]


def read_record(path: Path) -> dict[str, Record]:
    """Runoff October to March and April to July, index and type by index and water year, as DWR prints them."""
    lines = [line.split() for line in path.read_text().splitlines() if line[:4].isdigit()]
    return {
        code: {int(w[0]): (float(w[at]), float(w[at + 1]), float(w[at + 3]), w[at + 4]) for w in lines}
        for code, at in (("SAC_40_30_30", 1), ("SJR_60_20_20", 6))
    }


def run_of(record: dict[str, Record], scenario_id: str, first: int) -> Run:
    """A run whose water years from 1924 are those of the record from `first`.

    The two years before fix the index that the first one rests on: runoff without end puts it at its cap, and one year
    later it is the printed index of the year before `first`, or what the first printed row implies.
    """
    run = Run(scenario_id)
    for code, (of_spring, of_winter, of_before, cap) in WEIGHTS.items():
        years = record[code]
        winter, spring, index, _ = years[first]
        implied = (index - of_spring * spring - of_winter * winter) / of_before
        before = years[first - 1][2] if first - 1 in years else implied
        runoff = np.zeros((MONTHS // 12, 12))
        runoff[0, 6] = 2 * cap / of_spring
        runoff[1, 6] = (before - of_before * cap) / of_spring
        for place, year in enumerate(range(first, min(LAST, first + 97) + 1), start=2):
            runoff[place, 0], runoff[place, 6] = years[year][:2]
        empty = np.zeros(MONTHS)
        for part, basin in enumerate(BASINS[code]):
            values = runoff.reshape(-1) * 1000 if part == 0 else empty
            run.add_input(f"UNIMP_{basin}", "FLOW-UNIMPAIRED", "TAF", values)
    return run


@pytest.fixture(scope="module")
def record(real_data: Path) -> dict[str, Record]:
    return read_record(real_data / "water_year" / "wsihist.txt")


@pytest.fixture(scope="module")
def computed(
    record: dict[str, Record], new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand
) -> dict[tuple[str, int], tuple[float, str]]:
    """Index and type that the models compute from the record's runoff, by index and year of the record."""
    url = new_database(deployed_template)
    firsts = {"s9121": FIRST, "s9122": LAST - 97}
    for scenario, first in firsts.items():
        reservoir_runs.load(url, run_of(record, scenario, first))
    run_dbt(url, "run", "--select", *(f"scenario:{s},fct_water_year_type" for s in firsts), check=True)
    with psycopg.connect(url) as link:
        rows = link.execute(
            "select scenario_id, index_code, water_year, computed_index_maf, type_code, basis"
            " from marts.fct_water_year_type where water_year >= 1924 and scenario_id = any(%s)",
            [list(firsts)],
        ).fetchall()
    assert {basis for *_, basis in rows} == {"computed from runoff"}
    return {(code, firsts[s] + year - 1924): (index, letter) for s, code, year, index, letter, _ in rows}


def test_every_year_of_the_record_has_its_index(
    record: dict[str, Record], computed: dict[tuple[str, int], tuple[float, str]]
) -> None:
    for code, years in record.items():
        assert sorted(years) == list(range(FIRST, LAST + 1))
        wrong = {
            y: (computed[code, y][0], index)
            for y, (*_, index, _) in years.items()
            if abs(computed[code, y][0] - index) > 0.01
        }
        assert wrong == {}, code


def test_every_year_of_the_record_has_its_type(
    record: dict[str, Record], computed: dict[tuple[str, int], tuple[float, str]]
) -> None:
    """Types are the printed ones; for the Sacramento, except where the printed index lies on the bound of two types."""
    differ = {
        (c, y): index for c, years in record.items() for y, (*_, index, t) in years.items() if computed[c, y][1] != t
    }
    assert {code for code, _ in differ} <= {"SAC_40_30_30"}
    on_a_bound = [min(abs(index - bound) for bound in BOUNDS[code]) <= 0.005 for (code, _), index in differ.items()]
    assert all(on_a_bound), differ


def test_real_flows_are_what_the_oracle_makes_of_the_csv_files(
    real_data: Path, new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand, tmp_path: Path
) -> None:
    url = new_database(deployed_template)
    zip_file = real_data / "runs" / "s9001_general_recon_baseline.zip"
    for words in (["extract", "s9001", "--zip", str(zip_file)], ["load", "s9001"]):
        result = subprocess.run(
            [sys.executable, "-m", "extract.cli.main", *words],
            env={**os.environ, "DATABASE_URL": url, "COEQWAL_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
    run_dbt(url, "run", "--select", *(f"scenario:s9001,{fact}" for fact in FACTS), check=True)
    run = oracle.read_public(tmp_path / "archive" / "scenario" / "s9001" / "csv", "s9001")
    with psycopg.connect(url) as link:
        (load_id,) = link.execute("select receipt_id from staging.scenario_load").fetchone() or ("",)
    assert [w for fact in FACTS for w in oracle.differences(url, fact, run, load_id)] == []
    seasons = rows_of(url, "fct_env_flow_seasonal", "s9001")
    assert len(seasons) >= 20
    assert {row["of_unimpaired_mean_pct"] for row in seasons.values()} == {None}, "the run has no unimpaired flow"
