"""One thing is broken in one place, and exactly the questions that own that place turn red."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest

from api.snapshot import Snapshot
from extract.archive import Archive
from extract.cli import verify as command
from extract.cli.report import Reporter
from extract.errors import UsageError
from extract.records import names
from extract.settings import Settings
from extract.tiers import loading
from extract.verification import keep, questions, run
from extract.verification.results import CheckResult
from tests.support import tier_results, verified
from tests.support.model_runs import make_model_run

SCENARIO = "s0020"
VARIABLES = [
    ("dv", "S_SHSTA", "STORAGE", "TAF"),
    ("dv", "S_OROVL", "STORAGE", "TAF"),
    ("dv", "C_SHSTA_FLOOD", "SPILL", "CFS"),
    ("sv", "I_SHSTA", "INFLOW", "TAF"),
]
BUILT = (
    *("fct_reservoir_storage_monthly", "fct_reservoir_spill_monthly", "fct_reservoir_period_summary"),
    *("fct_storage_aggregate_monthly", "fct_tier_location_result", "fct_tier_result", "fct_verification_row_count"),
)
RunDbt = Callable[..., CompletedProcess[str]]


@dataclass(frozen=True)
class Warehouse:
    """A database and an archive with one scenario: model run, tier results, statistics, active."""

    url: str
    data_dir: Path

    @property
    def settings(self) -> Settings:
        return Settings(database_url=self.url, data_dir=self.data_dir)

    def verify(self, *wanted: str) -> list[CheckResult]:
        return run(self.url, self.settings, SCENARIO, wanted or None)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url) as link:
            assert link.execute(statement.encode()).rowcount > 0

    def archived(self, key: str) -> Path:
        return self.data_dir / "archive" / key


@pytest.fixture(scope="module")
def built(
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: RunDbt,
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    made = Warehouse(new_database(deployed_template), tmp_path_factory.mktemp("verify"))
    zip_path = made.data_dir / f"{SCENARIO}_run.zip"
    make_model_run(zip_path, SCENARIO, series=len(VARIABLES), variables=VARIABLES)
    subprocess.run(
        [sys.executable, "-m", "extract.cli.main", "run", SCENARIO, "--zip", str(zip_path), "--to", "load"],
        env={**os.environ, "DATABASE_URL": made.url, "COEQWAL_DATA_DIR": str(made.data_dir)},
        check=True,
        capture_output=True,
    )
    file = made.data_dir / "flows.csv"
    file.write_text(tier_results.env_flows({SCENARIO: "3343" + "3" * 12 + "2"}))
    delivery = tier_results.delivery(file.read_text(), SCENARIO, name=file.name)
    loading.archive_delivery(Archive.of(made.settings), file, delivery)
    loading.load_delivery(made.url, delivery)
    run_dbt(made.url, "run", "--select", *(f"scenario:{SCENARIO},{table}" for table in BUILT), check=True)
    verified.show(made.url, SCENARIO)
    return made


@pytest.fixture
def own(built: Warehouse, new_database: Callable[..., str], tmp_path: Path) -> Warehouse:
    """A copy of the warehouse and of its archive."""
    shutil.copytree(built.data_dir / "archive", tmp_path / "archive")
    return replace(built, url=new_database(built.url), data_dir=tmp_path)


def red(results: list[CheckResult]) -> set[tuple[str, str, str]]:
    return {(r.question, r.family, r.check_name) for r in results if r.status in ("failed", "error")}


def of(results: list[CheckResult], status: str) -> set[tuple[str, str]]:
    return {(r.question, r.family) for r in results if r.status == status}


def test_in_order_everything_passes(built: Warehouse) -> None:
    results = built.verify()
    assert red(results) == set()
    passed = {
        ("dss_csv", "all"), ("csv_staging", "all"), ("staging_facts", "reservoir"), ("oracle", "reservoir"),
        ("tier_files", "tier"), ("api_views", "reservoir"), ("api_views", "tier"),
    }  # fmt: skip
    assert passed <= of(results, "passed")
    # a family without series is not called good
    assert {("oracle", "urban"), ("staging_facts", "delta")} <= of(results, "not_checked")


def another_dss_value(warehouse: Warehouse) -> None:
    """One value of one series in the DSS file of the archived ZIP."""
    with psycopg.connect(warehouse.url) as link:
        query = "select month_values[301] from staging.dss_series where part_b = 'S_SHSTA'"
        (value,) = link.execute(query).fetchone() or (0.0,)
    (path,) = warehouse.archived(f"scenario/{SCENARIO}/run").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    (dss,) = (name for name in members if name.endswith("_DV.dss"))
    forms = [form for form in ("<d", "<f") if members[dss].count(struct.pack(form, value)) == 1]
    stored = struct.pack(forms[0], value)
    members[dss] = members[dss].replace(stored, struct.pack(forms[0], value * 1.01))
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def another_staging_cell(warehouse: Warehouse) -> None:
    warehouse.execute("update staging.dss_series set month_values[301] = month_values[301] + 0.001"
                      " where part_b = 'S_SHSTA'")  # fmt: skip


def another_fact_value(warehouse: Warehouse) -> None:
    warehouse.execute("update marts.fct_reservoir_storage_monthly set q50_taf = q50_taf * 1.000001"
                      " where reservoir_code = 'SHSTA' and water_month = 7")  # fmt: skip


def another_tier_cell(warehouse: Warehouse) -> None:
    warehouse.execute("update marts.fct_tier_location_result set tier_level = 1 where tier_level = 4")


BREAKS: dict[str, tuple[Callable[[Warehouse], None], set[tuple[str, str, str]]]] = {
    "DSS value": (
        another_dss_value,
        {("dss_csv", "all", "dss_csv_files.dss_is_the_extracted_one"), ("dss_csv", "all", "dss_csv.values")},
    ),
    "staging cell": (another_staging_cell, {("csv_staging", "all", "csv_staging.values")}),
    "fact row": (another_fact_value, {("oracle", "reservoir", "fct_reservoir_storage_monthly")}),
    "tier cell": (another_tier_cell, {("tier_files", "tier", "tier_results.levels")}),
}


@pytest.mark.parametrize("what", BREAKS)
def test_one_break_turns_exactly_its_owner_red(own: Warehouse, what: str) -> None:
    breaks, owners = BREAKS[what]
    breaks(own)
    assert red(own.verify()) == owners


@pytest.fixture
def swapped_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that answers with one percentile in another's place."""
    right = Snapshot.fetch

    async def wrong(self: Snapshot, query: str, *values: Any) -> Any:
        rows = await right(self, query, *values)
        if query != "reservoir_storage_monthly":
            return rows
        return [{**row, "q10_taf": row["q90_taf"], "q90_taf": row["q10_taf"]} for row in rows]

    monkeypatch.setattr(Snapshot, "fetch", wrong)


def test_a_swapped_column_of_the_api_turns_exactly_its_owner_red(built: Warehouse, swapped_columns: None) -> None:
    results = built.verify()
    assert red(results) == {("api_views", "reservoir", "api_views.values")}
    (found,) = [r for r in results if r.check_name == "api_views.values" and r.family == "reservoir"]
    assert {e["route"].rpartition("/")[2] for e in found.examples} == {"storage-monthly"}
    assert "for q10_taf" in found.examples[0]["first_difference"]


def test_a_row_too_many_and_one_too_few_are_seen(own: Warehouse) -> None:
    table = "marts.fct_reservoir_storage_monthly"
    own.execute(f"delete from {table} where reservoir_code = 'SHSTA' and water_month = 7")
    own.execute(f"update {table} set reservoir_code = 'FOLSM' where reservoir_code = 'OROVL'")
    results = own.verify("oracle", "staging_facts")
    assert {(r.question, r.check_name) for r in results if r.failed_count} == {
        ("oracle", "fct_reservoir_storage_monthly"), ("staging_facts", "staging_facts.coverage"),
    }  # fmt: skip
    (oracle,) = [r for r in results if r.check_name == "fct_reservoir_storage_monthly"]
    assert oracle.failed_count == 25
    assert {e["column"] for e in oracle.examples} == {"the row"}


def test_what_is_absent_is_not_checked(own: Warehouse) -> None:
    own.archived(names.wide_csv_key(SCENARIO, "dv")).unlink()
    next(own.archived("tiers").rglob("flows.csv")).unlink()
    results = own.verify("dss_csv", "csv_staging", "oracle", "tier_files")
    assert {r.status for r in results} == {"not_checked"}
    assert {r.question for r in results} == {"dss_csv", "csv_staging", "oracle", "tier_files"}


def disproved(warehouse: Warehouse) -> tuple[list[str], int]:
    """Another ZIP under the same name, with a trend report that disproves it."""
    path = warehouse.data_dir / f"{SCENARIO}_run.zip"
    made = make_model_run(path, SCENARIO, series=len(VARIABLES), variables=VARIABLES, seed=2, reference=True)
    assert made.reference_path is not None
    rows = [line.split(",") for line in made.reference_path.read_text().splitlines()]
    rows[8:] = [[date, *(str(float(cell) + 1) for cell in cells)] for date, *cells in rows[8:]]
    made.reference_path.write_text("\n".join(map(",".join, rows)))
    return ["run", SCENARIO, "--zip", str(path), "--trend", str(made.reference_path)], 1


def not_to_be_extracted(warehouse: Warehouse) -> tuple[list[str], int]:
    """Another ZIP that the archive takes and the extraction refuses: no variable of the warehouse is in it."""
    path = warehouse.data_dir / f"{SCENARIO}_run.zip"
    make_model_run(path, SCENARIO, series=2, variables=[("dv", f"X_{i}", "NOTHING", "TAF") for i in range(2)])
    return ["run", SCENARIO, "--zip", str(path)], 4


def newer_and_not_loaded(warehouse: Warehouse) -> tuple[list[str], int]:
    """Another ZIP with one file fewer, extracted and not loaded yet."""
    path = warehouse.data_dir / f"{SCENARIO}_later.zip"
    make_model_run(path, SCENARIO, series=3, variables=VARIABLES[:3], seed=3)
    return ["run", SCENARIO, "--zip", str(path), "--to", "extract"], 0


@pytest.mark.parametrize("deliver", [disproved, not_to_be_extracted, newer_and_not_loaded])
def test_what_came_after_the_load_is_not_what_is_verified(
    own: Warehouse, deliver: Callable[[Warehouse], tuple[list[str], int]]
) -> None:
    command, code = deliver(own)
    done = coeqwal(own, *command)
    assert done.returncode == code, done.stdout + done.stderr
    questions_of_files = ("dss_csv", "csv_staging", "staging_facts", "oracle")
    results = own.verify(*questions_of_files)
    assert red(results) == set()
    assert {question for question, _ in of(results, "passed")} == set(questions_of_files)


def test_a_load_whose_receipt_is_gone_is_not_checked(own: Warehouse) -> None:
    own.execute("update staging.scenario_load set receipt_id = 's0020-000000000000'")
    results = own.verify("dss_csv", "csv_staging", "oracle")
    assert {r.status for r in results} == {"not_checked"}
    assert all("has the receipt of s0020-000000000000" in (r.message or "") for r in results)


def test_a_scenario_that_is_not_registered_makes_no_answer_wrong(own: Warehouse) -> None:
    own.execute(
        "insert into staging.scenario_load select 's9999', 's9999-1', zip_name, zip_sha256, dv_series, sv_series,"
        " first_month, last_month from staging.scenario_load"
    )
    results = own.verify("api_views")
    assert red(results) == set()
    own.execute("update reference.scenario set sibling_group = null where scenario_id = 's0020'")
    assert red(own.verify("api_views")) == set()


def test_a_slow_answer_leaves_no_line_of_the_services_log(
    built: Warehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("api.middleware._SLOW_SECONDS", 0.0)
    assert red(built.verify("api_views")) == set()
    assert not [record for record in caplog.records if record.name == "api.middleware"]


def test_a_damaged_file_is_an_error_and_the_others_are_answered(own: Warehouse) -> None:
    own.archived(names.wide_csv_key(SCENARIO, "dv")).write_text("a\nb\n")
    results = own.verify("csv_staging", "staging_facts")
    assert ("csv_staging", "all") in of(results, "error")
    assert ("staging_facts", "reservoir") in of(results, "passed")


def test_results_are_kept_and_the_same_findings_leave_the_same_receipts(own: Warehouse) -> None:
    results = own.verify("csv_staging", "staging_facts")
    first = keep(own.url, own.settings, results)
    snapshots = sorted(own.archived(f"snapshots/{SCENARIO}").iterdir())
    receipt = own.archived(names.verification_key(SCENARIO, "csv_staging"))
    body = json.loads(receipt.read_text())
    assert (body["load_id"], {c["status"] for c in body["checks"]}) == (results[0].load_id, {"passed"})
    second = keep(own.url, own.settings, own.verify("csv_staging", "staging_facts"))
    assert sorted(own.archived(f"snapshots/{SCENARIO}").iterdir()) == snapshots
    with psycopg.connect(own.url) as link:
        rows = link.execute("select run_id, count(*) from ops.verification_result group by 1").fetchall()
    assert dict(rows) == {first: len(results), second: len(results)}


def verify(warehouse: Warehouse, *arguments: str) -> CompletedProcess[str]:
    return coeqwal(warehouse, "verify", *arguments)


def coeqwal(warehouse: Warehouse, *arguments: str) -> CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "extract.cli.main", *arguments],
        env={**os.environ, "DATABASE_URL": warehouse.url, "COEQWAL_DATA_DIR": str(warehouse.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_what_is_wrong_and_where(own: Warehouse, tmp_path: Path) -> None:
    another_fact_value(own)
    result = verify(own, SCENARIO, "--question", "oracle", "--question", "staging_facts", "--docs", str(tmp_path / "d"))
    assert result.returncode == 1, result.stdout + result.stderr
    assert "reservoir_code SHSTA, water_month 7, column q50_taf, expected" in result.stdout
    assert (tmp_path / "d" / SCENARIO / "staging_facts" / "index.html").exists()
    assert verify(own, "tiers").returncode == 0
    as_json = verify(own, SCENARIO, "--question", "tier_files", "--json")
    lines = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert (as_json.returncode, {line["status"] for line in lines}) == (0, {"passed"})


def test_while_it_runs_the_command_names_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown question is refused before any question is asked."""
    seen: list[str] = []

    def watch(_: Reporter, stage: str) -> AbstractContextManager[None]:
        seen.append(stage)
        return nullcontext()

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x")
    monkeypatch.setattr(Reporter, "watch", watch)
    monkeypatch.setattr("extract.cli.verify.settings", Settings)  # not what another test has left of it
    for name in ("run", "keep", "_show"):
        monkeypatch.setattr(f"extract.cli.verify.{name}", lambda *_, **__: [])
    command.scenarios(["s0011", "s0020"], ["oracle", "dss_csv"], as_json=False, docs=None, api=None)
    assert seen == [
        f"{scenario} {question} of 2"
        for scenario in ("s0011", "s0020")
        for question in ("oracle, question 1", "dss_csv, question 2")
    ]
    with pytest.raises(UsageError, match="no such question: colour"):
        command.scenarios(["s0011"], ["oracle", "colour"], as_json=False, docs=None, api=None)
    assert len(seen) == 4


def test_a_scenario_without_data_and_an_unknown_question_are_usage_errors(built: Warehouse) -> None:
    with pytest.raises(UsageError, match="nothing is loaded of s0099"):
        run(built.url, built.settings, "s0099")
    with pytest.raises(UsageError, match="no such question: colour"):
        built.verify("colour")
    assert set(questions()) == {"dss_csv", "csv_staging", "staging_facts", "oracle", "tier_files", "api_views"}
