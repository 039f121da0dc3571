"""Every column of the river and year-type facts is what numpy makes of the public CSV files, made up and real."""

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

from extract.verification import oracle
from extract.verification.oracle.river_series import TAF_OF_CFS
from extract.verification.oracle.rivers import SEASONS
from extract.verification.oracle.run import MONTHS, Run
from tests.support import reservoir_runs, river_runs

FACTS = [table for table, fact in oracle.FACTS.items() if fact.family in ("env_flow", "water_year")]
KEYS = ("reach_code", "water_month", "season_code", "year_type_number", "index_code", "water_year")
DbtCommand = Callable[..., CompletedProcess[str]]
COMPLETE, LATE = river_runs.complete_run(), river_runs.late_run()


def in_taf(run: Run, scenario_id: str) -> Run:
    """The same run with its reach flows given in TAF."""
    series = [
        replace(s, values=np.where(s.values == -901, -901, s.values * TAF_OF_CFS), units="TAF")
        if s.part_b.startswith("C_") and s.part_c == "CHANNEL" and s.units == "CFS"
        else s
        for s in run.series
    ]
    return Run(scenario_id, series)


def without_targets(run: Run, scenario_id: str) -> Run:
    """The same run as one of the scenarios that have no functional flow targets."""
    return Run(scenario_id, [s for s in run.series if not s.part_b.startswith("EFLOWS_")])


RUNS = {
    "s9111": COMPLETE,
    "s9112": LATE,
    "s9113": river_runs.shifted(COMPLETE, "s9113"),
    "s9114": in_taf(COMPLETE, "s9114"),
    "s9115": without_targets(COMPLETE, "s9115"),
}


@pytest.fixture(scope="module")
def warehouse(new_database: Callable[..., str], deployed_template: str, run_dbt: DbtCommand) -> str:
    """A warehouse with the made-up runs."""
    url = new_database(deployed_template)
    for run in RUNS.values():
        reservoir_runs.load(url, run)
    chosen = [f"scenario:{scenario},{fact}" for scenario in RUNS for fact in FACTS]
    run_dbt(url, "run", "--select", *chosen, check=True)
    return url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public CSV files of the made-up runs, in a folder for each scenario."""
    made = tmp_path_factory.mktemp("csv")
    for scenario, run in RUNS.items():
        river_runs.write_csv(run, made / scenario)
    return made


def rows_of(url: str, fact: str, scenario_id: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        found = link.execute(f"select * from marts.{fact} where scenario_id = %s", [scenario_id]).fetchall()
    return {key_of(row): row for row in found}


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[k] for k in KEYS if k in row)


def csv_run(scenario_id: str, folder: Path) -> Run:
    return oracle.read_files(scenario_id, {kind: folder / f"{kind}.csv" for kind in ("dv", "sv")})


def same(got: Any, want: Any) -> bool:
    return oracle.distance(want, got) == 0


@pytest.mark.parametrize("scenario", ["s9111", "s9112"])
@pytest.mark.parametrize("fact", FACTS)
def test_made_up_run(warehouse: str, folder: Path, fact: str, scenario: str) -> None:
    assert oracle.differences(warehouse, fact, csv_run(scenario, folder / scenario)) == []


@pytest.mark.parametrize("fact", FACTS)
def test_made_up_runs_reach_every_column(folder: Path, fact: str) -> None:
    """A comparison of NULL with NULL proves little: each column has a value somewhere."""
    rows = [row for s in ("s9111", "s9112") for row in oracle.FACTS[fact].rows(csv_run(s, folder / s))]
    never = {c for row in rows for c in row} - {c for row in rows for c, v in row.items() if v is not None}
    assert never == set()


def test_every_class_of_alteration_occurs(warehouse: str) -> None:
    found = {
        r["alteration_class"]
        for s in ("s9111", "s9112")
        for r in rows_of(warehouse, "fct_env_flow_seasonal", s).values()
    }
    assert found == {"likely_unaltered", "likely_altered", "indeterminate", None}


@pytest.mark.parametrize(
    ("kind", "part_b", "month", "fact"),
    [
        ("dv", "C_AMR004", "1950-04-30", "fct_env_flow_monthly"),
        ("dv", "C_AMR004", "1950-10-31", "fct_env_flow_seasonal"),
        ("dv", "C_TUO003_MIF", "1950-04-30", "fct_env_flow_period_summary"),
        ("sv", "EFLOWS_TUO003", "1950-04-30", "fct_env_flow_seasonal"),
        ("dv", "WYT_SAC_", "1950-05-31", "fct_env_flow_year_type"),
        ("sv", "UNIMP_YUBA", "1950-05-31", "fct_water_year_type"),
    ],
)
def test_a_changed_cell_is_seen(warehouse: str, tmp_path: Path, kind: str, part_b: str, month: str, fact: str) -> None:
    """The comparison itself can fail: one cell of one CSV file makes a difference."""
    path = river_runs.write_csv(COMPLETE, tmp_path) / f"{kind}.csv"
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    column = rows[1].index(part_b)
    cell = next(row for row in rows if row[0] == month)
    cell[column] = str(6 - float(cell[column]) if part_b == "WYT_SAC_" else float(cell[column]) * 1.5 + 1)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert oracle.differences(warehouse, fact, csv_run("s9111", tmp_path)) != []


def numbers(rows: dict[tuple[Any, ...], dict[str, Any]], skip: str = "$") -> dict[tuple[Any, ...], Any]:
    """Every value of a fact by key and column."""
    return {
        (*key, c): v
        for key, row in rows.items()
        for c, v in row.items()
        if c not in ("scenario_id", "load_id") and skip not in c
    }


def test_a_month_late_is_another_answer(warehouse: str) -> None:
    """Statistics by water month depend on whose month a value is; a shifted stamp cannot pass."""
    right, late = (rows_of(warehouse, "fct_env_flow_monthly", s) for s in ("s9111", "s9113"))
    for month in range(2, 13):
        now, before = late["C_CAA003", month], right["C_CAA003", month - 1]
        assert now["flow_mean_cfs"] == pytest.approx(before["flow_mean_cfs"], rel=1e-9)
        assert now["flow_mean_cfs"] != pytest.approx(right["C_CAA003", month]["flow_mean_cfs"], rel=1e-4)


@pytest.mark.parametrize("fact", [f for f in FACTS if f.startswith("fct_env_flow")])
def test_a_flow_in_taf_gives_the_same_statistics(warehouse: str, fact: str) -> None:
    in_cfs, in_volumes = (numbers(rows_of(warehouse, fact, s)) for s in ("s9111", "s9114"))
    assert in_cfs.keys() == in_volumes.keys()
    assert [key for key in in_cfs if not same(in_volumes[key], in_cfs[key])] == []


def test_without_targets_nothing_is_met_and_the_rest_is_the_same(warehouse: str) -> None:
    seasons = rows_of(warehouse, "fct_env_flow_seasonal", "s9115")
    found = {c: v for row in seasons.values() for c, v in row.items() if "target" in c or c == "deviation_pct"}
    assert {c for c, v in found.items() if v is not None} == {"of_target_sample_count"}
    assert {row["of_target_sample_count"] for row in seasons.values()} == {0}
    with_targets = numbers(rows_of(warehouse, "fct_env_flow_seasonal", "s9111"), skip="target")
    without = numbers(seasons, skip="target")
    assert [k for k in without if k[-1] != "deviation_pct" and not same(without[k], with_targets[k])] == []
    stored = rows_of(warehouse, "fct_env_flow_availability", "s9115")
    assert {(r["has_functional_flow_target"], r["functional_flow_target_months_count"]) for r in stored.values()} == {
        (False, None)
    }


def test_a_constant_flow_has_no_spread_and_no_correlation(warehouse: str) -> None:
    row = rows_of(warehouse, "fct_env_flow_period_summary", "s9111")["C_FOLSM",]
    assert (row["pearson_r"], row["correlation_months_count"]) == (None, MONTHS)
    monthly = rows_of(warehouse, "fct_env_flow_monthly", "s9111")["C_FOLSM", 1]
    assert monthly["flow_cv"] == pytest.approx(0, abs=1e-12)


def test_a_flow_that_is_never_known_has_no_statistic(warehouse: str) -> None:
    seasons = rows_of(warehouse, "fct_env_flow_seasonal", "s9111")
    row = seasons["C_MCD005", "dry"]
    known = {c for c, v in row.items() if v not in (None, 0)} - {"scenario_id", "load_id", "reach_code", "season_code"}
    assert known == {"unimpaired_mean_cfs"}


def test_a_tidal_channel_has_flows_and_no_ratio(warehouse: str) -> None:
    """Published: -1090 percent of unimpaired flow for Old and Middle River, a flow that runs upstream."""
    monthly = rows_of(warehouse, "fct_env_flow_monthly", "s9111")["C_OMR014", 4]
    assert monthly["flow_mean_cfs"] < 0 < monthly["flow_cv"]
    assert (monthly["of_unimpaired_mean_pct"], monthly["of_unimpaired_volume_pct"]) == (None, None)
    assert monthly["unimpaired_mean_cfs"] > 0


def test_only_whole_seasons_count(warehouse: str) -> None:
    """Published: 101 dry seasons in 100 years, those cut off at both ends of the run among them."""
    seasons = rows_of(warehouse, "fct_env_flow_seasonal", "s9111")
    counts = {season: seasons["C_CAA003", season]["sample_count"] for season in SEASONS}
    assert counts == {"wet_peak": 100, "wet_base": 100, "spring_recession": 100, "dry": 99, "fall_pulse": 100}


def test_a_whole_season_is_the_plain_mean_of_its_months(warehouse: str) -> None:
    """The relation that the published rows keep, too."""
    monthly, seasons = (rows_of(warehouse, f"fct_env_flow_{f}", "s9111") for f in ("monthly", "seasonal"))
    for season, months in (("wet_peak", (3, 4, 5)), ("wet_base", (6, 7)), ("spring_recession", (8, 9))):
        for column in ("flow_mean_cfs", "unimpaired_mean_cfs"):
            of_months = [monthly["C_SAC289", m][column] for m in months]
            assert seasons["C_SAC289", season][column] == pytest.approx(np.mean(of_months), rel=1e-9)


def test_few_dry_months_carry_the_mean_of_ratios_far_and_not_the_ratio_of_volumes(warehouse: str) -> None:
    """Published: a mean of 667 percent for the American River, where the volumes say another thing."""
    for row in rows_of(warehouse, "fct_env_flow_monthly", "s9111").values():
        if row["reach_code"] == "C_AMR004" and row["water_month"] in (11, 12, 1):
            assert row["of_unimpaired_mean_pct"] > 1.3 * row["of_unimpaired_volume_pct"]


def test_year_types_share_out_the_years(warehouse: str) -> None:
    by_type = rows_of(warehouse, "fct_env_flow_year_type", "s9111")
    summary = rows_of(warehouse, "fct_env_flow_period_summary", "s9111")["C_CAA003",]
    counts = [by_type["C_CAA003", number]["sample_count"] for number in range(1, 6)]
    assert sum(counts) == summary["complete_years"] - 1  # the type of one year is no whole number
    volumes = sum(n * by_type["C_CAA003", i]["flow_mean_taf"] for i, n in enumerate(counts, start=1))
    assert 0.98 < volumes / (summary["annual_flow_mean_taf"] * 100) < 1


@pytest.mark.real_data
def test_published_seasons_are_plain_means_of_published_months(real_data: Path) -> None:
    """The rule for a season's value is that of the published rows, which come from a run that is not public."""

    def published(name: str) -> list[dict[str, str]]:
        with open(real_data / "published" / f"env_flow_channel_{name}.csv", newline="") as file:
            return list(csv.DictReader(file))

    flows = {int(r["water_month"]): float(r["flow_avg_cfs"]) for r in published("monthly_s0011_C_AMR004")}
    for season, months in ((1, (3, 4, 5)), (2, (6, 7)), (3, (8, 9)), (5, (2,))):
        row = next(r for r in published("seasonal_s0011") if r["season_id"] == str(season))
        assert float(row["flow_avg_cfs"]) == pytest.approx(np.mean([flows[m] for m in months]), abs=0.001)
