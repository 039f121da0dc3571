"""Results of checks and the record of activations: kept as they came, and no pass without anything compared."""

import csv
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from extract.errors import CheckFailedError
from extract.settings import PROJECT
from extract.verification import results
from extract.verification.results import CheckResult
from extract.warehouse import load

pytestmark = pytest.mark.postgres_15
PASSED = CheckResult("s0105", "s0105-aaa", "oracle", "reservoir", "storage_monthly", "passed", "oracle", 12, 0)


@pytest.fixture
def url(new_database, prepared_template):
    return new_database(prepared_template)


def seed(name):
    with (PROJECT / "seeds" / "08_verification" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def stored(url, columns):
    with psycopg.connect(url) as link:
        return link.execute(f"select {columns} from ops.verification_result order by result_id").fetchall()


def test_the_families_have_the_tables_of_their_folders(manifest):
    tables = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts" and node["name"].startswith("fct_"):
            tables.setdefault(node["fqn"][2], set()).add(node["name"])
    families = {row["family_code"]: set(row["table_names"].split()) for row in seed("verification_family")}
    assert families == {**tables, "all": set()}


def test_dbt_has_tests_for_exactly_the_cells_that_are_expected_of_it(deployed_template):
    with psycopg.connect(deployed_template) as link:
        found = set(link.execute("select question, family from ops.verification_check").fetchall())
    questions = {row["question_code"]: row["families"].split() for row in seed("verification_question")}
    expected = {(code, family) for code in ("dbt_tests", "dbt_warnings") for family in questions[code]}
    assert found == expected
    families = {row["family_code"] for row in seed("verification_family")}
    assert set().union(*questions.values()) == families


def test_a_result_is_kept_with_its_examples(url):
    worst = {"reservoir": "SHSTA", "expected": np.float64(1.5), "got": float("nan"), "months": np.int64(3), "gap": None}
    failed = replace(PASSED, status="failed", failed_count=1, message="one is wrong", examples=(worst,) * 11)
    run = results.record(url, [PASSED, failed])
    assert stored(
        url, "run_id, load_id, question, family, check_name, status, checked_count, failed_count, message"
    ) == [
        (run, "s0105-aaa", "oracle", "reservoir", "storage_monthly", "passed", 12, 0, None),
        (run, "s0105-aaa", "oracle", "reservoir", "storage_monthly", "failed", 12, 1, "one is wrong"),
    ]
    kept = {"reservoir": "SHSTA", "expected": 1.5, "got": "nan", "months": 3, "gap": None}
    assert stored(url, "examples, length(code_version)") == [([], 16), ([kept] * 10, 16)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"checked_count": 0},
        {"failed_count": 1},
        {"status": "unknown"},
        {"verifier": "somebody"},
        {"scenario_id": "0105"},
    ],
)
def test_a_result_that_contradicts_itself_is_refused_with_its_whole_run(url, wrong):
    with pytest.raises(CheckFailedError):
        results.record(url, [PASSED, replace(PASSED, **wrong)])
    assert stored(url, "1") == []


@pytest.mark.parametrize("table", ["verification_result", "activation"])
@pytest.mark.parametrize("statement", ["update ops.{} set load_id = 'x'", "delete from ops.{}", "truncate ops.{}"])
def test_nobody_changes_results_and_activations(url, table, statement):
    results.record(url, [PASSED])
    with psycopg.connect(url) as link, pytest.raises(psycopg.errors.RestrictViolation, match=table):
        link.execute(statement.format(table))


def test_a_load_is_a_model_run_or_tier_results(url):
    with psycopg.connect(url) as link:
        assert results.load_of(link, "s0105", "reservoir") is None
        link.execute(
            "insert into staging.scenario_load"
            " (scenario_id, receipt_id, zip_name, zip_sha256, dv_series, sv_series, first_month, last_month)"
            " values ('s0105', 's0105-aaa', 'x.zip', 'x', 1, 0, '1921-10-01', '2021-09-01')"
        )
        link.execute(
            "insert into staging.tier_load (scenario_id, tier_code, delivery_id, content_digest, source_file,"
            " source_sha256, archive_key, result_count) values ('s0105', 'M', 'd', 'c', 'f', 'x', 'k', 1)"
        )
        assert results.load_of(link, "s0105", "reservoir") == "s0105-aaa"
        assert results.load_of(link, "s0105", "tier") != load.loaded_receipt(url, "s0105")
        version = link.execute("select version from staging.scenario_version").fetchone()[0]
        assert version == f"s0105-aaa+{results.load_of(link, 's0105', 'tier')}"
