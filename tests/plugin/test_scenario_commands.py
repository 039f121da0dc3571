"""`scenario:` on the real command line: which rows each command builds, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.plugin.scenario_dbt import ROOT, ScenarioProject

MODELS = {"fct_total", "fct_share"}


def test_one_scenario_with_its_tests(project: ScenarioProject) -> None:
    output = project.dbt("build", "--select", "scenario:s0105")
    assert project.built() == {model: {"s0105"} for model in MODELS}
    assert "marts.fct_total" in output
    assert "shares_add_up" in output
    assert "dim_factor" not in output


def test_several_scenarios_wildcards_and_other_criteria(project: ScenarioProject) -> None:
    project.dbt("run", "--select", "scenario:s0105", "scenario:s0020")
    assert project.built() == {model: {"s0105", "s0020"} for model in MODELS}
    project.dbt("run", "--select", "scenario:s00*")
    assert project.built() == {model: {"s0020", "s0033"} for model in MODELS}
    project.dbt("run", "--select", "scenario:s0105,tag:share", "scenario:s0020")
    assert project.built() == {"fct_total": {"s0020"}, "fct_share": {"s0020", "s0105"}}
    project.dbt("run", "--select", "scenario:s*", "--exclude", "scenario:s0105", "fct_share")
    assert project.built() == {"fct_total": {"s0020", "s0033"}}


def test_exclude_alone_is_the_default_selection_minus_one_scenario(project: ScenarioProject) -> None:
    for scenario in ("s0020", "s0105"):
        project.load(scenario, "r2", S_A=7, S_B=8)
    output = project.dbt("run", "--exclude", "scenario:s0105")
    assert project.built() == {model: {"s0020"} for model in MODELS}
    assert "dim_factor" in output


def test_graph_operators_add_neighbours_that_have_no_scenario(project: ScenarioProject) -> None:
    plain = project.dbt("ls", "--select", "scenario:s0105", "--resource-type", "model", "seed").splitlines()
    upstream = project.dbt("ls", "--select", "+scenario:s0105", "--resource-type", "model", "seed").splitlines()
    assert {line for line in upstream if line.startswith("coeqwal")} - set(plain) == {
        "coeqwal.factor",
        "coeqwal.marts.reference.dim_factor",
    }
    project.dbt("run", "--select", "1+scenario:s0105")
    assert project.built() == {model: {"s0105"} for model in MODELS}


def test_tests_see_only_the_rows_in_scope(project: ScenarioProject) -> None:
    """Generic, singular and source tests; the bad rows of s0020 fail its own test and the plain one only."""
    project.sql("update marts.fct_share set share = 3 where scenario_id = 's0020' and variable = 'S_A'")
    project.sql("insert into staging.value values ('s0020', 'S_A', '1921-10-01', null)")
    failures = ("accepted_values_fct_share", "shares_add_up", "source_not_null_staging_value_value")
    good = project.dbt("test", "--select", "scenario:s0105")
    assert all(name in good for name in failures)
    bad = project.dbt("test", "--select", "scenario:s0020", expect=1)
    plain = project.dbt("test", expect=1)
    for output in (bad, plain):
        assert all(any(name in line and "FAIL" in line for line in output.splitlines()) for name in failures)


def test_compile_and_docs_show_the_scope(project: ScenarioProject) -> None:
    compiled = project.folder / "target/compiled/coeqwal/models/marts/fct_total.sql"
    for command in (["compile"], ["docs", "generate"]):
        project.dbt(*command, "--select", "scenario:s0105")
        assert "scenario_id in ('s0105')" in compiled.read_text()
        project.dbt(*command)
        assert "where true" in compiled.read_text()


def test_retry_builds_the_same_scenarios(project: ScenarioProject) -> None:
    project.edit("models/marts/fct_share.sql", "total / sum", "1 / 0 / total / sum")
    project.dbt("run", "--select", "scenario:s0105", expect=1)
    assert project.built() == {"fct_total": {"s0105"}}
    project.edit("models/marts/fct_share.sql", "1 / 0 / ", "")
    project.dbt("retry")
    assert project.built() == {"fct_share": {"s0105"}}


def test_unknown_scenarios_are_usage_errors(project: ScenarioProject) -> None:
    for arguments in (["build", "--select", "scenario:s0106"], ["ls", "--exclude", "scenario:s9*"]):
        output = project.dbt(*arguments, expect=2)
        assert "no loaded scenario matches" in output
        assert "s0020, s0033, s0105" in output
        assert "coeqwal run" in output
    assert project.built() == {}


def test_offline_registry(project: ScenarioProject) -> None:
    away = "postgresql://nobody:x@127.0.0.1:1/none"
    output = project.dbt("ls", "--select", "scenario:s0042", DATABASE_URL=away, COEQWAL_SCENARIOS="s0042,s0043")
    assert "coeqwal.marts.fct_total" in output
    output = project.dbt("ls", "--select", "scenario:s0042", DATABASE_URL=away, expect=2)
    assert "coeqwal db start" in output


def test_a_database_without_the_loaders_tables(project: ScenarioProject) -> None:
    project.sql("drop table staging.scenario_load cascade")
    assert "coeqwal db init" in project.dbt("build", "--select", "scenario:s0105", expect=2)
    assert "coeqwal db init" in project.dbt("build", expect=2)


@pytest.mark.parametrize("arguments", [["--full-refresh", "--select", "scenario:s0105"], ["--sample", "3 days"]])
def test_commands_that_would_lose_rows_are_refused(project: ScenarioProject, arguments: list[str]) -> None:
    before = project.rows("marts.fct_total")
    output = project.dbt("run", *arguments, expect=2)
    assert arguments[0] in output
    assert project.rows("marts.fct_total") == before


def test_empty_creates_and_touches_no_row(project: ScenarioProject, new_project: ScenarioProject) -> None:
    new_project.dbt("build", "--empty", "--exclude", "resource_type:test")
    assert new_project.sql("select count(*) from marts.fct_share") == [(0,)]
    assert new_project.sql("select count(*) from intermediate.stg_value") == [(12,)]
    new_project.dbt("build")
    everything = ("reference.factor", "reference.dim_factor", "marts.fct_total", "marts.fct_share")
    before = [new_project.rows(relation) for relation in everything]
    assert all(before)
    new_project.load("s0105", "r2", S_A=9, S_B=9)
    new_project.dbt("build", "--empty")
    new_project.dbt("build", "--empty", "--select", "scenario:s0105")
    assert [new_project.rows(relation) for relation in everything] == before


def test_a_scenario_build_needs_a_deployed_warehouse(new_project: ScenarioProject) -> None:
    output = new_project.dbt("build", "--select", "scenario:s0105", expect=2)
    assert "reference.dim_factor, reference.factor" in output
    assert "dbt build" in output
    assert new_project.sql("select count(*) from pg_tables where schemaname = 'marts'") == [(0,)]


def test_a_table_with_scenarios_is_refused(project: ScenarioProject) -> None:
    project.edit("models/marts/fct_share.sql", "tags=['share']", "materialized='table'")
    output = project.dbt("run", "--select", "scenario:s0105", expect=2)
    assert "fct_share has a column scenario_id but is a table" in output


def test_runner_with_a_cached_manifest_does_not_keep_scopes(project: ScenarioProject) -> None:
    code = (
        "import json; from dbt.cli.main import dbtRunner\n"
        "runner = dbtRunner(manifest=dbtRunner().invoke(['-q', 'parse']).result)\n"
        "calls = [['run', '--select', 'scenario:s0105'], ['run', '--select', 'scenario:x'], ['test'],"
        " ['run', '--select', 'scenario:s0020,fct_share']]\n"
        "print(json.dumps([runner.invoke(['-q', *call]).success for call in calls]))"
    )
    project.sql("update marts.fct_share set share = 3 where scenario_id = 's0033'")
    environment = {"DATABASE_URL": project.url, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=project.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert json.loads(result.stdout.splitlines()[-1]) == [True, False, False, True], result.stdout + result.stderr
    assert project.built() == {"fct_total": {"s0105"}, "fct_share": {"s0105", "s0020"}}


def test_without_the_plugin_nothing_is_built(project: ScenarioProject) -> None:
    """The package is hidden from dbt: the selector is unknown, and a fact refuses to be built without a scope."""
    code = "import sys; sys.path.remove(sys.argv.pop(1)); from dbt.cli.main import cli; cli()"
    before = project.rows("marts.fct_total")

    def without(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, str(ROOT), *arguments],
            cwd=project.folder,
            env={"DATABASE_URL": project.url, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    selected = without("run", "--select", "scenario:s0105")
    assert selected.returncode == 2
    assert "'scenario' is not a valid method name" in selected.stdout
    plain = without("run", "--select", "fct_total")
    assert plain.returncode == 1
    assert "pip install -e ." in plain.stdout
    assert project.rows("marts.fct_total") == before


@pytest.mark.parametrize(
    "damage",
    [
        "import dbt.graph.selector as s; del s.NodeSelector.get_selected",
        "import dbt.task.runnable as r; r.GraphRunnableTask._runtime_initialize = lambda self, more: None",
        "import dbt.version as v; v.__version__ = '1.12.0'",
    ],
)
def test_a_dbt_that_has_changed_inside_is_refused(project: ScenarioProject, damage: str) -> None:
    code = f"{damage}\nfrom dbt.cli.main import cli; cli()"
    result = subprocess.run(
        [sys.executable, "-c", code, "ls"],
        cwd=project.folder,
        env={"DATABASE_URL": project.url, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2, result.stdout + result.stderr
    assert "does not support this dbt-core" in result.stdout
