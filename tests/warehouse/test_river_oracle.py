"""Every column of the river and year-type facts is what numpy makes of the public CSV files, made up and real."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.rows import dict_row

from tests.warehouse import reservoir_runs, river_runs
from tests.warehouse import river_oracle as oracle
from tests.warehouse.reservoir_runs import MONTHS, Run

RELATIVE = 1e-9
KEYS = ("reach_code", "water_month", "season_code", "year_type_number", "index_code", "water_year")
MODELS = ("fct_env_flow_availability+", "fct_env_flow_monthly", "fct_env_flow_period_summary", "fct_env_flow_seasonal")
DbtCommand = Callable[..., CompletedProcess[str]]
COMPLETE, LATE = river_runs.complete_run(), river_runs.late_run()


def in_taf(run: Run, scenario_id: str) -> Run:
    """The same run with its reach flows given in TAF."""
    series = [
        replace(s, values=np.where(s.values == -901, -901, s.values * oracle.TAF_OF_CFS), units="TAF")
        if s.part_b.startswith("C_") and s.part_c == "CHANNEL" and s.units == "CFS"
        else s
        for s in run.series
    ]
    return Run(scenario_id, series)


def without_targets(run: Run, scenario_id: str) -> Run:
    """The same run as one of the scenarios that have no functional flow targets."""
    return Run(scenario_id, [s for s in run.series if not s.part_b.startswith("EFLOWS_")])


RUNS = {
    "s9111": COMPLETE,
    "s9112": LATE,
    "s9113": river_runs.shifted(COMPLETE, "s9113"),
    "s9114": in_taf(COMPLETE, "s9114"),
    "s9115": without_targets(COMPLETE, "s9115"),
}


@pytest.fixture(scope="module")
def warehouse(new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand) -> str:
    """A warehouse with the made-up runs."""
    url = new_database(deployed_template)
    for run in RUNS.values():
        reservoir_runs.load(url, run)
    chosen = [f"scenario:{scenario},{fact}" for scenario in RUNS for fact in oracle.FACTS]
    run_dbt(url, "run", "--select", *chosen, check=True)
    return url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public CSV files of the made-up runs, in a folder for each scenario."""
    made = tmp_path_factory.mktemp("csv")
    for scenario, run in RUNS.items():
        river_runs.write_csv(run, made / scenario)
    return made


def rows_of(url: str, fact: str, scenario_id: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from marts.{fact} where scenario_id = %s", [scenario_id]).fetchall()
    return {key_of(row): row for row in found}


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[k] for k in KEYS if k in row)


def same(got: Any, want: Any) -> bool:
    if got is None or want is None or isinstance(want, str):
        return bool(got == want)
    return abs(got - want) <= RELATIVE * max(1e-3, abs(want))


def differences(url: str, fact: str, scenario_id: str, files: oracle.Files) -> list[str]:
    """What the fact table and the oracle do not agree on."""
    expected = {key_of(row): row for row in oracle.FACTS[fact](files)}
    found = rows_of(url, fact, scenario_id)
    wrong = [f"only in one of them: {key}" for key in expected.keys() ^ found.keys()]
    for key in expected.keys() & found.keys():
        row, got = expected[key], found[key]
        wrong += [f"{key}: column {c} is in one of them only" for c in row.keys() ^ (got.keys() - {"scenario_id", "load_id"})]
        for column in row.keys() & got.keys():
            if not same(got[column], row[column]):
                wrong.append(f"{key} {column}: SQL {got[column]}, numpy {row[column]}")
    return sorted(wrong)


@pytest.mark.parametrize("scenario", ["s9111", "s9112"])
@pytest.mark.parametrize("fact", oracle.FACTS)
def test_made_up_run(warehouse: str, folder: Path, fact: str, scenario: str) -> None:
    assert differences(warehouse, fact, scenario, oracle.read(folder / scenario)) == []


@pytest.mark.parametrize("fact", oracle.FACTS)
def test_made_up_runs_reach_every_column(folder: Path, fact: str) -> None:
    """A comparison of NULL with NULL proves little: each column has a value somewhere."""
    rows = [row for scenario in ("s9111", "s9112") for row in oracle.FACTS[fact](oracle.read(folder / scenario))]
    never = {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None}
    assert never == set()


def test_every_class_of_alteration_occurs(warehouse: str) -> None:
    found = {r["alteration_class"] for s in ("s9111", "s9112") for r in rows_of(warehouse, "fct_env_flow_seasonal", s).values()}
    assert found == {"likely_unaltered", "likely_altered", "indeterminate", None}


@pytest.mark.parametrize(
    ("kind", "part_b", "month", "fact"),
    [
        ("dv", "C_AMR004", "1950-04-30", "fct_env_flow_monthly"),
        ("dv", "C_AMR004", "1950-10-31", "fct_env_flow_seasonal"),
        ("dv", "C_TUO003_MIF", "1950-04-30", "fct_env_flow_period_summary"),
        ("sv", "EFLOWS_TUO003", "1950-04-30", "fct_env_flow_seasonal"),
        ("dv", "WYT_SAC_", "1950-05-31", "fct_env_flow_year_type"),
        ("sv", "UNIMP_YUBA", "1950-05-31", "fct_water_year_type"),
    ],
)
def test_a_changed_cell_is_seen(
    warehouse: str, tmp_path: Path, kind: str, part_b: str, month: str, fact: str
) -> None:
    """The comparison itself can fail: one cell of one CSV file makes a difference."""
    path = river_runs.write_csv(COMPLETE, tmp_path) / f"{kind}.csv"
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    column = rows[1].index(part_b)
    cell = next(row for row in rows if row[0] == month)
    cell[column] = str(6 - float(cell[column]) if part_b == "WYT_SAC_" else float(cell[column]) * 1.5 + 1)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert differences(warehouse, fact, "s9111", oracle.read(tmp_path)) != []
