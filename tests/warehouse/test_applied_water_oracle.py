"""Every column of the facts of agriculture, refuges and aggregates is what numpy makes of the extractor's wide CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from extract.verification import oracle
from extract.verification.oracle.run import Run
from tests.support import applied_water_runs, reservoir_runs

FACTS = [table for table, fact in oracle.FACTS.items() if fact.family in ("agricultural", "refuge")]
KEYS = ("unit_code", "aggregate_code", "entity_code", "water_month")
DbtCommand = Callable[..., CompletedProcess[str]]


@dataclass(frozen=True)
class Warehouse:
    """A warehouse with the synthetic run s9201 and its damaged copy s9202.

    Attributes:
        wide_csv: what the extractor wrote of s9201.
        load_ids: receipt ids by scenario.
    """

    url: str
    wide_csv: Path
    runs: dict[str, Run]
    load_ids: dict[str, str]


@pytest.fixture(scope="module")
def warehouse(
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: DbtCommand,
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    url = new_database(deployed_template)
    wide_csv, load_id = applied_water_runs.synthetic(url, "s9201", tmp_path_factory.mktemp("run"))
    run = oracle.read_files("s9201", {"dv": wide_csv})
    damaged = applied_water_runs.damaged(run, "s9202")
    reservoir_runs.load(url, damaged)
    built = {oracle.FACTS[fact].table[1] for fact in FACTS}
    run_dbt(url, "run", "--select", *(f"scenario:{s},{fact}" for s in ("s9201", "s9202") for fact in built), check=True)
    return Warehouse(url, wide_csv, {"s9201": run, "s9202": damaged}, {"s9201": load_id, "s9202": damaged.load_id})


def rows_of(url: str, fact: str, scenario_id: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from marts.{fact} where scenario_id = %s", [scenario_id]).fetchall()
    return {key_of(row): row for row in found}


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[k] for k in KEYS if k in row)


def differences(warehouse: Warehouse, fact: str, run: Run) -> list[str]:
    """What the fact table and the oracle do not agree on."""
    return oracle.differences(warehouse.url, fact, run, warehouse.load_ids[run.scenario_id])


@pytest.mark.parametrize("scenario", ["s9201", "s9202"])
@pytest.mark.parametrize("fact", FACTS)
def test_agrees(warehouse: Warehouse, fact: str, scenario: str) -> None:
    assert differences(warehouse, fact, warehouse.runs[scenario]) == []


@pytest.mark.parametrize("fact", FACTS)
def test_every_column_has_a_value_somewhere(warehouse: Warehouse, fact: str) -> None:
    """A comparison of NULL with NULL proves little."""
    rows = [row for run in warehouse.runs.values() for row in oracle.FACTS[fact].rows(run)]
    never = {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None}
    assert never == set()


@pytest.mark.parametrize(
    ("part_b", "fact"),
    [
        ("GP_02_PA", "fct_agricultural_groundwater_pumping_monthly"),
        ("AW_72_PR1", "fct_refuge_period_summary"),
        ("SHORT_SWP_PAG_N", "fct_ag_aggregate_shortage_monthly"),
        ("DEL_CVP_PRF_S", "fct_refuge_aggregate_delivery_monthly"),
        ("AW_72_PR1", "fct_water_balance_check of refuge"),
    ],
)
def test_a_changed_cell_of_the_csv_is_seen(warehouse: Warehouse, tmp_path: Path, part_b: str, fact: str) -> None:
    with open(warehouse.wide_csv, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    column = rows[1].index(part_b)
    rows[7 + 300][column] = repr(float(rows[7 + 300][column]) * 1.001 + 1)
    changed = tmp_path / "changed.csv"
    with open(changed, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert differences(warehouse, fact, oracle.read_files("s9201", {"dv": changed})) != []


def summary_of(warehouse: Warehouse, code: str, family: str = "agricultural") -> dict[str, Any]:
    return rows_of(warehouse.url, f"fct_{family}_period_summary", "s9202")[code,]


@pytest.mark.parametrize(
    ("code", "source", "basis", "years"),
    [
        ("02_NA", "model", "calculated", 100),
        ("02_SA", "derived", "model", 98),
        ("03_NA", "none", "none", 0),  # two unknowns in one balance
        ("04_NA", "none", "model", 0),  # a mapped term of the balance is absent
        ("04_PA1", "none", "model", 0),  # the series is there and holds nothing: it is not replaced
        ("05_NA", "derived", "model", 100),  # another part C is another series
        ("06_NA", "derived", "model", 100),  # lives on groundwater: no delivery in its balance
        ("07N_PA", "none", "model", 0),  # two series of one name: nobody may choose
    ],
)
def test_each_way_to_lack_a_term(warehouse: Warehouse, code: str, source: str, basis: str, years: int) -> None:
    row = summary_of(warehouse, code)
    assert (row["shortage_source"], row["groundwater_pumping_basis"]) == (source, basis)
    assert row["shortage_complete_years"] == years
    assert (row["annual_reliability"] is None) == (row["volumetric_reliability"] is None) == (years == 0)


def test_a_sum_without_a_part_is_unknown(warehouse: Warehouse) -> None:
    south = summary_of(warehouse, "sod_ag", "ag_aggregate")
    assert (south["complete_years"], south["annual_delivery_mean_taf"]) == (0, None)
    assert south["shortage_complete_years"] == 100  # its shortages are all there
    assert south["volumetric_reliability"] is None


def test_threshold_itself_is_no_shortage(warehouse: Warehouse) -> None:
    months = rows_of(warehouse.url, "fct_agricultural_shortage_monthly", "s9202")
    counts = [months["06_PA", month]["shortage_months_count"] for month in (1, 2, 3, 4)]
    assert counts == [0, 100, 0, 0]
    assert months["06_PA", 3]["mean_taf"] == pytest.approx(-0.05)  # not clipped
