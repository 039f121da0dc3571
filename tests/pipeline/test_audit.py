"""Each part of the audit is green on a sound warehouse, and finds what is broken for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from extract import settings
from extract.audit import Section, health, rows, run, shape
from extract.cli import main
from extract.reference import manifest as dbt_manifest
from extract.settings import PROJECT
from tests.pipeline.conftest import SCENARIO, Traced

Part = Callable[[psycopg.Connection], Section]


@pytest.fixture(scope="module")
def parts(traced: Traced, manifest: dict[str, Any]) -> dict[str, Part]:
    """The parts of an audit by a short name."""
    relations = dbt_manifest.relations(manifest)
    return {
        "staging": lambda link: rows.archive_and_staging(link, traced.archive, traced.url),
        "tiers": lambda link: rows.deliveries_and_staging(link, traced.archive),
        "statistics": lambda link: rows.staging_and_statistics(link, relations),
        "shape": lambda link: shape.relations_agree(link, relations, manifest),
        "seeds": lambda link: shape.seeds_agree(link, PROJECT / "seeds"),
        "traced": lambda link: shape.rows_are_traced(link, relations),
        "sizes": health.sizes,
    }


def blocking(section: Section) -> list[str]:
    return [f"{finding.where}: {finding.what}" for finding in section.findings if finding.is_blocking]


GREEN_BUT = {"staging": "the archive has no receipt", "statistics": "from its series follow"}
"""The fixture loads without a receipt, and builds only the tables of reservoirs."""


def test_a_sound_warehouse_is_green(traced: Traced, parts: dict[str, Part]) -> None:
    with psycopg.connect(traced.url) as link:
        for name, part in parts.items():
            section = part(link)
            assert [line for line in blocking(section) if GREEN_BUT.get(name, "\0") not in line] == [], name
            if name == "tiers":
                assert section.status == "not_checked"  # nothing was delivered, and that is no pass
            else:
                assert section.looked_at, name


BROKEN = {
    "a series is gone": (
        "staging",
        "delete from staging.dss_series where part_b = 'S_SHSTA'",
        f"{SCENARIO}: 2 DV and 0 SV series, loaded were 3 and 0",
    ),
    "series without a load": (
        "staging",
        f"delete from staging.scenario_load where scenario_id = '{SCENARIO}'",
        f"{SCENARIO}: 3 series without a record of their load",
    ),
    "a series of another load": (
        "staging",
        "update staging.dss_series set receipt_id = 'other' where part_b = 'S_SHSTA'",
        f"{SCENARIO}: 1 series of another load than",
    ),
    "a tier result is gone": (
        "tiers",
        "insert into staging.tier_load values ('s9101', 'ENV_FLOWS', 'd', 'c', 'f.csv', 'x', 'tiers/x/f.csv', 2);"
        "insert into staging.tier_value values ('s9101', 'ENV_FLOWS', null, 1, 1.0, '{}', 1, 'x')",
        "s9101 ENV_FLOWS: 1 results, delivered were 2",
    ),
    "a fact row is gone": (
        "statistics",
        "delete from marts.fct_reservoir_storage_monthly where reservoir_code = 'SHSTA' and water_month = 1",
        f"marts.fct_reservoir_storage_monthly: 35 rows of {SCENARIO}, from its series follow 36",
    ),
    "all fact rows are gone": (
        "statistics",
        "delete from marts.fct_reservoir_storage_monthly",
        f"marts.fct_reservoir_storage_monthly: 0 rows of {SCENARIO}, from its series follow 36",
    ),
    "facts of a scenario that is not loaded": (
        "statistics",
        "update marts.fct_reservoir_storage_monthly set scenario_id = 's9999' where water_month = 1",
        "marts.fct_reservoir_storage_monthly: 3 rows of s9999, of which nothing is loaded",
    ),
    "a table too many": ("shape", "create table marts.scratch (x int)", "marts.scratch: in the database, not in"),
    "a column too many": (
        "shape",
        "alter table marts.fct_reservoir_storage_monthly add column note text",
        "marts.fct_reservoir_storage_monthly.note: in the database, not in the manifest",
    ),
    "a view too many": (
        "shape",
        "create view api.api_scratch as select 1 as x",
        "api.api_scratch: a view that no model makes",
    ),
    "a view too few": (
        "shape",
        "drop view api.api_provenance_delivery",
        "api.api_provenance_delivery: a view of the project that the database lacks",
    ),
    "a changed seed cell": (
        "seeds",
        "update reference.constant set source = 'hearsay' where ctid = (select min(ctid) from reference.constant)",
        "reference.constant: 1 rows of the file that the table lacks",
    ),
    "a seed row too many": (
        "seeds",
        "insert into reference.constant select * from reference.constant limit 1",
        "reference.constant: 1 rows that the file lacks",
    ),
    "a row without its load": (
        "traced",
        "update marts.fct_reservoir_storage_monthly set load_id = null where water_month = 1",
        f"marts.fct_reservoir_storage_monthly: 3 rows of {SCENARIO} without load_id",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(traced: Traced, parts: dict[str, Part], name: str) -> None:
    part, statement, finding = BROKEN[name]
    with psycopg.connect(traced.url) as link:
        before = blocking(parts[part](link))
        link.execute(statement.encode())
        after = blocking(parts[part](link))
        link.rollback()
    new = [line for line in after if line not in before]
    assert any(finding in line for line in new), new


def test_facts_of_an_earlier_load_are_stale(traced: Traced, parts: dict[str, Part]) -> None:
    with psycopg.connect(traced.url) as link:
        link.execute("update staging.scenario_load set receipt_id = 's9101-newer'")
        found = [finding for finding in parts["statistics"](link).findings if not finding.is_blocking]
        link.rollback()
    assert any(f"are of {traced.later}, loaded is s9101-newer" in finding.what for finding in found)


def test_slow_queries_are_not_checked_without_their_statistics(traced: Traced) -> None:
    with psycopg.connect(traced.url) as link:
        section = health.slow_queries(link)
    assert section.status == "not_checked"
    assert "pg_stat_statements" in str(section.not_checked)


def test_the_report_ends_with_its_fixed_line_and_the_command_fails_on_blocking_findings(
    traced: Traced,
    manifest: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", traced.url)
    monkeypatch.setenv("COEQWAL_DATA_DIR", str(traced.data_dir))
    monkeypatch.setattr(dbt_manifest, "parse", lambda: manifest)
    settings.settings.cache_clear()
    try:
        result = CliRunner().invoke(main.app, ["audit", "--out", str(tmp_path), "--json"])
    finally:
        settings.settings.cache_clear()
    assert result.exit_code == 1
    made = json.loads(result.stdout)
    lines = Path(made["report"]).read_text().splitlines()
    findings = sum(len(section["findings"]) for section in made["sections"])
    assert lines[-1] == f"Audit: {findings} findings"
    assert findings > 0
    assert Path(made["report"]).parent.parent == tmp_path
    assert {section["status"] for section in made["sections"]} == {"ok", "findings", "not_checked"}


def test_a_report_without_findings() -> None:
    text = run.report([Section("Sizes", looked_at=1)], datetime(2026, 11, 21, tzinfo=UTC), "here/coeqwal")
    assert text.splitlines()[-1] == "Audit: 0 findings"
    assert "| Sizes | ok | 1 | 0 | 0 |" in text
