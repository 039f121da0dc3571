"""Names, descriptions and structure of the dbt project keep their rules, and each rule finds what breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.documentation import documentation_rules as rules

FACT = "model.coeqwal.fct_reservoir_storage_monthly"
NODES = ("nodes", FACT)
RANGE_TEST = "reservoir_storage_stays_below_capacity"


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(manifest: dict[str, Any], rule: Callable[[dict[str, Any]], Any]) -> None:
    assert list(rule(manifest)) == []


def change(node: dict[str, Any], path: str, value: Any) -> None:
    """Set a value deep in a node."""
    *parents, last = path.split(".")
    for key in parents:
        node = node[key]
    node[last] = value


BROKEN = {
    "described": ("description", "TODO: One row per scenario and reservoir, to be written."),
    "grain_is_stated": ("description", "Distribution of end-of-month storage over the years."),
    "descriptions_differ": (
        "description",
        "Members of the reservoir groups in display order. One row per group and reservoir.",
    ),
    "grain_is_tested": ("unique_id", "model.coeqwal.somebody_else"),
    "contract_is_enforced": ("config.contract.enforced", False),
    "name_fits_layer": ("name", "reservoir_storage"),
    "reads_only_below": ("depends_on.nodes", ["model.coeqwal.api_reservoir"]),
    "unit_is_last": ("columns.mean", {"data_type": "double precision", "description": "Mean."}),
    "sql_has_the_form": ("raw_code", "with months as (select 1) select * from months"),
    "sql_holds_no_data": ("raw_code", "-- x\nselect * from months where part_b = 'S_SHSTA'\n\nselect * from final"),
    "cases_are_searched": (
        "raw_code",
        "-- x\nselect case a when 'b' then 1 end from months\n\nselect * from final",
    ),
    "facts_read_their_scope": ("raw_code", "with months as (\n select * from {{ ref('int_reservoir__monthly') }}\n),"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_rule_finds_what_breaks_it(manifest: dict[str, Any], name: str) -> None:
    broken = copy.deepcopy(manifest)
    change(broken["nodes"][FACT], *BROKEN[name])
    found = list(getattr(rules, name)(broken))
    assert any("reservoir_storage" in line for line in found)


@pytest.mark.parametrize("rule", ["warnings_have_an_owner", "own_tests_say_why"])
def test_rule_for_tests_finds_what_breaks_it(manifest: dict[str, Any], rule: str) -> None:
    broken = copy.deepcopy(manifest)
    test = next(n for n in broken["nodes"].values() if n["name"] == RANGE_TEST)
    test["config"]["meta"] = {"owner": "somebody", "until": "2020-01-01"}
    test["description"] = "A test."
    assert [line.split(":")[0] for line in getattr(rules, rule)(broken)] == [RANGE_TEST]


def test_key_that_may_be_null_is_found(manifest: dict[str, Any]) -> None:
    broken = copy.deepcopy(manifest)
    grain = next(n for n in broken["nodes"].values() if n["name"] == "fct_reservoir_storage_monthly_grain")
    grain["test_metadata"]["kwargs"]["may_be_null"] = ["water_month"]
    assert list(rules.grain_is_tested(broken)) == ["fct_reservoir_storage_monthly.water_month: key that may be NULL"]


def test_every_rule_is_broken_somewhere() -> None:
    assert {rule.__name__ for rule in rules.RULES} == {*BROKEN, "warnings_have_an_owner", "own_tests_say_why"}


def test_described_columns_are_the_real_ones(manifest: dict[str, Any], deployed_template: str) -> None:
    with psycopg.connect(deployed_template) as link:
        rows = link.execute("select table_schema, table_name, column_name from information_schema.columns").fetchall()
    real: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in rows:
        real.setdefault((schema, table), set()).add(column)
    wrong = {}
    for node in rules.nodes(manifest, "model", "seed", "source"):
        table = node.get("alias") or node["identifier"]
        if difference := real[node["schema"], table] ^ set(node["columns"]):
            wrong[node["name"]] = difference
    assert wrong == {}


def test_the_overview_names_every_page() -> None:
    """The first page of the dbt docs is the index; decisions and faults are named by their folders."""
    docs = rules.ROOT / "dbt_project" / "docs"
    index = (docs / "overview.md").read_text(encoding="utf-8")
    folders = ("columns", "developer/adr", "reviewer/reference_faults")
    pages = {str(page.relative_to(docs)) for page in docs.rglob("*.md")} - {"overview.md"}
    own = {page for page in pages if not page.startswith(folders)}
    assert own
    assert {page for page in own if f"`{page}`" not in index} == set()
    assert {page for page in index.split("`")[1::2] if page.endswith(".md")} <= own
