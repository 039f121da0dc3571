"""Every column of the reservoir facts is what numpy makes of the same arrays, on made-up and on real runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from extract.verification import oracle
from tests.support import reservoir_runs as runs

FACTS = [table for table, fact in oracle.FACTS.items() if fact.family == "reservoir"]
KEYS = ("reservoir_code", "aggregate_code", "water_month")
MADE_UP = {"s9101": runs.complete_run(), "s9102": runs.late_run(), "s9103": runs.doubtful_run()}
DbtCommand = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def warehouse(new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand) -> str:
    """A warehouse with the made-up runs."""
    url = new_database(deployed_template)
    for run in MADE_UP.values():
        runs.load(url, run)
    run_dbt(url, "run", "--select", *(f"scenario:{scenario}" for scenario in MADE_UP), check=True)
    return url


def rows_of(url: str, fact: str, scenario_id: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from marts.{fact} where scenario_id = %s", [scenario_id]).fetchall()
    return found


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[k] for k in KEYS if k in row)


@pytest.mark.parametrize("scenario", MADE_UP)
@pytest.mark.parametrize("fact", FACTS)
def test_made_up_run(warehouse: str, fact: str, scenario: str) -> None:
    assert oracle.differences(warehouse, fact, MADE_UP[scenario]) == []


@pytest.mark.parametrize("fact", FACTS)
def test_made_up_runs_reach_every_column(fact: str) -> None:
    """A comparison of NULL with NULL proves little: each column has a value somewhere, and most also a NULL."""
    rows = [row for run in MADE_UP.values() for row in oracle.FACTS[fact].rows(run)]
    never = {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None}
    assert never == set()


def test_comparison_sees_a_difference(warehouse: str, new_database: Callable[..., str]) -> None:
    """The comparison itself can fail: on a wrong number, a missing row and a NULL."""
    url = new_database(warehouse)
    change = "update marts.fct_reservoir_storage_monthly set {} where scenario_id = 's9101' and water_month = 7"
    with psycopg.connect(url) as link:
        link.execute(change.format("q30_taf = q30_taf * 1.00001") + " and reservoir_code = 'SHSTA'")
        link.execute(change.format("mean_pct = null") + " and reservoir_code = 'OROVL'")
        link.execute(
            "delete from marts.fct_reservoir_storage_monthly where (reservoir_code, water_month) = ('BRYSA', 2)"
        )
    table = "fct_reservoir_storage_monthly"
    (outcome,) = oracle.compare(url, MADE_UP["s9101"], MADE_UP["s9101"].load_id, [table])
    assert [str(d).split(":")[0].removeprefix(f"{table} ") for d in outcome.differences] == [
        "BRYSA 2", "OROVL 7 mean_pct", "SHSTA 7 q30_taf",
    ]  # fmt: skip
    assert outcome.differences[-1].size == pytest.approx(1e-5, rel=1e-4)


def test_a_series_that_cannot_be_chosen_gives_null_and_a_red_test(warehouse: str, run_dbt: DbtCommand) -> None:
    by_code = {row["reservoir_code"]: row for row in rows_of(warehouse, "fct_reservoir_period_summary", "s9103")}
    assert by_code["SHSTA"]["storage_months_count"] == 0
    assert by_code["OROVL"]["april_mean_taf"] is None
    assert by_code["FOLSM"]["dead_pool_basis"] is None
    names = ("mapped_variables_are_unambiguous", "mapped_variables_have_a_known_unit")
    good = run_dbt(warehouse, "test", "--select", *(f"scenario:s9101,{name}" for name in names))
    bad = run_dbt(warehouse, "test", "--select", *(f"scenario:s9103,{name}" for name in names))
    assert (good.returncode, bad.returncode) == (0, 1)
    assert [f"FAIL {count} {name}" in bad.stdout for name, count in zip(names, (1, 3), strict=True)] == [True, True]


@pytest.mark.real_data
def test_real_run(
    real_data: Path, new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand
) -> None:
    run = oracle.read_files("s9001", {"dv": real_data / "calsim3" / "general_recon_baseline_dv.csv"})
    url = new_database(deployed_template)
    runs.load(url, run)
    run_dbt(url, "run", "--select", "scenario:s9001", check=True)
    assert [w for fact in FACTS for w in oracle.differences(url, fact, run)] == []
    storage = {key_of(row): row for row in rows_of(url, "fct_reservoir_storage_monthly", "s9001")}
    april, september = storage["SHSTA", 7], storage["SHSTA", 12]
    names = ("mean_taf", "cv", "q10_taf", "q50_taf", "q90_taf")
    assert [round(april[n], 3) for n in names] == [4029.502, 0.166, 2942.957, 4242.923, 4552.1]
    assert (round(september["mean_taf"], 4), round(september["cv"], 6)) == (2881.4383, 0.237619)
