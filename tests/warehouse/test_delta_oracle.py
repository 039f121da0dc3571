"""Every column of the Delta facts is what numpy makes of the public CSV, and the properties that need no reference."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.rows import dict_row

from extract.archive import Archive
from extract.convert.extraction import Request, extract
from extract.verification import oracle
from extract.verification.oracle.delta import taf_per_cfs, water_month
from extract.verification.oracle.run import Run
from extract.warehouse import load as loader
from tests.support import delta_runs as runs
from tests.support.reservoir_runs import load

FACTS = [table for table, fact in oracle.FACTS.items() if fact.family == "delta"]
DbtCommand = Callable[..., CompletedProcess[str]]


def changed(run: Run, scenario_id: str, change: Callable[[Any], Any]) -> Run:
    """The run as another scenario, each series changed."""
    return Run(scenario_id, [change(s) for s in run.series])


def late(series: Any) -> Any:
    """The series with every value one month later, as with stamps that were read wrongly."""
    return replace(series, values=np.append(np.nan, series.values[:-1]))


def as_volume(series: Any) -> Any:
    """A flow in TAF a month instead of CFS."""
    if series.units != "CFS":
        return series
    months = [((1921 * 12 + 9 + i) // 12, (1921 * 12 + 9 + i) % 12 + 1) for i in range(len(series.values))]
    known = ~np.isin(series.values, (-901, -902))
    volume = np.where(known, series.values * taf_per_cfs(months), series.values)
    return replace(series, units="TAF", values=volume)


RUNS = {
    "s9601": runs.complete_run(),
    "s9602": runs.sparse_run(),
    "s9603": changed(runs.complete_run(), "s9603", late),
    "s9604": changed(runs.complete_run(), "s9604", as_volume),
    "s9605": runs.renamed_run(),
}


@pytest.fixture(scope="module")
def warehouse(new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand) -> str:
    """A warehouse with the made-up runs."""
    url = new_database(deployed_template)
    for run in RUNS.values():
        load(url, run)
    chosen = [f"scenario:{scenario},+fct_delta_period_summary" for scenario in RUNS]
    chosen += [f"scenario:{scenario},fct_delta_monthly" for scenario in RUNS]
    run_dbt(url, "run", "--select", *chosen, check=True)
    return url


@pytest.fixture(scope="module")
def public_csv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wide CSV of each run."""
    folder = tmp_path_factory.mktemp("csv")
    for scenario, run in RUNS.items():
        runs.write_csv(run, folder / f"{scenario}.csv")
    return {scenario: folder / f"{scenario}.csv" for scenario in RUNS}


def rows_of(url: str, fact: str, scenario_id: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from marts.{fact} where scenario_id = %s", [scenario_id]).fetchall()
    return {key_of(row): row for row in found}


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["variable_code"], row.get("water_month", 0))


def csv_run(scenario_id: str, path: Path) -> Run:
    return oracle.read_files(scenario_id, {"dv": path})


@pytest.mark.parametrize("scenario", ["s9601", "s9602", "s9605"])
@pytest.mark.parametrize("fact", FACTS)
def test_made_up_run(warehouse: str, public_csv: dict[str, Path], fact: str, scenario: str) -> None:
    assert oracle.differences(warehouse, fact, csv_run(scenario, public_csv[scenario])) == []


@pytest.mark.parametrize("fact", FACTS)
def test_made_up_runs_reach_every_column(public_csv: dict[str, Path], fact: str) -> None:
    """A comparison of NULL with NULL proves little: each column has a value somewhere."""
    rows = [row for s, path in public_csv.items() for row in oracle.FACTS[fact].rows(csv_run(s, path))]
    assert {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None} == set()


def test_a_changed_cell_is_seen(warehouse: str, public_csv: dict[str, Path], tmp_path: Path) -> None:
    """One salinity of one month is another: its month and the summary differ, and nothing else."""
    with open(public_csv["s9601"], newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[7 + 6][rows[1].index("JP_EC_MONTH")] = "449.5"
    with open(tmp_path / "changed.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    run = csv_run("s9601", tmp_path / "changed.csv")
    found = [d for c in oracle.compare(warehouse, run, run.load_id, FACTS) for d in c.differences]
    assert {tuple(d.key.values()) for d in found} == {("jp_ec", 7), ("jp_ec",)}


def test_x2_stands_in_its_own_month(warehouse: str) -> None:
    """X2 of March is what the model writes in April; the variant that keeps the model's months is named."""
    months = rows_of(warehouse, "fct_delta_monthly", "s9601")
    for name in ("mean", "q90", "sample_count"):
        own, lagged = (
            [months[code, m][name] for m in at] for code, at in (("x2", (5, 6, 7)), ("x2_lagged", (6, 7, 8)))
        )
        assert own == pytest.approx(lagged, rel=1e-12)
    summary = rows_of(warehouse, "fct_delta_period_summary", "s9601")
    # two months are missing; of X2 the last one too, as the run ends before it is written
    assert (summary["x2", 0]["sample_count"], summary["x2_lagged", 0]["sample_count"]) == (1197, 1198)
    assert summary["x2", 0]["april_mean"] != summary["x2_lagged", 0]["april_mean"]
    assert summary["x2_lagged", 0]["x2_chipps_met_pct"] is None


def test_x2_is_found_under_its_other_name(warehouse: str) -> None:
    """A run that calls it X2_PRV has the same X2 as the run that calls it X2_PRV_KM."""
    for fact in FACTS:
        of_name, of_other = (rows_of(warehouse, fact, s) for s in ("s9601", "s9605"))
        for key in [k for k in of_name if k[0] in ("x2", "x2_lagged")]:
            same = {"scenario_id": "s9605", "load_id": of_other[key]["load_id"]}
            expected = of_name[key] | same
            assert of_other[key].keys() == expected.keys()
            for column, value in expected.items():
                is_number = isinstance(value, float)  # sums of the same values in another order
                assert of_other[key][column] == (pytest.approx(value, rel=1e-12) if is_number else value), column


def test_of_two_names_the_first_counts(warehouse: str) -> None:
    """A run that holds both X2_PRV_KM and X2_PRV: the mapped name is used, and nothing is ambiguous."""
    query = (
        "select part_b, found_part_b, is_usable from intermediate.int_calsim__entity_series where entity_code = 'x2'"
    )
    with psycopg.connect(warehouse) as link:
        twin = 'insert into staging.dss_series select (jsonb_populate_record(s, \'{"part_b": "X2_PRV"}\')).* from'
        link.execute(f"{twin} staging.dss_series s where scenario_id = 's9601' and part_b = 'X2_PRV_KM'".encode())
        found = link.execute(f"{query} and scenario_id in ('s9601', 's9605') order by scenario_id".encode()).fetchall()
        link.rollback()
    assert found == [("X2_PRV_KM", "X2_PRV_KM", True), ("X2_PRV_KM", "X2_PRV", True)]


def test_outflow_is_there_when_its_index_is(warehouse: str) -> None:
    """Without NDO the statistics of flow are those of NDOI; the comparison with the minimum is of NDOI anyway."""
    with_ndo, without = (rows_of(warehouse, "fct_delta_period_summary", s)["ndo", 0] for s in ("s9601", "s9605"))
    assert without["sample_count"] == 1199, "one month of the index is missing"
    assert without["annual_mean_taf"] > 0
    assert without["mean_cfs"] != with_ndo["mean_cfs"]
    assert without["d1641_outflow_met_pct"] == with_ndo["d1641_outflow_met_pct"]


def test_a_standard_that_is_none_is_no_standard(warehouse: str) -> None:
    """99000 stands in the months without a standard: they are in no count of a comparison."""
    months = rows_of(warehouse, "fct_delta_monthly", "s9601")
    assert months["co_ec", 9]["d1641_exceed_pct"] is None
    assert months["co_ec", 8]["standard_basis"] == "series CO_EC_STD"
    summary = rows_of(warehouse, "fct_delta_period_summary", "s9601")["rs_ec", 0]
    assert 900 < summary["d1641_months_count"] <= 960, "every fifth month has none"


def test_shifted_stamps_change_the_months(warehouse: str) -> None:
    """A run read one month late has its April in May, so the rule of the dates matters."""
    right, wrong = (rows_of(warehouse, "fct_delta_monthly", s) for s in ("s9601", "s9603"))
    for code in ("em_ec", "x2"):
        assert wrong[code, 8]["mean"] == pytest.approx(right[code, 7]["mean"], rel=1e-12)
        assert wrong[code, 7]["mean"] != pytest.approx(right[code, 7]["mean"], rel=1e-3)


def test_outflow_in_either_unit_is_the_same(warehouse: str) -> None:
    for fact in FACTS:
        in_cfs, in_taf = (rows_of(warehouse, fact, s) for s in ("s9601", "s9604"))
        for key in [k for k in in_cfs if k[0] == "ndo"]:
            for column, value in in_cfs[key].items():
                if isinstance(value, float):
                    assert in_taf[key][column] == pytest.approx(value, rel=1e-12), (key, column)


def test_450_over_all_months_is_not_the_decision(warehouse: str) -> None:
    """The published share of months above 450 is kept under its own name; the standard gives another answer."""
    summary = rows_of(warehouse, "fct_delta_period_summary", "s9601")
    for code in ("em_ec", "jp_ec"):
        row = summary[code, 0]
        assert row["sample_count"] > row["d1641_months_count"]
        assert abs(row["exceed_450_pct"] - row["d1641_exceed_pct"]) > 1
    assert summary["em_ec", 0]["standard_basis"] == "series EM_EC_STD"
    assert summary["jp_ec", 0]["standard_basis"] == "Decision 1641, table"


def test_without_year_types_the_standards_are_open(warehouse: str) -> None:
    """Where the type decides, the answer is NULL and not kept; where it does not, it is there."""
    months = rows_of(warehouse, "fct_delta_monthly", "s9602")
    summary = rows_of(warehouse, "fct_delta_period_summary", "s9602")
    assert months["em_ec", 7]["d1641_months_count"] < months["em_ec", 7]["sample_count"]
    assert summary["x2", 0]["x2_fall_months_count"] == 0
    assert summary["x2", 0]["x2_fall_met_pct"] is None
    assert summary["ndo", 0]["d1641_outflow_met_pct"] is None, "half of the index is no index"
    assert summary["rs_ec", 0]["standard_basis"] is None
    assert summary["jp_ec", 0]["sample_count"] == 0, "two series of one name"


@pytest.mark.real_data
def test_x2_of_a_real_run_under_its_other_name(
    real_data: Path, new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand, tmp_path: Path
) -> None:
    """Seven series of a run of Reclamation, with X2_PRV: the September mean is that of the run with X2_PRV_KM."""
    zip_path = real_data.parent / "cases" / "13-x2-prv-name" / "s9110_smelt.zip"
    if not zip_path.is_file():
        pytest.skip("real_data: the folder with the case is absent")
    archive = Archive(str(tmp_path / "archive"))
    record = loader.ScenarioLoad.of(extract(Request("s9110", zip_path), archive, tmp_path / "work"))
    csv_path = tmp_path / "archive" / "scenario" / "s9110" / "csv" / "s9110_dss_series.csv"
    url = new_database(deployed_template)
    loader.load_scenario(url, csv_path, record)
    run_dbt(url, "run", "--select", "scenario:s9110,path:dbt_project/models/marts/delta", check=True)
    summary = rows_of(url, "fct_delta_period_summary", "s9110")
    assert summary["x2", 0]["september_mean"] == pytest.approx(87.13, abs=0.005)
    assert summary["ndo", 0]["d1641_outflow_met_pct"] == pytest.approx(93.90, abs=0.005)
    assert summary["ndo", 0]["sample_count"] >= summary["ndo", 0]["d1641_outflow_months_count"] > 0


@pytest.mark.real_data
def test_published_rows_have_the_properties_of_ours(real_data: Path) -> None:
    """The published monthly means of outflow and the published annual mean of another variant of the same run."""
    with open(real_data / "published" / "delta_monthly_s0011_ndo.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        assert float(row["exc_p50"]) == float(row["q50"])
        assert float(row["exc_p10"]) == float(row["q90"])
        # every month has the same number of days in all years but February
        if row["water_month"] != "5":
            month = next(m for m in range(1, 13) if water_month((1921, m)) == int(row["water_month"]))
            volume = float(row["avg_cfs"]) * taf_per_cfs([(1921, month)])[0]
            assert volume == pytest.approx(float(row["avg"]), abs=2e-3)
