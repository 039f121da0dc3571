"""What a deploy (plain `dbt build`) does to views, dimensions, seeds and tables whose columns changed."""

from __future__ import annotations

import psycopg
import pytest

from tests.plugin.scenario_dbt import ScenarioProject


def oid(project: ScenarioProject, relation: str) -> object:
    return project.sql(f"select to_regclass('{relation}')::oid")[0][0]


def test_relations_stay_the_same_objects(project: ScenarioProject) -> None:
    names = ("intermediate.stg_value", "api.api_share", "reference.dim_factor", "reference.factor", "marts.fct_total")
    before = [oid(project, name) for name in names]
    assert None not in before
    project.dbt("build")
    assert [oid(project, name) for name in names] == before


def test_a_scenario_build_makes_a_missing_view_and_leaves_others_alone(project: ScenarioProject) -> None:
    project.sql("drop view api.api_share")
    project.edit("models/staging/stg_value.sql", "value from", "value * 2 as value from")
    output = project.dbt("run", "--select", "scenario:s0105")
    assert oid(project, "api.api_share") is not None
    assert "stg_value" not in output
    assert project.sql("select max(value) from intermediate.stg_value") == [(3,)]
    project.dbt("run")
    assert project.sql("select max(value) from intermediate.stg_value") == [(6,)]


def test_a_view_shows_every_scenario(project: ScenarioProject) -> None:
    project.sql("drop view intermediate.stg_value cascade")
    project.dbt("run", "--select", "scenario:s0105")
    assert project.sql("select count(distinct scenario_id) from intermediate.stg_value") == [(3,)]


def test_a_contract_view_has_the_contracts_order_and_is_readable_by_the_api(project: ScenarioProject) -> None:
    columns = project.sql(
        "select column_name from information_schema.columns where table_name = 'api_share' order by ordinal_position"
    )
    assert [name for (name,) in columns] == ["scenario_id", "variable", "share"]
    with psycopg.connect(project.url) as link:
        link.execute("set role coeqwal_read")
        assert link.execute("select count(*) from api.api_share").fetchone() == (6,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("select count(*) from marts.fct_share")
    assert project.sql("select col_description('api.api_share'::regclass, 1)") == [("The model run.",)]


def test_a_view_that_breaks_its_contract_is_refused(project: ScenarioProject) -> None:
    project.edit("models/api/api_share.sql", "share, variable", "share::text as share, variable")
    output = project.dbt("run", "--select", "api_share", expect=1)
    assert "share" in output
    assert "contract" in output
    assert project.sql("select pg_typeof(share)::text from api.api_share limit 1") == [("double precision",)]


def test_grants_that_are_not_configured_are_taken_back(project: ScenarioProject) -> None:
    project.sql("grant insert on api.api_share to coeqwal_read")
    project.dbt("run", "--select", "api_share")
    assert project.sql("select has_table_privilege('coeqwal_read', 'api.api_share', 'insert')") == [(False,)]
    assert project.sql("select has_table_privilege('coeqwal_read', 'api.api_share', 'select')") == [(True,)]


def test_a_dimension_with_new_columns_takes_the_views_on_top_along_or_is_refused(project: ScenarioProject) -> None:
    project.edit("models/marts/reference/dim_factor.sql", "select variable,", "select variable, 1 as rank,")
    output = project.dbt("run", "--select", "dim_factor", expect=1)
    assert "api.api_factor" in output
    assert "--select dim_factor+" in output
    assert oid(project, "api.api_factor") is not None
    project.dbt("run", "--select", "dim_factor+")
    assert project.sql("select count(*) from api.api_factor") == [(2,)]
    assert project.sql("select max(rank) from reference.dim_factor") == [(1,)]


def test_a_view_with_other_columns_is_made_anew_with_the_views_on_top(project: ScenarioProject) -> None:
    project.sql("create view api.by_hand as select value from intermediate.stg_value")
    project.edit("models/staging/stg_value.sql", "variable, month", "month, variable")
    output = project.dbt("run", "--select", "stg_value", expect=1)
    assert "api.by_hand" in output
    project.sql("drop view api.by_hand")
    project.dbt("run", "--select", "stg_value")
    assert project.sql("select count(*) from intermediate.stg_value") == [(12,)]


def test_a_seed_with_a_new_column(project: ScenarioProject) -> None:
    for old, new in (("variable,factor", "variable,factor,note"), ("S_A,1", "S_A,1,x"), ("S_B,2", "S_B,2,y")):
        project.edit("seeds/factor.csv", old, new)
    project.dbt("build")
    assert project.sql("select note from reference.factor order by 1") == [("x",), ("y",)]
    assert project.built()["fct_total"] == {"s0020", "s0033", "s0105"}


def test_a_seed_is_replaced_without_a_gap(project: ScenarioProject) -> None:
    with psycopg.connect(project.url) as link:
        link.execute("set transaction isolation level repeatable read")
        before = link.execute("select * from reference.factor").fetchall()
        project.edit("seeds/factor.csv", "S_B,2", "S_B,5")
        project.dbt("seed")
        assert link.execute("select * from reference.factor").fetchall() == before
    assert project.sql("select max(factor) from reference.factor") == [(5,)]


def test_a_fact_with_other_columns_needs_a_full_refresh(project: ScenarioProject) -> None:
    project.edit(
        "models/marts/fct_total.sql",
        "sum(values_in.value * factors.factor) as total",
        "sum(values_in.value * factors.factor) as total, 1 as more",
    )
    project.edit(
        "models/models.yml",
        "name: total, data_type: double precision,",
        "name: more, data_type: integer}\n      - {name: total, data_type: double precision,",
    )
    before = project.rows("marts.fct_total")
    output = project.dbt("run", "--select", "scenario:s0105,fct_total", expect=1)
    assert "more missing instead of integer" in output
    assert "--full-refresh --select fct_total+" in output
    assert project.rows("marts.fct_total") == before
    project.dbt("run", "--full-refresh", "--select", "fct_total+")
    assert project.sql("select count(distinct scenario_id), sum(more) from marts.fct_total") == [(3, 6)]
    assert project.sql("select count(*) from api.api_share") == [(6,)]


def test_a_fact_cannot_be_made_anew_without_the_views_on_top(project: ScenarioProject) -> None:
    output = project.dbt("run", "--full-refresh", "--select", "fct_share", expect=1)
    assert "api.api_share" in output
    assert project.sql("select count(*) from api.api_share") == [(6,)]
    project.dbt("run", "--full-refresh", "--select", "fct_share+")
    assert project.sql("select count(*) from api.api_share") == [(6,)]


def test_a_model_that_becomes_a_view(project: ScenarioProject) -> None:
    project.edit("models/marts/reference/dim_factor.sql", "select", "{{ config(materialized='view') }} select")
    project.dbt("build")
    assert project.sql("select count(*) from pg_views where viewname = 'dim_factor'") == [(1,)]
    assert project.sql("select count(*) from api.api_factor") == [(2,)]
