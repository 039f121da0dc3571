"""Every data test can fail: each is run on a warehouse in which something was broken on purpose.

The SQL that dbt compiled for the tests runs here in transactions that are rolled back, which makes hundreds of
broken warehouses cheap. Views are replaced by tables with the same rows first, so that they can be broken, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest
import yaml

from extract.warehouse.stage_history import StageRun, record_stage
from tests.support import applied_water_runs, delta_runs, river_runs, tier_results, verified
from tests.support import reservoir_runs as runs
from tests.support.supply_runs import supply_run

EXPLICIT: dict[str, dict[str, Any]] = {
    name: mutation
    for file in sorted(Path(__file__).parent.glob("data_tests*.yml"))
    for name, mutation in (yaml.safe_load(file.read_text()) or {}).items()
}
IF_EMPTY = {
    "staging.stg_calsim__series_flag": """
        insert into staging.stg_calsim__series_flag
        select
            scenario_id, dss_kind, part_a, part_b, part_c, part_e, part_f, units, 'units_conflict', 12, false,
            'informs', null, load_id
        from staging.stg_calsim__series
        limit 1
    """
}
"""A row for a relation that is empty while all tests are green, so that there is something to break."""
NO_SUCH = {"text": "'no such value'", "integer": "-987", "double precision": "-987"}


@dataclass(frozen=True)
class DataTest:
    """A data test of the project.

    Attributes:
        kind: name of the generic test, or `singular`.
        relation: the relation it is attached to, empty for a singular test.
        where: condition on the rows it looks at.
        code: the compiled SQL, whose rows are failures.
    """

    name: str
    kind: str
    relation: str
    arguments: dict[str, Any]
    where: str
    code: str


@dataclass(frozen=True)
class Warehouse:
    """A built warehouse and the tests dbt has for it."""

    url: str
    tests: dict[str, DataTest]


def read_tests(manifest: dict[str, Any]) -> Iterator[DataTest]:
    """The data tests of a manifest with compiled code."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            meta = node.get("test_metadata") or {"name": "singular", "kwargs": {}}
            tested = manifest["nodes"].get(node.get("attached_node"))
            relation = f"{tested['schema']}.{tested['alias']}" if tested else ""
            where = node["config"].get("where") or "true"
            yield DataTest(node["name"], meta["name"], relation, meta["kwargs"], where, node["compiled_code"])


@pytest.fixture(scope="module")
def warehouse(
    new_database: Callable[..., str], deployed_template: str, run_dbt: Callable[..., CompletedProcess[str]]
) -> Warehouse:
    """A warehouse with model runs, some of them siblings of other climates, in which all data tests are green."""
    url = new_database(deployed_template)
    complete = runs.complete_run()
    tier_results.add_salinity(complete)
    of_delta = (delta_runs.complete_run("s0020"), delta_runs.complete_run("s0021"), delta_runs.plain_run("s0047"))
    made = (
        complete,
        runs.late_run(),
        *of_delta,
        supply_run(),
        applied_water_runs.small_run(),
        river_runs.complete_run(),
    )
    for run in made:
        runs.load(url, run)
    for run in made[:2]:
        tier_results.load_every_kind(url, run.scenario_id)
    offer_file(url, made[0].scenario_id)
    verified.show(url, complete.scenario_id)
    record_stage(url, StageRun(complete.scenario_id, "validate", "VALIDATED", 1.0, complete.load_id))
    note_history(url, complete)
    chosen = [f"scenario:{run.scenario_id}" for run in made]
    run_dbt(url, "build", "--select", *chosen, "--exclude", "test_type:unit", check=True)
    compiled = run_dbt(url, "compile", "--select", "resource_type:test", check=True, DBT_WRITE_JSON="true")
    target = Path(compiled.args[compiled.args.index("--target-path") + 1])
    tests = read_tests(json.loads((target / "manifest.json").read_text()))
    return Warehouse(url, {test.name: test for test in tests})


def offer_file(url: str, scenario_id: str) -> None:
    """Let the public have a file of the scenario's load."""
    with psycopg.connect(url) as link:
        link.execute(
            "insert into staging.scenario_file"
            " select scenario_id, receipt_id, 'zip', 'scenario/x/run/x.zip', 1, repeat('0', 64), now()"
            " from staging.scenario_load where scenario_id = %s",
            [scenario_id],
        )
        link.execute("insert into staging.scenario_visibility values (%s, true)", [scenario_id])


def note_history(url: str, run: runs.Run) -> None:
    """Say that the run's statistics were built, and that there is a frozen copy of them."""
    record_stage(url, StageRun(run.scenario_id, "build", "BUILT", 1.0, run.load_id))
    with psycopg.connect(url) as link:
        link.execute(
            "insert into ops.release values (%s, %s, repeat('0', 64), 'scenario/x/release/x.json', 1)",
            [run.scenario_id, run.load_id],
        )


def failures(link: psycopg.Connection, test: DataTest) -> int:
    """Rows the test finds."""
    row = link.execute(f"select count(*) from ({test.code}) as failures".encode()).fetchone()
    assert row is not None
    return int(row[0])


def as_table(link: psycopg.Connection, relation: str) -> None:
    """Put a table with the same rows in the place of a view."""
    row = link.execute("select relkind from pg_class where oid = %s::regclass", [relation]).fetchone()
    if row and row[0] in ("v", b"v"):
        schema, name = relation.split(".")
        link.execute(
            f"create table {schema}.broken_table as select * from {relation};"
            f" alter view {relation} rename to replaced_view;"
            f" alter table {schema}.broken_table rename to {name}".encode()
        )
    link.execute(
        "do $$ declare i regclass; begin for i in select indexrelid from pg_index where indrelid = "
        f"'{relation}'::regclass and indisunique loop execute 'drop index ' || i; end loop; end $$".encode()
    )


def column_type(link: psycopg.Connection, relation: str, column: str) -> str:
    row = link.execute(
        "select format_type(atttypid, null) from pg_attribute where attrelid = %s::regclass and attname = %s",
        [relation, column],
    ).fetchone()
    assert row is not None
    return str(row[0])


def set_one(test: DataTest, column: str, value: str, condition: str = "true") -> str:
    """SQL that changes one row the test looks at."""
    chosen = f"select ctid from {test.relation} where ({test.where}) and ({condition}) limit 1"
    return f"update {test.relation} set {column} = {value} where ctid = ({chosen})"


def rule(link: psycopg.Connection, test: DataTest) -> Iterator[str]:
    """The ways to break a test of a general kind: one for each thing it says of a column; none without a rule."""
    a = test.arguments
    column = a.get("column_name", "")
    columns = a.get("columns") or [column]
    copy = f"insert into {test.relation} select * from {test.relation} where {test.where} limit 1"
    loss = f"delete from {test.relation} where ctid = (select ctid from {test.relation} limit 1)"
    match test.kind:
        case "not_null" | "not_null_columns":
            yield from (set_one(test, name, "null") for name in columns)
        case "unique_grain":
            yield copy
            # a column that the test holds equal to one value comes out of a join by it, never as NULL
            checked = [name for name in columns if not re.search(rf"\b{name} = '", test.where)]
            yield from (set_one(test, name, "null") for name in checked if name not in a.get("may_be_null", ()))
        case "unique" | "one_row_unless":
            yield copy
        case "complete_water_year" | "complete_calendar":
            yield loss
        case "relationships" | "accepted_values":
            yield set_one(test, column, NO_SUCH[column_type(link, test.relation, column)], f"{column} is not null")
        case "within_range":
            outside = [a[end] + step for end, step in (("min_value", -1), ("max_value", 1)) if end in a]
            yield from (set_one(test, name, str(v), f"{name} is not null") for name in columns for v in outside)
        case "ascending":
            steps = [step for order in a["orders"] for step in pairwise(order)]
            yield from (set_one(test, low, f"{high} + 1", f"{high} is not null") for low, high in steps)
        case "same_value":
            yield from (set_one(test, other, f"{other} + 1", f"{other} is not null") for _, other in a["pairs"])


def test_all_are_green_before(warehouse: Warehouse) -> None:
    with psycopg.connect(warehouse.url) as link:
        red = {name: count for name, test in warehouse.tests.items() if (count := failures(link, test))}
    assert red == {}


def test_each_test_goes_red(warehouse: Warehouse) -> None:
    """Each data test finds all that is broken for it, by its own row in data_tests*.yml or by the rule of its kind."""
    silent = []
    with psycopg.connect(warehouse.url) as link:
        for test in warehouse.tests.values():
            if test.name in EXPLICIT and test.kind != "unique_grain":
                continue
            as_table(link, test.relation) if test.relation else None
            link.execute(IF_EMPTY.get(test.relation, "").encode())
            statements = list(rule(link, test))
            assert statements, f"no mutation for the data test {test.name}: add it to a tests/mutations/data_tests*.yml"
            for statement in statements:
                with link.transaction(force_rollback=True):
                    changed = link.execute(statement.encode()).rowcount
                    if changed != 1 or not failures(link, test):
                        silent.append(f"{test.name}: {statement} ({changed} rows)")
            link.rollback()
    assert silent == []


@pytest.mark.parametrize("name", EXPLICIT)
def test_its_own_mutation_makes_exactly_this_test_red(warehouse: Warehouse, name: str) -> None:
    assert name in warehouse.tests, "the mutation of a test that does not exist"
    test, mutation = warehouse.tests[name], EXPLICIT[name]
    with psycopg.connect(warehouse.url) as link:
        if test.relation:
            as_table(link, test.relation)
        changed = link.execute(mutation["break"].format(relation=test.relation).encode()).rowcount
        others = [t for t in warehouse.tests.values() if t.relation == test.relation and t.name in EXPLICIT]
        red = {t.name for t in [*others, test] if failures(link, t)}
        link.rollback()
    assert changed > 0
    assert red == {name, *mutation.get("also", [])}


def test_dbt_itself_goes_red(
    warehouse: Warehouse, new_database: Callable[..., str], run_dbt: Callable[..., CompletedProcess[str]]
) -> None:
    """The compiled SQL is what `dbt test` runs: the same mutation turns the command red, and only this test."""
    url = new_database(warehouse.url)
    name, relation = "fct_reservoir_period_summary_years_add_up", "marts.fct_reservoir_period_summary"
    with psycopg.connect(url) as link:
        link.execute(EXPLICIT[name]["break"].format(relation=relation).encode())
    result = run_dbt(url, "test", "--select", "scenario:s9101,fct_reservoir_period_summary")
    assert result.returncode == 1
    finished = [line.split() for line in result.stdout.splitlines() if " of " in line and "START" not in line]
    assert [words[words.index("FAIL") + 2] for words in finished if "FAIL" in words] == [name]
    assert len(finished) > 10
