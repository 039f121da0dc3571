"""Every column of the water supply facts is what numpy makes of the public CSV files: synthetic, made-up, real runs."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jinja2
import numpy as np
import psycopg
import pytest

from extract.verification import oracle
from extract.verification.oracle import reservoirs, urban
from extract.verification.oracle.run import CSV_NAMES, Run
from tests.documentation.documentation_rules import ROOT
from tests.support import reservoir_runs as runs
from tests.support import supply_runs
from tests.support.model_runs import make_model_run

FAMILIES = {"urban": urban.URBAN, "contractor": urban.CONTRACTOR, "cws_aggregate": urban.GROUP}
MADE_UP = {
    "s9105": supply_runs.supply_run(),
    "s9106": supply_runs.doubtful_supply_run(),
    "s9107": supply_runs.balanced_run(),
}
SYNTHETIC = "s9301"
FACTS = [table for table, fact in oracle.FACTS.items() if fact.family in ("urban", "contractor", "cws")]
RunDbt = Callable[..., CompletedProcess[str]]


def ingest(url: str, folder: Path, scenario_id: str, zip_path: Path) -> Path:
    """Extract and load a model run with the command; gives the folder of its public CSV files."""
    for stage in (["extract", scenario_id, "--zip", str(zip_path)], ["load", scenario_id]):
        subprocess.run(
            [sys.executable, "-m", "extract.cli.main", *stage],
            env={**os.environ, "DATABASE_URL": url, "COEQWAL_DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
    return folder / "archive" / "scenario" / scenario_id / "csv"


@pytest.fixture(scope="module")
def warehouse(
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: RunDbt,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path]:
    """A warehouse with the made-up and the synthetic run, and the folder of the latter's CSV files."""
    url, folder = new_database(deployed_template), tmp_path_factory.mktemp("supply")
    for run in MADE_UP.values():
        runs.load(url, run)
    zip_path = folder / "run.zip"
    make_model_run(zip_path, SYNTHETIC, series=2000, seed=5)
    csv_folder = ingest(url, folder, SYNTHETIC, zip_path)
    # the tables and what they stand on, of these scenarios only
    run_dbt(url, "run", "--select", *(f"scenario:{scenario}" for scenario in [*MADE_UP, SYNTHETIC]), check=True)
    return url, csv_folder


@pytest.fixture(scope="module")
def synthetic(warehouse: tuple[str, Path]) -> Run:
    """The synthetic run as its CSV files have it."""
    return oracle.read_public(warehouse[1], SYNTHETIC)


def wrong(url: str, table: str, run: Run) -> list[str]:
    with psycopg.connect(url) as link:
        query = "select receipt_id from staging.scenario_load where scenario_id = %s"
        (load_id,) = link.execute(query, [run.scenario_id]).fetchone() or ("",)
    return oracle.differences(url, table, run, load_id)


@pytest.mark.parametrize("table", FACTS)
def test_synthetic_run(warehouse: tuple[str, Path], synthetic: Run, table: str) -> None:
    assert wrong(warehouse[0], table, synthetic) == []


@pytest.mark.parametrize("scenario", MADE_UP)
@pytest.mark.parametrize("table", FACTS)
def test_made_up_run(warehouse: tuple[str, Path], table: str, scenario: str) -> None:
    assert wrong(warehouse[0], table, MADE_UP[scenario]) == []


@pytest.mark.parametrize("table", [table for table, fact in oracle.FACTS.items() if fact.family == "agricultural"])
def test_balanced_farms(warehouse: tuple[str, Path], table: str) -> None:
    assert wrong(warehouse[0], table, MADE_UP["s9107"]) == []


@pytest.mark.parametrize(
    ("table", "unit", "names"),
    [
        ("fct_urban_shortage_monthly", "AMCYN", "q0_taf, q100_taf, cv"),
        ("fct_agricultural_shortage_monthly", "02_SA", "q0_taf, q100_taf, cv, shortage_pct_cv"),
        ("fct_agricultural_groundwater_pumping_monthly", "02_NA", "q0_taf, q100_taf, cv"),
    ],
)
def test_what_a_balance_leaves_of_rounding_is_nothing(
    warehouse: tuple[str, Path], table: str, unit: str, names: str
) -> None:
    """The differences of doubles that should be 0 are not, here by some 1e-16 TAF; their spread means nothing."""
    with psycopg.connect(warehouse[0]) as link:
        query = f"select {names} from marts.{table} where scenario_id = 's9107' and unit_code = '{unit}'"
        rows = link.execute(query.encode()).fetchall()
    assert len(rows) == 12
    assert {value for row in rows for value in row} == {0}


def test_a_mean_of_rounding_has_no_variation(warehouse: tuple[str, Path]) -> None:
    """0 for values that are all 0, NULL where the mean is 0 but for rounding, 0 for a negative mean as before."""
    samples = {
        "{0,0}": 0.0,
        "{1e-17,-1e-16,3e-17}": None,
        "{-1,1}": None,
        "{-1,-2}": 0.0,
        "{1,3}": 0.5**0.5,
        "{5}": None,
    }
    with psycopg.connect(warehouse[0]) as link:
        for sample, expected in samples.items():
            query = f"select {variation_sql('v')} from unnest('{sample}'::double precision []) as t (v)"
            (got,) = link.execute(query.encode()).fetchone() or ("",)
            assert got == (None if expected is None else pytest.approx(expected)), sample
            values = np.array([float(v) for v in sample.strip("{}").split(",")])
            assert reservoirs.variation(values) == (None if expected is None else pytest.approx(expected)), sample


def variation_sql(value: str) -> str:
    """The SQL of the macro `coefficient_of_variation`."""
    template = (ROOT / "macros" / "coefficient_of_variation.sql").read_text()
    return str(jinja2.Environment().from_string(template).module.coefficient_of_variation(value))  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", FACTS)
def test_every_column_has_a_value_somewhere(synthetic: Run, table: str) -> None:
    """A comparison of NULL with NULL proves little."""
    made = [*MADE_UP.values(), synthetic]
    rows = [row for run in made for row in oracle.FACTS[table].rows(run)]
    never = {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None}
    assert never == set()


@pytest.mark.parametrize(
    ("name", "column", "changed"),
    [
        ("dv", "DN_02_PU", {"urban_delivery": {"02_PU"}, "contractor_delivery": set(), "balance": {"02_PU"}}),
        ("sv", "UD_02_PU", {"urban_delivery": {"02_PU"}, "contractor_delivery": set(), "balance": {"02_PU"}}),
        ("dv", "PERDV_SWP_1", {"urban_delivery": set(), "contractor_delivery": {"ACFC"}, "balance": set()}),
    ],
)
def test_a_changed_cell_turns_it_red(
    warehouse: tuple[str, Path], tmp_path: Path, name: str, column: str, changed: dict[str, set[str]]
) -> None:
    """The CSV files are what the comparison rests on: one other number shows, and only where it counts."""
    for dss_kind, file_name in CSV_NAMES.items():
        source = warehouse[1] / file_name.format(SYNTHETIC)
        rows = list(csv.reader(source.open(newline="", encoding="utf-8")))
        if dss_kind == name:
            position = rows[1].index(column)
            rows[400][position] = repr(float(rows[400][position]) * 0.99 + 0.001)
        with (tmp_path / source.name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    run = oracle.read_public(tmp_path, SYNTHETIC)
    tables = {
        "urban_delivery": "fct_urban_delivery_monthly",
        "contractor_delivery": "fct_contractor_delivery_monthly",
        "balance": "fct_water_balance_check of urban",
    }
    for key, table in tables.items():
        codes = {line.removeprefix(f"{table} ").split()[0].rstrip(":") for line in wrong(warehouse[0], table, run)}
        assert codes == changed[key], table


def summary(url: str, family: str, scenario_id: str) -> dict[str, dict[str, Any]]:
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as link:
        rows = link.execute(
            f"select * from marts.fct_{family}_period_summary where scenario_id = %s".encode(), [scenario_id]
        ).fetchall()
    return {row[urban.CODE[FAMILIES[family]]]: row for row in rows}


def test_nothing_is_reliable_for_lack_of_data(warehouse: tuple[str, Path]) -> None:
    """What cannot be known of a series that may not be used is NULL, and is not made up from other terms."""
    cities = summary(warehouse[0], "urban", "s9106")
    reliabilities = ("volumetric_reliability", "annual_reliability", "monthly_reliability", "demand_met_pct")
    # shortage in feet; shortage that is all missing: in the file, so nothing stands in for it
    assert (cities["02_PU"]["shortage_source"], cities["03_PU1"]["shortage_source"]) == ("none", "model")
    assert {cities[unit][c] for unit in ("02_PU", "03_PU1") for c in reliabilities} == {None}
    # delivery under another part C, and twice under the same
    assert (cities["02_SU"]["complete_years"], cities["03_SU"]["complete_years"]) == (0, 0)
    assert cities["02_SU"]["annual_delivery_mean_taf"] is None
    contractors = summary(warehouse[0], "contractor", "s9106")
    # allocation of 35, and one in another unit
    assert {contractors[code]["demand_source"] for code in ("OBISPO", "ACWD")} == {"none"}
    assert {contractors[code]["demand_met_pct"] for code in ("OBISPO", "ACWD")} == {None}
    assert contractors["OBISPO"]["volumetric_reliability"] is not None


def test_what_cannot_be_used_is_listed_by_name(warehouse: tuple[str, Path], run_dbt: RunDbt) -> None:
    url = warehouse[0]
    with psycopg.connect(url) as link:
        found = link.execute(
            "select part_b, status from verification.fct_verification_variable_coverage"
            " where scenario_id = 's9106' and entity_kind in ('urban_demand_unit', 'mi_contractor')"
            " and status not in ('found', 'absent')"
        ).fetchall()
    assert set(found) == {
        ("SHRTG_02_PU", "unit_unexpected"),
        ("DN_02_SU", "other_part_c"),
        ("DN_03_SU", "ambiguous"),
        ("PERDV_SWP_3", "unit_unexpected"),
    }
    names = ("mapped_variables_are_unambiguous", "mapped_variables_have_a_known_unit", "allocation_is_a_fraction")
    bad = run_dbt(url, "test", "--select", *(f"scenario:s9106,{name}" for name in names))
    good = run_dbt(url, "test", "--select", *(f"scenario:s9105,{name}" for name in names))
    assert (good.returncode, bad.returncode) == (0, 1)
    assert [name for name in names if f" {name} " in bad.stdout and f"PASS {name}" in bad.stdout] == []


@pytest.mark.real_data
def test_real_run(
    real_data: Path, new_database: Callable[..., str], deployed_template: str, run_dbt: RunDbt, tmp_path: Path
) -> None:
    url = new_database(deployed_template)
    folder = ingest(url, tmp_path, "s9001", real_data / "runs" / "s9001_general_recon_baseline.zip")
    run_dbt(url, "run", "--select", "scenario:s9001", check=True)
    run = oracle.read_public(folder, "s9001")
    assert {table: found for table in FACTS if (found := wrong(url, table, run))} == {}
