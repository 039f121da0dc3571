"""A load is shown when every blocking check of this very load and of its present tables has passed, and not before."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from extract.errors import DiskFullError, UsageError
from extract.intake.overrides import NotConfirmedError
from extract.verification import results
from extract.verification.results import CheckResult
from extract.warehouse import activation, load
from extract.warehouse.activation import NotPassedError, activate, deactivate
from tests.support import verified

SCENARIO = "s0105"
FIRST, SECOND = "s0105-aaa", "s0105-bbb"


def execute(url, statement, *values):
    with psycopg.connect(url) as link:
        cursor = link.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def load_run(url, receipt):
    """The record of a load, without its series."""
    execute(
        url,
        "insert into staging.scenario_load"
        " (scenario_id, receipt_id, zip_name, zip_sha256, dv_series, sv_series, first_month, last_month)"
        " values (%s, %s, 'x.zip', 'x', 1, 0, '1921-10-01', '2021-09-01')"
        " on conflict (scenario_id) do update set receipt_id = excluded.receipt_id, loaded_at = clock_timestamp()",
        SCENARIO,
        receipt,
    )


def build(url, receipt, tables="fct_%"):
    """What a build leaves: the times of all tables, and the count of one with a row too few or not."""
    execute(
        url,
        "insert into ops.scenario_build (model, scenario_id, fingerprint, invocation_id)"
        " select model, %s, '', '' from ops.scenario_build where scenario_id = '*' and model like 'api_verification%%'"
        " union select name, %s, '', '' from reference.verification_family, string_to_table(table_names, ' ') as name"
        " where name like %s"
        " on conflict (model, scenario_id) do update set built_at = clock_timestamp()",
        SCENARIO,
        SCENARIO,
        tables,
    )
    execute(url, "delete from verification.fct_verification_row_count where scenario_id = %s", SCENARIO)
    count(url, receipt, "fct_reservoir_storage_monthly", 12)
    execute(url, "delete from marts.fct_reservoir_storage_monthly where scenario_id = %s", SCENARIO)
    execute(
        url,
        "insert into marts.fct_reservoir_storage_monthly (scenario_id, reservoir_code, water_month, load_id)"
        " values (%s, 'SHSTA', 1, %s)",
        SCENARIO,
        receipt,
    )


def count(url, receipt, table, actual):
    execute(
        url,
        "insert into verification.fct_verification_row_count"
        " (scenario_id, table_name, expected_rows, reviewed_rows, actual_rows, load_id)"
        " values (%s, %s, 12, null, %s, %s)",
        SCENARIO,
        table,
        actual,
        receipt,
    )


def dbt_answers(url, receipt, **wrong):
    """Rows as dbt's hook writes them, for every test that dbt has."""
    checks = execute(url, "select question, family, check_name from ops.verification_check where family <> 'tier'")
    return [
        CheckResult(SCENARIO, receipt, question, family, name, wrong.get(name, "passed"), "dbt", None, 0)
        for question, family, name in checks
    ]


@pytest.fixture(scope="module")
def template(new_database, deployed_template):
    """A deployed warehouse with one run of which everything was found right."""
    url = new_database(deployed_template)
    load_run(url, FIRST)
    build(url, FIRST)
    results.record(url, dbt_answers(url, FIRST))
    verified.answer(url, SCENARIO)
    return url


@pytest.fixture
def url(new_database, template):
    return new_database(template)


def cells(url):
    with psycopg.connect(url) as link:
        return {(cell.question_code, cell.family_code): cell for cell in activation.cells(link, [SCENARIO])}


def blocking(url):
    return {key for key, cell in cells(url).items() if cell.blocks}


def shown(url):
    return execute(url, "select is_active, load_id from api.api_scenario where scenario_id = %s", SCENARIO)[0]


def test_a_load_of_which_everything_is_right_is_shown(url):
    assert shown(url) == (False, None)
    done = activate(url, SCENARIO, "ann", "reviewed")
    assert (done.load_id, done.is_active, done.changed) == (FIRST, True, True)
    assert shown(url) == (True, FIRST)
    assert not activate(url, SCENARIO, "bob").changed
    assert deactivate(url, SCENARIO, "bob", "wrong file").changed
    assert shown(url) == (False, None)
    assert not deactivate(url, SCENARIO, "bob").changed
    rows = execute(url, "select load_id, is_active, changed_by, reason from ops.activation order by activation_id")
    assert rows == [(FIRST, True, "ann", "reviewed"), (FIRST, False, "bob", "wrong file")]


def test_a_load_that_cannot_be_kept_is_not_shown(url):
    def full(load_id):
        raise DiskFullError(f"no space for {load_id}")

    with pytest.raises(DiskFullError, match=FIRST):
        activate(url, SCENARIO, "ann", freeze=full)
    assert shown(url) == (False, None)


@pytest.mark.parametrize("question", ["dss_csv", "csv_staging", "staging_facts", "oracle"])
@pytest.mark.parametrize("status", ["failed", "error", "not_checked"])
def test_one_answer_that_is_no_pass_blocks_it(url, question, status):
    verified.answer(url, SCENARIO, **{question: status})
    with pytest.raises(NotPassedError) as refused:
        activate(url, SCENARIO, "ann")
    assert {(cell.question_code, cell.status) for cell in refused.value.cells} == {(question, status)}
    assert f"{question} of " in str(refused.value)
    assert f"`coeqwal verify {SCENARIO} --question {question}`" in str(refused.value)
    assert shown(url) == (False, None)
    assert execute(url, "select 1 from ops.activation") == []
    verified.answer(url, SCENARIO)
    assert activate(url, SCENARIO, "ann").changed


def test_one_data_test_that_found_a_row_blocks_it(url):
    results.record(url, dbt_answers(url, FIRST, fct_reservoir_storage_monthly_grain="failed"))
    assert blocking(url) == {("dbt_tests", "reservoir")}
    results.record(url, dbt_answers(url, FIRST))
    assert blocking(url) == set()


def test_a_table_with_a_row_too_few_blocks_it(url):
    count(url, FIRST, "fct_reservoir_spill_monthly", 11)
    assert blocking(url) == {("row_counts", "reservoir")}


@pytest.mark.parametrize("question", ["dbt_warnings", "trend_report", "api_views"])
def test_what_only_informs_blocks_nothing(url, question):
    load_id = {"scenario_id": SCENARIO, "load_id": FIRST, "question": question, "family": "all"}
    (name,) = execute(
        url, "select check_name from ops.verification_check where question = 'dbt_warnings' and family = 'all'"
    )[0]
    results.record(url, [CheckResult(**load_id, check_name=name, status="failed", verifier="dbt", failed_count=1)])
    override(url)
    assert cells(url)[question, "all"].status in ("failed", "unknown")
    assert activate(url, SCENARIO, "ann", confirmation="the report is wrong").changed


def judge(url, state, reason=None):
    """The trend report's verdict on the run."""
    execute(
        url,
        "insert into ops.ingest_run (scenario_id, stage, state, receipt_id, override_reason, operator, started_at)"
        " values (%s, 'validate', %s, %s, %s, 'bob', now())",
        SCENARIO,
        state,
        FIRST,
        reason,
    )


def override(url):
    """Somebody loads a run that the trend report disproves."""
    judge(url, "OVERRIDDEN", "a typing error")


def test_a_disproved_load_is_shown_only_by_a_second_decision(url):
    kept = []
    override(url)
    with pytest.raises(NotConfirmedError, match=r"which bob loaded all the same \(a typing error\)") as refused:
        activate(url, SCENARIO, "ann", "reviewed", kept.append)
    assert f"coeqwal activate {SCENARIO} --confirm-override" in refused.value.remedy
    with pytest.raises(UsageError, match="--confirm-override without a reason"):
        activate(url, SCENARIO, "ann", confirmation=" ")
    assert (shown(url), kept) == ((False, None), [])
    assert activate(url, SCENARIO, "ann", None, kept.append, "the report is of another run").changed
    assert (shown(url), kept) == ((True, FIRST), [FIRST])
    assert not activate(url, SCENARIO, "ann").changed
    rows = execute(url, "select changed_by, is_active, override_confirmation from ops.activation")
    assert rows == [("ann", True, "the report is of another run")]


def test_a_load_that_is_disproved_while_it_is_shown_needs_the_decision_too(url):
    assert activate(url, SCENARIO, "ann").changed
    override(url)
    with pytest.raises(NotConfirmedError):
        activate(url, SCENARIO, "ann")
    assert activate(url, SCENARIO, "ann", confirmation="the report is of another run").changed
    assert deactivate(url, SCENARIO, "ann").changed
    override(url)  # of another report
    with pytest.raises(NotConfirmedError):
        activate(url, SCENARIO, "ann")


def test_there_is_nothing_to_confirm_about_other_loads(url):
    with pytest.raises(UsageError, match=f"does not disprove the load {FIRST}"):
        activate(url, SCENARIO, "ann", confirmation="to be sure")
    assert shown(url) == (False, None)


def test_a_data_test_that_was_left_out_is_unknown_not_passed(url):
    build(url, FIRST)
    some = [one for one in dbt_answers(url, FIRST) if one.check_name != "fct_reservoir_storage_monthly_grain"]
    results.record(url, some)
    cell = cells(url)["dbt_tests", "reservoir"]
    assert (cell.status, cell.blocks) == ("unknown", True)
    assert cell.examples == ["fct_reservoir_storage_monthly_grain: not run since the tables were built"]


def test_a_result_of_a_test_that_dbt_has_no_more_does_not_count(url):
    gone = CheckResult(SCENARIO, FIRST, "dbt_tests", "reservoir", "renamed", "failed", "dbt", None, 1)
    results.record(url, [gone])
    assert blocking(url) == set()


def test_a_check_that_its_verifier_makes_no_more_does_not_count(url):
    (found,) = [one for one in verified.answers(url, SCENARIO) if (one.question, one.family) == ("oracle", "reservoir")]
    results.record(url, [found, replace(found, check_name="renamed", status="failed", failed_count=1)])
    assert blocking(url) == {("oracle", "reservoir")}
    results.record(url, [found])
    assert blocking(url) == set()


def test_another_load_has_to_be_checked_again(url):
    activate(url, SCENARIO, "ann")
    load_run(url, SECOND)
    assert shown(url) == (True, FIRST)
    assert all(cell.status in ("unknown", "not_applicable") for cell in cells(url).values())
    # dbt tests and oracle on the tables of the first load say nothing of the second
    results.record(url, dbt_answers(url, SECOND))
    verified.answer(url, SCENARIO)
    assert {question for question, _ in blocking(url)} == {"dbt_tests", "oracle", "staging_facts", "row_counts"}
    with pytest.raises(NotPassedError, match="its tables are not built from this load"):
        activate(url, SCENARIO, "ann")
    build(url, SECOND)
    assert shown(url) == (False, None)
    results.record(url, dbt_answers(url, SECOND))
    verified.answer(url, SCENARIO)
    assert activate(url, SCENARIO, "ann").load_id == SECOND
    assert shown(url) == (True, SECOND)


def test_a_rebuild_changes_nothing_for_readers_and_has_to_be_checked_again(url):
    activate(url, SCENARIO, "ann")
    build(url, FIRST, "fct_reservoir_%")
    assert shown(url) == (True, FIRST)
    assert blocking(url) == {
        ("staging_facts", "reservoir"), ("dbt_tests", "reservoir"), ("oracle", "reservoir"), ("dbt_tests", "all"),
    }  # fmt: skip


def test_families_that_the_run_does_not_have_block_nothing(url):
    known = cells(url)
    assert known["oracle", "refuge"].status == "not_applicable"
    assert known["oracle", "refuge"].reason == "the model run holds no series that this family is made from"
    assert known["tier_files", "tier"].reason == "no tier results were delivered"
    count(url, FIRST, "fct_refuge_delivery_monthly", 11)
    assert ("oracle", "refuge") in blocking(url)


def test_tier_results_have_a_version_of_their_own(url):
    activate(url, SCENARIO, "ann")
    execute(
        url,
        "insert into staging.tier_load (scenario_id, tier_code, delivery_id, content_digest, source_file,"
        " source_sha256, archive_key, result_count, loaded_at)"
        " values (%s, 'M', 'd', 'c', 'f', 'x', 'k', 1, '2020-01-01')",
        SCENARIO,
    )
    assert {family for _, family in blocking(url)} == {"tier"}
    assert shown(url) == (True, FIRST)


def test_nothing_to_show(new_database, prepared_template, url):
    with pytest.raises(UsageError, match="no model run of s0777"):
        activate(url, "s0777", "ann")
    with pytest.raises(UsageError, match="never activated"):
        deactivate(url, "s0777", "ann")
    never_deployed = new_database(prepared_template)
    load_run(never_deployed, FIRST)
    with pytest.raises(UsageError, match="coeqwal db init"):
        activate(never_deployed, SCENARIO, "ann")


def test_no_load_comes_in_between_check_and_record(url):
    """A load that is going on has the lock; the activation waits for it instead of showing what it replaces."""
    with psycopg.connect(url) as loading, psycopg.connect(url) as waiting:
        loading.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"staging/{SCENARIO}"])
        waiting.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            activation.lock(waiting, SCENARIO)


# ---------------------------------------------------------------- as commands


def coeqwal(url, tmp_path, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "extract.cli.main", *arguments],
        env={**os.environ, "DATABASE_URL": url, "COEQWAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands(url, tmp_path):
    verified.answer(url, SCENARIO, oracle="failed")
    refused = coeqwal(url, tmp_path, "activate", SCENARIO, "--json")
    assert refused.returncode == 1
    assert "error NOT_PASSED" in refused.stderr
    told = json.loads(refused.stdout)
    assert {cell["question_code"] for cell in told["blocking"]} == {"oracle"}
    verified.answer(url, SCENARIO)
    done = coeqwal(url, tmp_path, "activate", SCENARIO, "--by", "ann", "--reason", "reviewed", "--json")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "done"), done.stderr
    assert json.loads(coeqwal(url, tmp_path, "activate", SCENARIO, "--json").stdout)["status"] == "unchanged"
    (kept,) = (tmp_path / "archive").glob(f"**/release/{FIRST}/release_record.json")
    assert json.loads(kept.read_text())["load_id"] == FIRST
    assert coeqwal(url, tmp_path, "deactivate", SCENARIO, "--by", "bob").returncode == 0
    assert "hidden by bob" in coeqwal(url, tmp_path, "status", SCENARIO).stdout
    stages = execute(url, "select stage, state from ops.ingest_run order by run_id")
    assert stages == [
        ("activate", "FAILED"), ("activate", "ACTIVE"), ("activate", "UNCHANGED"), ("deactivate", "INACTIVE"),
    ]  # fmt: skip
    assert coeqwal(url, tmp_path, "activate", "s0777").returncode == 2


def test_an_older_database_gets_the_tables(new_database, prepared_template):
    url = new_database(prepared_template)
    execute(
        url,
        "drop view ops.activation_state; drop table ops.activation, ops.verification_result, ops.verification_check",
    )
    load.prepare(url)
    assert execute(url, "select count(*) from ops.activation_state") == [(0,)]
