"""Every column of the reservoir facts is what numpy makes of the same arrays, on made-up and on real runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.warehouse import reservoir_oracle as oracle
from tests.warehouse import reservoir_runs as runs

pytestmark = pytest.mark.postgres_15

ABSOLUTE = RELATIVE = 1e-6
"""The one tolerance of the comparisons, that of the seed constant `relative_tolerance_fraction`."""

FACTS: dict[str, Callable[[runs.Run], Iterator[oracle.Row]]] = {
    "fct_reservoir_storage_monthly": oracle.storage_monthly,
    "fct_reservoir_spill_monthly": oracle.spill_monthly,
    "fct_reservoir_period_summary": oracle.period_summary,
    "fct_storage_aggregate_monthly": oracle.aggregate_monthly,
}
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


def same(got: Any, want: Any) -> bool:
    if got is None or want is None or isinstance(want, str):
        return bool(got == want)
    return abs(got - want) <= ABSOLUTE + RELATIVE * abs(want)


def differences(url: str, fact: str, run: runs.Run) -> list[str]:
    """What the fact table and the oracle do not agree on."""
    expected = {key_of(row): row for row in FACTS[fact](run)}
    found = {key_of(row): row for row in rows_of(url, fact, run.scenario_id)}
    wrong = [f"only in one of them: {key}" for key in expected.keys() ^ found.keys()]
    for key in expected.keys() & found.keys():
        row = {"scenario_id": run.scenario_id, "load_id": run.load_id, **expected[key]}
        wrong += [f"{key}: column {c} is in one of them only" for c in row.keys() ^ found[key].keys()]
        for column in row.keys() & found[key].keys():
            if not same(found[key][column], row[column]):
                wrong.append(f"{key} {column}: SQL {found[key][column]}, numpy {row[column]}")
    return sorted(wrong)


@pytest.mark.parametrize("scenario", MADE_UP)
@pytest.mark.parametrize("fact", FACTS)
def test_made_up_run(warehouse: str, fact: str, scenario: str) -> None:
    assert differences(warehouse, fact, MADE_UP[scenario]) == []


@pytest.mark.parametrize("fact", FACTS)
def test_made_up_runs_reach_every_column(fact: str) -> None:
    """A comparison of NULL with NULL proves little: each column has a value somewhere, and most also a NULL."""
    rows = [row for run in MADE_UP.values() for row in FACTS[fact](run)]
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
    wrong = differences(url, "fct_reservoir_storage_monthly", MADE_UP["s9101"])
    assert [w.split(":")[0] for w in wrong] == ["('OROVL', 7) mean_pct", "('SHSTA', 7) q30_taf", "only in one of them"]


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
    run = runs.read_calsim_csv(real_data / "calsim3" / "general_recon_baseline_dv.csv", "s9001")
    url = new_database(deployed_template)
    runs.load(url, run)
    run_dbt(url, "build", "--select", "scenario:s9001", check=True)
    assert [w for fact in FACTS for w in differences(url, fact, run)] == []
    storage = {key_of(row): row for row in rows_of(url, "fct_reservoir_storage_monthly", "s9001")}
    april, september = storage["SHSTA", 7], storage["SHSTA", 12]
    names = ("mean_taf", "cv", "q10_taf", "q50_taf", "q90_taf")
    assert [round(april[n], 3) for n in names] == [4029.502, 0.166, 2942.957, 4242.923, 4552.1]
    assert (round(september["mean_taf"], 4), round(september["cv"], 6)) == (2881.4383, 0.237619)
