"""Yearly values, exceedance and boxes against numpy, and scenarios compared as the registry relates them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.rows import dict_row

from extract.verification.oracle import delta as oracle
from extract.verification.oracle.run import MONTHS, Run, Values, read_files
from tests.support import delta_runs as runs
from tests.support.reservoir_runs import load, storage

CAPACITY_TAF = 4552.0


def with_storage(run: Run) -> Run:
    """The run with a reservoir."""
    values = storage(np.random.default_rng(7), CAPACITY_TAF)
    values[30] = np.nan
    run.add("S_SHSTA", "STORAGE", "TAF", values)
    return run


# two of one climate, and the sibling of the first in another one
RUNS = {
    "s0020": with_storage(runs.complete_run("s0020")),
    "s0021": runs.plain_run("s0021"),
    "s0047": runs.sparse_run("s0047"),
    "s9605": runs.plain_run("s9605"),
}


@pytest.fixture(scope="module")
def warehouse(
    new_database: Callable[..., str], deployed_template: str, run_dbt: Callable[..., CompletedProcess[str]]
) -> str:
    """A warehouse with the made-up runs."""
    url = new_database(deployed_template)
    for run in RUNS.values():
        load(url, run)
    run_dbt(url, "run", "--select", *(f"scenario:{s},path:dbt_project/models/marts/delta" for s in RUNS), check=True)
    return url


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Values]]:
    """Months of each Delta variable and of the storage of each scenario, from the public CSV."""
    made: dict[str, dict[str, Values]] = {}
    for scenario, run in RUNS.items():
        path = tmp_path_factory.mktemp("csv") / f"{scenario}.csv"
        runs.write_csv(run, path)
        read = oracle.output_of(read_files(scenario, {"dv": path}))
        first = (read.months[0][0] - 1921) * 12 + read.months[0][1] - 10
        made[scenario] = {}
        months = {v.row["variable_code"]: v.values for v in oracle.variables(read)}
        if ("S_SHSTA", "STORAGE") in read.series:
            months["SHSTA"] = read.series["S_SHSTA", "STORAGE"][0][1]
        for code, values in months.items():
            whole = np.full(MONTHS, np.nan)
            whole[first : first + len(values)] = values
            made[scenario][code] = whole
    return made


def query(url: str, statement: str, *arguments: Any) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as link:
        return link.execute(statement.encode(), arguments).fetchall()


def yearly(values: Values, period: str, rule: str) -> Values:
    """One value for each water year, NaN where a month is missing."""
    table = values.reshape(100, 12)
    if period != "annual":
        return table[:, {"april": 6, "september": 11}[period]]
    total = table.sum(axis=1)
    return total if rule == "sum" else total / 12


def column(rows: list[dict[str, Any]], name: str) -> Values:
    """A column, NULL as NaN."""
    return np.array([np.nan if row[name] is None else row[name] for row in rows])


def weibull(values: Values, chosen: Any) -> Values:
    """100 m / (n + 1) with m the rank of a chosen known value, the largest and of equal ones the earlier first."""
    places = np.flatnonzero(chosen & ~np.isnan(values))
    made = np.full(len(values), np.nan)
    made[places[np.argsort(-values[places], kind="stable")]] = 100 * np.arange(1, len(places) + 1) / (len(places) + 1)
    return made


def types_of(scenario: str) -> list[str | None]:
    """Type of each water year, May of the run."""
    series = [s for s in RUNS[scenario].series if s.part_b == "WYT_SAC_"]
    may = series[0].values[7::12] if series else np.full(100, np.nan)
    return [oracle.TYPES[int(t) - 1] if t in (1, 2, 3, 4, 5) else None for t in may]


SUBJECTS = [
    ("delta-salinity", "ndo", "outflow", "sum", 1.0),
    ("delta-salinity", "x2", "x2", "mean", 1.0),
    ("delta-salinity", "em_ec", "ec", "mean", 1.0),
    ("reservoir-storage", "SHSTA", "storage", "mean", 1.0),
    ("reservoir-storage", "SHSTA", "storage_pct", "mean", 100 / CAPACITY_TAF),
]


@pytest.mark.parametrize(("topic", "subject", "measure", "rule", "factor"), SUBJECTS)
@pytest.mark.parametrize("period", ["april", "september", "annual"])
def test_values_and_exceedance(
    warehouse: str, variables: Any, topic: str, subject: str, measure: str, rule: str, factor: float, period: str
) -> None:
    """Rank over n + 1 of the descending values, among all years and among those of the type."""
    rows = query(
        warehouse,
        "select * from api.api_data_in_depth_value where scenario_id = 's0020' and topic_code = %s"
        " and subject_code = %s and measure_code = %s and period_code = %s order by water_year",
        topic, subject, measure, period,
    )  # fmt: skip
    want = yearly(variables["s0020"][subject], period, rule) * factor
    types = types_of("s0020")
    assert [r["water_year"] for r in rows] == list(range(1922, 2022))
    assert [r["year_type_code"] for r in rows] == types
    assert {r["sample_count"] for r in rows} == {(~np.isnan(want)).sum()}
    np.testing.assert_allclose(column(rows, "value"), want, rtol=1e-12)
    np.testing.assert_allclose(column(rows, "exceedance_pct"), weibull(want, np.ones(100, dtype=bool)), rtol=1e-12)
    for kind in oracle.TYPES:
        alike = np.array([t == kind for t in types])
        of_type = [r for r, a in zip(rows, alike, strict=True) if a]
        assert {r["year_type_sample_count"] for r in of_type} == {(~np.isnan(want[alike])).sum()}
        np.testing.assert_allclose(column(of_type, "year_type_exceedance_pct"), weibull(want, alike)[alike], rtol=1e-12)
    assert {r["year_type_exceedance_pct"] for r in rows if r["year_type_code"] is None} == {None}


@pytest.mark.parametrize(("topic", "subject", "measure", "rule", "factor"), SUBJECTS)
def test_box_and_statistics(
    warehouse: str, variables: Any, topic: str, subject: str, measure: str, rule: str, factor: float
) -> None:
    """Quartiles by linear interpolation, whiskers within 1.5 interquartile ranges of them, by type of year too."""
    rows = query(
        warehouse,
        "select * from api.api_data_in_depth_statistic where scenario_id = 's0020' and topic_code = %s"
        " and subject_code = %s and measure_code = %s",
        topic, subject, measure,
    )  # fmt: skip
    assert {r["year_type"] for r in rows} == {"all", *oracle.TYPES}
    types = np.array([t or "" for t in types_of("s0020")])
    for row in rows:
        want = yearly(variables["s0020"][subject], row["period_code"], rule) * factor
        sample = want[~np.isnan(want) & ((types == row["year_type"]) | (row["year_type"] == "all"))]
        quartiles = np.percentile(sample, [0, 25, 50, 75, 100])
        assert row["sample_count"] == sample.size
        assert [row[f"q{p}"] for p in (0, 25, 50, 75, 100)] == pytest.approx(quartiles)
        assert row["mean"] == pytest.approx(sample.mean())
        assert row["cv"] == pytest.approx(sample.std(ddof=1) / abs(sample.mean()))
        reach = 1.5 * (quartiles[3] - quartiles[1])
        inside = sample[(sample >= quartiles[1] - reach) & (sample <= quartiles[3] + reach)]
        assert (row["lower_whisker"], row["upper_whisker"]) == pytest.approx((inside.min(), inside.max()))
        assert len(row["outliers"]) == sample.size - inside.size


def test_outliers_occur(warehouse: str) -> None:
    """The comparison above would not see a wrong fence without any."""
    rows = query(warehouse, "select max(cardinality(outliers)) as n from api.api_data_in_depth_statistic")
    assert rows[0]["n"] > 0


def test_without_year_types_only_all_years_are_served(warehouse: str) -> None:
    rows = query(
        warehouse, "select distinct year_type from api.api_data_in_depth_statistic where scenario_id = 's0047'"
    )
    assert [r["year_type"] for r in rows] == ["all"]


def test_any_two_scenarios_are_compared(warehouse: str, variables: Any) -> None:
    """Difference of the unrounded values, and its percent of the size of the reference, in both directions."""
    april = {s: float(np.nanmean(v["em_ec"][6::12])) for s, v in variables.items()}
    for scenario, other in (("s0020", "s0047"), ("s0047", "s0020"), ("s9605", "s0021")):
        (row,) = query(
            warehouse,
            "select * from api.api_scenario_difference where scenario_id = %s and reference_scenario_id = %s"
            " and table_name = 'fct_delta_monthly' and entity_code = 'em_ec' and period_code = '7'"
            " and statistic_code = 'mean'",
            scenario, other,
        )  # fmt: skip
        assert row["unit"] == "UMHOS/CM"
        assert (row["value"], row["reference_value"]) == pytest.approx((april[scenario], april[other]))
        assert row["difference"] == pytest.approx(april[scenario] - april[other], abs=1e-9)
        assert row["difference_pct"] == pytest.approx((april[scenario] / april[other] - 1) * 100, abs=1e-9)


def test_every_statistic_of_a_table_can_be_compared(warehouse: str) -> None:
    """All floating columns of the Delta summary with the value of the table; an unknown one leaves no difference."""
    (table,) = query(
        warehouse, "select * from marts.fct_delta_period_summary where scenario_id = 's0020' and variable_code = 'x2'"
    )
    rows = query(
        warehouse,
        "select * from api.api_scenario_difference where scenario_id = 's0020' and reference_scenario_id = 's0021'"
        " and table_name = 'fct_delta_period_summary' and entity_code = 'x2'",
    )
    found = {r["statistic_code"]: r for r in rows}
    assert len(found) == len(rows)
    assert {k for k, v in table.items() if isinstance(v, float)} <= found.keys()
    assert all(found[k]["value"] == v for k, v in table.items() if k in found)
    assert found["annual_mean_taf"]["difference"] is None
    assert (found["cv"]["unit"], found["april_mean"]["unit"], found["x2_fall_met_pct"]["unit"]) == (
        None,
        "KM",
        "PERCENT",
    )


def test_climate_sensitivity_follows_the_registry(warehouse: str) -> None:
    """Only siblings are compared, whatever their ids look like, and the reference is the historical climate."""
    pairs = query(
        warehouse,
        "select distinct sibling_group, hydroclimate, scenario_id, reference_hydroclimate, reference_scenario_id"
        " from api.api_climate_sensitivity",
    )
    assert [tuple(p.values()) for p in pairs] == [("s0020", "cc50", "s0047", "dwr_hist_adj", "s0020")]


def test_operational_spread_is_within_a_climate(warehouse: str) -> None:
    """Scenarios that the registry does not know, or that are alone in their climate, have no spread."""
    rows = query(warehouse, "select * from api.api_operational_spread where entity_code = 'x2'")
    assert {(r["hydroclimate"], r["scenario_count"]) for r in rows} == {("dwr_hist_adj", 2)}
    (row,) = [r for r in rows if (r["table_name"], r["statistic_code"]) == ("fct_delta_period_summary", "april_mean")]
    means = [
        r["april_mean"]
        for r in query(
            warehouse,
            "select april_mean from marts.fct_delta_period_summary"
            " where variable_code = 'x2' and scenario_id in ('s0020', 's0021')",
        )
    ]
    assert (row["lowest"], row["highest"], row["mean"]) == pytest.approx((min(means), max(means), np.mean(means)))
    assert row["standard_deviation"] == pytest.approx(np.std(means, ddof=1))
    assert row["spread_pct"] == pytest.approx((max(means) - min(means)) / np.mean(means) * 100)


def test_a_rebuilt_scenario_is_compared_anew(warehouse: str, new_database: Callable[..., str]) -> None:
    """The comparison is a view: a new value in one of two scenarios shows at once."""
    url = new_database(warehouse)
    with psycopg.connect(url) as link:
        link.execute("update marts.fct_delta_period_summary set mean = mean + 1 where scenario_id = 's0020'")
    statement = (
        "select difference from api.api_scenario_difference where scenario_id = 's0020'"
        " and reference_scenario_id = 's0021' and table_name = 'fct_delta_period_summary'"
        " and entity_code = 'x2' and statistic_code = 'mean'"
    )
    (before,), (after,) = query(warehouse, statement), query(url, statement)
    assert after["difference"] == pytest.approx(before["difference"] + 1)


def test_every_statistics_table_takes_part(manifest: dict[str, Any]) -> None:
    """A new table by scenario has to be named in the comparison, unless it holds no statistics of a model run."""
    tables = {
        n["name"]
        for n in manifest["nodes"].values()
        if n["resource_type"] == "model"
        and n["config"]["materialized"] == "incremental"
        and n["path"].startswith("marts/")
    }
    (view,) = [n for n in manifest["nodes"].values() if n["name"] == "api_scenario_statistic"]
    compared = {p.rpartition(".")[2] for p in view["depends_on"]["nodes"]}
    delivered = {"fct_tier_check", "fct_tier_location_result", "fct_tier_result"}
    assert tables - compared == delivered | {
        "fct_env_flow_availability",
        "fct_env_flow_year_type",
        "fct_water_year_type",
    }


def test_years_come_from_the_csv(tmp_path: Path) -> None:
    """A changed cell of the public CSV is another yearly value for the oracle."""
    run = runs.plain_run("s0020")
    runs.write_csv(run, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text().splitlines()
    cells = text[7 + 6].split(",")
    cells[text[1].split(",").index("EM_EC_MONTH")] = "123456"
    text[7 + 6] = ",".join(cells)
    (tmp_path / "b.csv").write_text("\n".join(text))
    april = [
        next(
            v.values[6]
            for v in oracle.variables(oracle.output_of(read_files("s0020", {"dv": tmp_path / f"{n}.csv"})))
            if v.row["variable_code"] == "em_ec"
        )
        for n in "ab"
    ]
    assert april[1] == 123456 != april[0]
