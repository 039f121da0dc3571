"""A deploy that has nothing to do is not done: what makes it needed again, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from extract.errors import CheckFailedError
from extract.warehouse import deployment
from extract.warehouse.dbt import project_fingerprint

REMEMBER = f"insert into ops.deployment (code_version) values ('{project_fingerprint()}')"


@pytest.fixture
def url(new_database: Callable[..., str], deployed_template: str) -> str:
    """A database with the whole project, nothing loaded."""
    return new_database(deployed_template)


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url) as link:
        for statement in statements:
            link.execute(statement)


def test_without_a_record_it_is_not_known_to_be_current(url: str) -> None:
    assert deployment.is_deployed(url)
    assert not deployment.is_current(url)


def test_an_unchanged_project_is_not_deployed_again(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(url, REMEMBER)
    monkeypatch.delattr("extract.warehouse.deployment.dbt")
    assert deployment.deploy(url, tmp_path) == deployment.UNCHANGED


LOADED = (
    "insert into staging.scenario_load (scenario_id, receipt_id, zip_name, zip_sha256, dv_series, sv_series,"
    " first_month, last_month)"
    " values ('s9711', 's9711-000000000000', 'a.zip', repeat('0', 64), 1, 1, '1921-10-31', '2021-09-30')"
)
BUILT = (
    "insert into ops.scenario_build (model, scenario_id, fingerprint, invocation_id, data_version, code_version)"
    " select '{model}', scenario_id, '', '', version, '{code}' from staging.scenario_version"
)


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(["insert into ops.deployment (code_version) values ('of an earlier one')"], id="other project"),
        pytest.param(["drop view api.api_reservoir cascade"], id="a view is gone"),
        pytest.param(
            [
                "update ops.scenario_build set code_version = 'plain dbt', built_at = clock_timestamp()"
                " where model = 'dim_reservoir'"
            ],
            id="built by something else since",
        ),
        pytest.param([LOADED], id="a scenario is loaded and not built"),
        pytest.param(
            [
                LOADED,
                LOADED.replace("s9711", "s9712"),
                BUILT.format(model="fct_reservoir_spill_monthly", code=project_fingerprint()),
                BUILT.format(model="fct_reservoir_period_summary", code=project_fingerprint())
                + " where scenario_id = 's9711'",
            ],
            id="a table of a scenario is not built",
        ),
    ],
)
def test_a_change_makes_a_deploy_needed(url: str, statements: list[str]) -> None:
    execute(url, REMEMBER)
    assert deployment.is_current(url)
    execute(url, *statements)
    assert not deployment.is_current(url)


def test_a_built_scenario_needs_no_deploy(url: str) -> None:
    execute(url, REMEMBER, LOADED, BUILT.format(model="fct_reservoir_spill_monthly", code=project_fingerprint()))
    assert deployment.is_current(url)


def test_a_red_deploy_is_done_again(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def red(*_: object) -> str:
        raise CheckFailedError("a test failed", "read it")

    monkeypatch.setattr(deployment, "dbt", red)
    with pytest.raises(CheckFailedError):
        deployment.deploy(url, tmp_path)
    assert not deployment.is_current(url)

    monkeypatch.setattr(deployment, "dbt", lambda *_: "60 seeds")
    assert deployment.deploy(url, tmp_path) == "60 seeds"
    assert deployment.is_current(url)
