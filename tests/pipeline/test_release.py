"""Frozen copies: complete, the same every time, and good for a comparison with what came later."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from extract.archive import Archive, History
from extract.archive.verify import verify
from extract.errors import CheckFailedError, UsageError
from extract.intake.overrides import NotConfirmedError
from extract.records import names
from extract.releases import comparison, frozen_copy
from tests.pipeline.conftest import SCENARIO, Traced
from tests.pipeline.test_explain import command

STORAGE = "marts.fct_reservoir_storage_monthly"


def test_a_frozen_copy_holds_every_stored_table_and_its_origin(traced: Traced) -> None:
    record = traced.frozen.record
    with psycopg.connect(traced.url) as link:
        stored = {
            row[0]
            for row in link.execute(
                "select table_schema || '.' || table_name from information_schema.columns"
                " inner join information_schema.tables using (table_schema, table_name)"
                " where table_schema in ('marts', 'verification') and column_name = 'scenario_id'"
                " and table_type = 'BASE TABLE'"
            )
        }
    assert {t.name for t in record.tables if not t.name.startswith("api.")} == stored
    rows = {t.name: t.rows for t in record.tables}
    assert (rows[STORAGE], len(list(traced.frozen.rows(STORAGE)))) == (36, 36)
    assert (record.zip_name, record.zip_sha256) == (f"{SCENARIO}.zip", "0" * 64)
    assert record.invocations
    assert verify(traced.archive).faults == ()


def test_freezing_again_changes_nothing(traced: Traced, tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    first = frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later)
    keys = sorted(info.path for info in archive.store.files())
    again = frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later)
    assert again.record == first.record
    assert sorted(info.path for info in archive.store.files()) == keys
    assert History(archive, SCENARIO).numbers() == [1]
    assert frozen_copy.loads(archive, SCENARIO) == [traced.later]
    with psycopg.connect(traced.url) as link:
        noted = link.execute("select record_sha256 from ops.release where load_id = %s", [traced.later]).fetchall()
    assert noted == [(first.sha256,)]


def test_statistics_of_another_load_are_not_frozen(traced: Traced, tmp_path: Path) -> None:
    with pytest.raises(CheckFailedError, match=f"not those of {traced.earlier}, but of {traced.later}"):
        frozen_copy.freeze(traced.url, Archive(str(tmp_path)), SCENARIO, traced.earlier)
    assert not list(tmp_path.rglob("*.json"))


def test_a_disproved_load_is_released_by_a_recorded_decision_only(traced: Traced, tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))

    def judge(state: str, reason: str | None) -> None:
        with psycopg.connect(traced.url) as link:
            link.execute(
                "insert into ops.ingest_run"
                " (scenario_id, stage, state, receipt_id, override_reason, operator, started_at)"
                " values (%s, 'validate', %s, %s, %s, 'bob', now())",
                [SCENARIO, state, traced.later, reason],
            )

    judge("OVERRIDDEN", "a typing error")
    try:
        with pytest.raises(NotConfirmedError):
            frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later)
        assert not list(tmp_path.rglob("*.json"))
        frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later, "ann", "the report is of another run")
        found = frozen_copy.find(archive, SCENARIO, traced.later)
        assert found is not None
        assert found.record.override is not None
        assert found.record.override.model_dump() == {
            "reason": "a typing error",
            "operator": "bob",
            "confirmation": "the report is of another run",
            "confirmed_by": "ann",
        }
    finally:
        judge("VALIDATED", None)
    assert frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later).record.override is None


def test_a_damaged_copy_is_refused(traced: Traced, tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    made = frozen_copy.freeze(traced.url, archive, SCENARIO, traced.later)
    table = next(t for t in made.record.tables if t.name == STORAGE)
    path = archive.local_copy(names.object_key(table.sha256))
    path.chmod(0o600)
    path.write_bytes(b"")
    with pytest.raises(CheckFailedError, match="damaged"):
        list(made.rows(STORAGE))
    record = archive.local_copy(names.object_key(made.sha256))
    record.chmod(0o600)
    record.write_text("{}")
    with pytest.raises(CheckFailedError, match="damaged"):
        frozen_copy.find(archive, SCENARIO, traced.later)


def test_loads_are_compared(traced: Traced) -> None:
    found = {
        table.name: table
        for table in comparison.compare_loads(traced.url, traced.archive, SCENARIO, traced.earlier, comparison.CURRENT)
    }
    storage = found[STORAGE]
    assert (storage.rows_before, storage.rows_after, storage.new_rows, storage.vanished_rows) == (36, 36, 12, 12)
    assert storage.examples_new[0]["reservoir_code"] == "TRNTY"
    assert storage.examples_vanished[0]["reservoir_code"] == "FOLSM"
    assert storage.largest is not None
    assert storage.largest_relative is not None
    assert (storage.largest.key["reservoir_code"], storage.largest.absolute) == ("SHSTA", pytest.approx(400))
    assert storage.largest_relative.relative == pytest.approx(0.2)
    # Oroville is as it was, and of Shasta only the capacity and the number of years, and a deviation that is none
    assert 0 < storage.changed < storage.compared
    assert storage.changed <= 12 * 30
    same = comparison.compare_loads(traced.url, traced.archive, SCENARIO, traced.later, "current")
    assert sum(table.changed + table.new_rows + table.vanished_rows for table in same) == 0
    assert sum(table.compared for table in same) > 1000


def test_the_command_reports_and_does_not_judge(traced: Traced) -> None:
    result = command(traced, "compare", "--scenario", SCENARIO, "--json")
    assert result.returncode == 0, result.stderr
    tables = {table["name"]: table for table in json.loads(result.stdout)["tables"]}
    assert 0 < tables[STORAGE]["changed_share"] < 1


def test_a_load_that_nobody_froze(traced: Traced) -> None:
    with pytest.raises(UsageError, match="no statistics of s9101-000000000000") as refused:
        comparison.compare_loads(traced.url, traced.archive, SCENARIO, f"{SCENARIO}-000000000000", "current")
    assert traced.earlier in refused.value.remedy
