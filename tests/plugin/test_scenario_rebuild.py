"""What a rebuild does to rows: of its scenarios, of others, while somebody reads, and next to other builds."""

from __future__ import annotations

import threading
import time
from collections import Counter

import psycopg
import pytest

from tests.plugin.scenario_dbt import ScenarioProject

FACTS = ("marts.fct_total", "marts.fct_share")
SLOW = "total / sum(total) over (partition by scenario_id) + 0 * (select count(pg_sleep(1))) "


def finish(*processes: object) -> None:
    for process in processes:
        output, _ = process.communicate(timeout=120)  # type: ignore[attr-defined]
        assert process.returncode == 0, output  # type: ignore[attr-defined]


def total(project: ScenarioProject, scenario: str) -> object:
    return project.sql("select sum(total) from marts.fct_total where scenario_id = %s", scenario)[0][0]


@pytest.mark.postgres_15
def test_other_scenarios_rows_stay_where_they_are(project: ScenarioProject) -> None:
    before = {fact: project.rows(fact, "scenario_id <> 's0105'") for fact in FACTS}
    own = {fact: project.rows(fact, "scenario_id = 's0105'") for fact in FACTS}
    assert all(before.values())
    project.dbt("run", "--select", "scenario:s0105")
    for fact in FACTS:
        assert project.rows(fact, "scenario_id <> 's0105'") == before[fact]
        after = project.rows(fact, "scenario_id = 's0105'")
        assert [row[2] for row in after] == [row[2] for row in own[fact]]
        assert after != own[fact]


def test_a_model_that_forgets_the_scope_still_leaves_other_scenarios_alone(project: ScenarioProject) -> None:
    project.edit("models/marts/fct_total.sql", "where {{ in_scope() }}", "")
    before = project.rows("marts.fct_total", "scenario_id <> 's0105'")
    project.dbt("run", "--select", "scenario:s0105,fct_total")
    assert project.rows("marts.fct_total", "scenario_id <> 's0105'") == before


def test_a_scenario_without_rows_loses_its_old_ones(project: ScenarioProject) -> None:
    project.load("s0105", "r2")
    project.dbt("run", "--select", "scenario:s0105")
    assert total(project, "s0105") is None
    assert total(project, "s0020") == 6


def test_a_plain_build_rebuilds_what_changed(project: ScenarioProject) -> None:
    project.dbt("run")
    assert project.built() == {}
    project.load("s0105", "r2", S_A=10, S_B=10)
    output = project.dbt("run")
    assert project.built() == {"fct_total": {"s0105"}, "fct_share": {"s0105"}}
    project.edit("models/marts/fct_share.sql", "from totals", "from totals -- new")
    output = project.dbt("run")
    assert project.built() == {"fct_share": {"s0020", "s0033", "s0105"}}
    assert any("fct_total" in line and "UP TO DATE" in line for line in output.splitlines())


def test_a_changed_macro_counts_as_code(project: ScenarioProject) -> None:
    (project.folder / "macros/weigh.sql").write_text("{% macro weigh() %}1{% endmacro %}")
    project.edit("models/marts/fct_share.sql", "total / sum", "{{ weigh() }} * total / sum")
    project.dbt("run")
    assert set(project.built()) == {"fct_share"}
    (project.folder / "macros/weigh.sql").write_text("{% macro weigh() %}2{% endmacro %}")
    project.dbt("run")
    assert set(project.built()) == {"fct_share"}
    assert project.sql("select sum(share) from marts.fct_share where scenario_id = 's0020'") == [(2,)]


def test_a_changed_seed_rebuilds_what_depends_on_it(project: ScenarioProject) -> None:
    project.edit("seeds/factor.csv", "S_B,2", "S_B,5")
    project.dbt("build")
    assert project.built() == {"fct_total": {"s0020", "s0033", "s0105"}, "fct_share": {"s0020", "s0033", "s0105"}}
    assert total(project, "s0020") == 12


def test_rows_built_on_a_seed_that_is_not_deployed_are_built_again(project: ScenarioProject) -> None:
    """The scenario build reads the old seed: the next deploy must not take its rows for up to date."""
    project.edit("seeds/factor.csv", "S_B,2", "S_B,5")
    project.dbt("run", "--select", "scenario:s0105")
    assert total(project, "s0105") == 18
    project.dbt("build")
    assert total(project, "s0105") == 36
    project.built()
    project.dbt("build")
    assert project.built() == {}


def test_a_scenario_that_is_not_loaded_any_more_goes_with_a_deploy(project: ScenarioProject) -> None:
    project.sql("delete from staging.scenario_load where scenario_id = 's0033'")
    project.dbt("run", "--select", "scenario:s0105")
    assert total(project, "s0033") is not None
    before = project.rows("marts.fct_total", "scenario_id <> 's0033'")
    project.dbt("run")
    assert total(project, "s0033") is None
    assert project.rows("marts.fct_total", "scenario_id <> 's0033'") == before
    assert project.sql("select count(*) from ops.scenario_build where scenario_id = 's0033'") == [(0,)]


def deliver(project: ScenarioProject, scenario: str, content: str) -> None:
    project.sql(
        "insert into staging.tier_load values (%s, 'ENV_FLOWS', 'd', %s, 'x.csv', '', '', 1)"
        " on conflict (scenario_id, tier_code) do update set content_digest = excluded.content_digest",
        scenario,
        content,
    )


def test_tier_results_are_data_of_a_scenario_with_or_without_a_run(project: ScenarioProject) -> None:
    deliver(project, "s0105", "a")
    deliver(project, "s0042", "a")
    project.dbt("run")
    assert project.built() == {name: {"s0105", "s0042"} for name in ("fct_total", "fct_share")}
    project.dbt("run")
    assert project.built() == {}
    deliver(project, "s0042", "b")
    project.dbt("run")
    assert project.built() == {name: {"s0042"} for name in ("fct_total", "fct_share")}
    project.dbt("run", "--select", "scenario:s0042")
    project.sql("delete from staging.scenario_load where scenario_id = 's0105'")
    project.sql("delete from staging.tier_load where scenario_id = 's0042'")
    project.dbt("run")
    assert project.sql("select distinct scenario_id from ops.scenario_build where scenario_id = 's0042'") == []
    assert project.sql("select count(*) from ops.scenario_build where scenario_id = 's0105'") == [(2,)]


def test_a_deploy_marks_the_rows_that_it_left_as_they_are(project: ScenarioProject) -> None:
    versions = "select model, scenario_id, data_version, code_version from ops.scenario_build where model like 'fct_%'"
    recorded = sorted(project.sql(versions))
    assert {row[2] for row in recorded} == {f"{scenario}-r1" for scenario in ("s0020", "s0033", "s0105")}
    assert all(row[3] for row in recorded)
    project.sql("update ops.scenario_build set code_version = 'earlier' where scenario_id <> '*'")
    project.sql(
        "update ops.scenario_build set fingerprint = 'other' where scenario_id = 's0033' and model = 'fct_share'"
    )
    project.built()
    project.dbt("run", "--select", "scenario:s0105,fct_total")
    assert {row[:2] for row in project.sql(versions) if row[3] != "earlier"} == {("fct_total", "s0105")}
    project.built()
    project.dbt("run")
    assert project.built() == {"fct_share": {"s0033"}}
    assert sorted(project.sql(versions)) == recorded


def test_the_environments_list_of_scenarios_deletes_nothing(project: ScenarioProject) -> None:
    project.dbt("run", COEQWAL_SCENARIOS="s0105")
    assert total(project, "s0020") == 6


def test_a_dropped_table_is_filled_again(project: ScenarioProject) -> None:
    project.sql("drop table marts.fct_share cascade")
    project.dbt("run", "--select", "scenario:s0105")
    assert project.sql("select distinct scenario_id from api.api_share") == [("s0105",)]
    project.dbt("run")
    assert project.sql("select count(distinct scenario_id) from api.api_share") == [(3,)]


@pytest.mark.postgres_15
def test_indexes_keys_and_comments_of_a_new_table(project: ScenarioProject) -> None:
    indexes = project.sql("select tablename, indexdef from pg_indexes where schemaname = 'marts' order by 1")
    assert [(table, "UNIQUE" in text and "(scenario_id, variable)" in text) for table, text in indexes] == [
        ("fct_share", True),
        ("fct_total", True),
    ]
    comments = project.sql(
        "select obj_description('marts.fct_total'::regclass), col_description('marts.fct_total'::regclass, 1)"
    )
    assert comments == [("Sum of each variable.", "The model run.")]
    with pytest.raises(psycopg.errors.NotNullViolation):
        project.sql("insert into marts.fct_total (variable) values ('x')")


def test_a_failing_rebuild_leaves_the_old_rows_and_the_old_log(project: ScenarioProject) -> None:
    project.edit("models/marts/fct_share.sql", "total / sum", "1 / (total - total)::integer * total / sum")
    before = project.rows("marts.fct_share"), project.sql("select * from ops.scenario_build order by 1, 2")
    output = project.dbt("run", "--select", "scenario:s0105,fct_share", expect=1)
    assert "division by zero" in output
    assert (project.rows("marts.fct_share"), project.sql("select * from ops.scenario_build order by 1, 2")) == before


def seen_during_a_slow_rebuild(project: ScenarioProject, isolation: str) -> Counter[tuple[int, int]]:
    """(rows, transactions that wrote them) of s0105, polled in transactions that span the rebuild's parts."""
    project.edit("models/marts/fct_share.sql", "total / sum(total) over (partition by scenario_id)", SLOW)
    stop = threading.Event()
    seen: Counter[tuple[int, int]] = Counter()

    def poll() -> None:
        with psycopg.connect(project.url, autocommit=True) as link:
            while not stop.is_set():
                with link.transaction():
                    link.execute(f"set transaction isolation level {isolation}")
                    for _ in range(30):
                        row = link.execute(
                            "select count(*), count(distinct xmin::text) from marts.fct_share"
                            " where scenario_id = 's0105'"
                        ).fetchone()
                        seen[row] += 1  # type: ignore[index]
                        time.sleep(0.02)

    reader = threading.Thread(target=poll)
    reader.start()
    project.dbt("run", "--select", "scenario:s0105")
    stop.set()
    reader.join()
    assert project.built()["fct_share"] == {"s0105"}
    return seen


@pytest.mark.postgres_15
@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_readers_never_see_a_gap(project: ScenarioProject, isolation: str) -> None:
    """Always all rows, old or new, of one kind."""
    seen = seen_during_a_slow_rebuild(project, isolation)
    assert set(seen) == {(2, 1)}
    assert sum(seen.values()) > 50


def test_a_gap_would_be_seen(project: ScenarioProject) -> None:
    """The same reader, with a materialization that commits between DELETE and INSERT."""
    delete = "delete from {{ target_table }} where scenario_id in {{ scenario_list(scenarios) }};"
    project.edit("macros/materializations/incremental.sql", delete, f"{delete} commit; begin;")
    assert (0, 0) in seen_during_a_slow_rebuild(project, "READ COMMITTED")


@pytest.mark.postgres_15
def test_two_builds_at_once(project: ScenarioProject) -> None:
    """Different scenarios overlap; the same scenario queues; neither duplicates nor loses rows."""
    project.edit("models/marts/fct_share.sql", "total / sum(total) over (partition by scenario_id)", SLOW)
    project.dbt("parse")
    for scenarios in (("s0020", "s0105"), ("s0105", "s0105")):
        started = [
            project.start("run", "--select", f"scenario:{scenario}", target=f"target_{number}")
            for number, scenario in enumerate(scenarios)
        ]
        finish(*started)
        assert project.built() == {fact: set(scenarios) for fact in ("fct_total", "fct_share")}
        assert project.sql("select count(*), count(distinct (scenario_id, variable)) from marts.fct_share") == [(6, 6)]


@pytest.mark.postgres_15
def test_two_first_deploys_at_once(new_project: ScenarioProject) -> None:
    new_project.edit("models/marts/fct_share.sql", "total / sum(total) over (partition by scenario_id)", SLOW)
    new_project.dbt("parse")
    finish(*(new_project.start("build", target=f"target_{number}") for number in range(2)))
    assert new_project.sql("select count(*) from marts.fct_share") == [(6,)]
    assert new_project.sql("select count(*) from reference.factor") == [(2,)]
    assert new_project.sql("select count(*) from reference.dim_factor") == [(2,)]
