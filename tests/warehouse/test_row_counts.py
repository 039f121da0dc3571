"""Row counts of the statistics tables: lost and surplus rows are found, against the run and against the review."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest

from extract.reference import expected_rows
from extract.reference.expected_rows import Figure
from tests.support import reservoir_runs as runs

ROOT = Path(__file__).resolve().parents[2]
RunDbt = Callable[..., CompletedProcess[str]]
FACT = "fct_reservoir_storage_monthly"
EXTRA = (
    f'insert into marts.{FACT} select (jsonb_populate_record(f, \'{{"reservoir_code": "KSWCK"}}\')).* '
    f"from marts.{FACT} as f where reservoir_code = 'SHSTA' limit 1"
)


@pytest.fixture(scope="module")
def built(new_database: Callable[..., str], deployed_template: str, run_dbt: RunDbt) -> str:
    """A warehouse with a run that has three reservoirs and one flood release."""
    url = new_database(deployed_template)
    runs.load(url, runs.late_run())
    run_dbt(url, "run", "--select", "scenario:s9102", check=True)
    return url


def count_again(url: str, run_dbt: RunDbt) -> tuple[int, set[str]]:
    """Compare once more, and the tests that are red then."""
    result = run_dbt(
        url, "build", "--select", "scenario:s9102,fct_verification_row_count", "--exclude", "test_type:unit"
    )
    return result.returncode, set(re.findall(r"FAIL \d+ (row_counts_\w+)", result.stdout))


def test_a_sparse_run_has_the_rows_that_follow_from_it(built: str) -> None:
    with psycopg.connect(built) as link:
        rows = link.execute(
            "select table_name, expected_rows, reviewed_rows, actual_rows from verification.fct_verification_row_count"
            " where expected_rows > 0 or actual_rows > 0"
        ).fetchall()
    # tables of other families have, and should have, none
    assert sorted(row for row in rows if row[1:] != (0, None, 0)) == [
        ("fct_reservoir_period_summary", 3, None, 3),
        ("fct_reservoir_spill_monthly", 36, None, 36),
        ("fct_reservoir_storage_monthly", 36, None, 36),
        ("fct_storage_aggregate_monthly", 24, None, 24),
    ]


@pytest.mark.parametrize(
    ("statement", "red"),
    [
        (f"delete from marts.{FACT} where water_month = 3", {"row_counts_follow_from_the_run"}),
        (EXTRA, {"row_counts_follow_from_the_run"}),
        (
            "insert into reference.expected_row_counts"
            f" select scenario_id, '{FACT}', receipt_id, 48, 'a fuller file' from staging.scenario_load",
            {"row_counts_are_the_reviewed_ones"},
        ),
    ],
    ids=["lost", "surplus", "other than reviewed"],
)
def test_difference_turns_the_build_red(
    built: str, new_database: Callable[..., str], run_dbt: RunDbt, statement: str, red: set[str]
) -> None:
    url = new_database(built)
    with psycopg.connect(url) as link:
        assert link.execute(statement.encode()).rowcount > 0
    assert count_again(url, run_dbt) == (1, red)


def test_every_statistics_table_has_a_rule_and_is_counted(manifest: dict[str, Any]) -> None:
    # tier results follow from deliveries, not from a model run: see tests/dbt/tier_results_follow_from_deliveries.sql
    files = {n["name"]: n["original_file_path"] for n in manifest["nodes"].values()}
    facts = {name for name, file in files.items() if "/marts/" in file and "/marts/tier/" not in file}
    facts = {name for name in facts if name.startswith("fct_") and f"model.coeqwal.{name}" in manifest["nodes"]}
    with open(ROOT / "seeds" / "08_verification" / "expected_row_rule.csv") as file:
        ruled = {row["table_name"] for row in csv.DictReader(file)}
    parents = manifest["nodes"]["model.coeqwal.fct_verification_row_count"]["depends_on"]["nodes"]
    counted = {parent.rpartition(".")[2] for parent in parents if ".fct_" in parent}
    assert ruled == facts, "give each table its rule in expected_row_rule"
    assert counted == facts, "name each table in fct_verification_row_count"


OLD = [
    Figure("s0001", "a", "l", 3, "seen"),
    Figure("s0001", "b", "l", 4, "seen"),
    Figure("s0009", "a", "k", 1, "elsewhere"),
]


def test_update_keeps_reasons_and_scenarios_that_are_not_here() -> None:
    now = [Figure("s0001", "a", "l", 3, "now"), Figure("s0001", "c", "l", 5, "now")]
    assert expected_rows.differences(OLD, now) == ["s0001 b: reviewed 4, now None", "s0001 c: reviewed None, now 5"]
    after = expected_rows.updated(OLD, now)
    assert after == [OLD[0], Figure("s0001", "c", "l", 5, "now"), OLD[2]]
    assert expected_rows.differences(after, now) == []


def test_another_load_waits_for_its_own_review() -> None:
    now = [Figure("s0001", "a", "m", 7, "now")]
    assert expected_rows.differences(OLD, now) == []
    assert expected_rows.updated(OLD, now) == [now[0], OLD[2]]


def test_seed_is_written_as_it_is_read() -> None:
    committed = ROOT / expected_rows.SEED
    assert expected_rows.as_csv(expected_rows.read(committed)) == committed.read_text()


def test_figures_come_from_the_warehouse(built: str) -> None:
    with psycopg.connect(built) as link:
        now = expected_rows.counted(link, ["s9102", "s0001"])
    assert ("fct_reservoir_period_summary", 3) in {(f.table_name, f.expected_rows) for f in now}
    assert {f.scenario_id for f in now} == {"s9102"}
