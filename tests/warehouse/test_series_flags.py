"""Doubts about series: which values, units and flags of the reader become rows, and which of them block a run."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import psycopg
import pytest

from extract.dss import flags, read_monthly
from extract.verification.oracle.run import MONTHS, Run, Values, accepted_names, seed
from tests.documentation.documentation_rules import ROOT
from tests.support import delta_runs, supply_runs
from tests.support import reservoir_runs as runs

DOUBTFUL, CLEAN = "s9701", "s9702"
LARGEST_FLOAT = 3.4028234663852886e38
RunDbt = Callable[..., CompletedProcess[str]]
Flags = dict[tuple[str, str], tuple[int, str]]
"""Months and severity by part B and flag code."""


def with_values(size: float, **places: float) -> Values:
    """A constant series with other values at some places, `m12=-9999`."""
    values = np.full(MONTHS, float(size))
    for place, value in places.items():
        values[int(place[1:])] = value
    return values


def doubtful_run() -> Run:
    """One series for each doubt, and such as are none."""
    run = Run(DOUBTFUL)
    run.add("S_SHSTA", "STORAGE", "TAF", with_values(3000, m5=785579))
    run.add("S_FOLSM", "STORAGE", "TAF", with_values(500, m5=-901, m6=-902, m7=-LARGEST_FLOAT, m8=np.nan))
    run.add("S_OROVL", "STORAGE", "", with_values(2000))
    run.add("C_OROVL_FLOOD", "SPILL", "CFS", with_values(0, m1=LARGEST_FLOAT, m2=-9999, m3=-998877))
    run.add("C_OMR014", "CHANNEL", "CFS", with_values(-6000, m1=-9999, m2=-9998.5, m3=-11608.9, m4=24783))
    run.add("C_SAC000", "CHANNEL", "CFS", with_values(20000, m1=282534, m2=1e30))
    run.add("C_SJR070", "CHANNEL", "TAF", with_values(200, m9=-999))
    run.add("EM_EC_MONTH", "SALINITY", "UMHOS/CM", with_values(700, m9=99000))
    run.add("EM_EC_STD", "SALINITY", "UMHOS/CM", with_values(450, m9=99000))
    run.add("X2_PRV", "X2-POSITION-PREV", "KM", with_values(75, m0=-9999))
    run.add("S_SHSTALEVEL5DV", "STORAGE-LEVEL", "TAF", with_values(4552, m9=99999))
    run.add("NOT_MAPPED", "CHANNEL", "CFS", with_values(0, m9=-9999))
    run.add("NOT_MAPPED", "OTHER", "FEET", with_values(0))
    run.add("DN_02_PU", "SW-DELIVERY-NET", "CFS", with_values(50))
    run.add("DN_03_PU1", "SW-DELIVERY-NET", "CFS", with_values(50))
    return run


OF_READER = {
    ("NOT_MAPPED", "OTHER"): {flags.UNITS_CONFLICT: 12, flags.INFINITE_VALUE: 1},
    ("DN_02_PU", "SW-DELIVERY-NET"): {flags.INFINITE_VALUE: 3},
    ("DN_03_PU1", "SW-DELIVERY-NET"): {flags.STAMP_INSIDE_MONTH: 40, flags.VALUE_OUTSIDE_WINDOW: 2},
}
BLOCKS, INFORMS = "blocks_activation", "informs"
EXPECTED: Flags = {
    ("S_SHSTA", "above_range"): (1, BLOCKS),
    ("S_OROVL", "unit_unexpected"): (MONTHS, BLOCKS),
    ("C_OROVL_FLOOD", "above_range"): (1, BLOCKS),
    ("C_OROVL_FLOOD", "below_range"): (2, BLOCKS),
    ("C_OROVL_FLOOD", "fill_value"): (2, BLOCKS),
    ("C_OMR014", "fill_value"): (1, BLOCKS),
    ("C_SAC000", "above_range"): (1, BLOCKS),
    ("C_SAC000", "fill_value"): (1, BLOCKS),
    ("C_SJR070", "fill_value"): (1, BLOCKS),
    ("EM_EC_MONTH", "above_range"): (1, BLOCKS),
    ("X2_PRV", "below_range"): (1, BLOCKS),
    ("X2_PRV", "fill_value"): (1, BLOCKS),
    ("S_SHSTALEVEL5DV", "above_range"): (1, INFORMS),
    ("NOT_MAPPED", flags.UNITS_CONFLICT): (12, INFORMS),
    ("NOT_MAPPED", flags.INFINITE_VALUE): (1, INFORMS),
    ("DN_02_PU", flags.INFINITE_VALUE): (3, BLOCKS),
    ("DN_03_PU1", flags.STAMP_INSIDE_MONTH): (40, INFORMS),
    ("DN_03_PU1", flags.VALUE_OUTSIDE_WINDOW): (2, INFORMS),
}


def clean_run() -> Run:
    """Everything that the made-up runs of three families hold, which is plausible."""
    made = [runs.complete_run(), delta_runs.complete_run(), supply_runs.supply_run()]
    return Run(CLEAN, [replace(s, part_f="L2020A") for run in made for s in run.series])


@pytest.fixture(scope="module")
def warehouse(new_database: Callable[..., str], deployed_template: str, run_dbt: RunDbt) -> tuple[str, str]:
    """A warehouse with the two runs, and what dbt said about the doubtful one."""
    url = new_database(deployed_template)
    for run in (doubtful_run(), clean_run()):
        runs.load(url, run)
    with psycopg.connect(url) as link:
        for (part_b, part_c), found in OF_READER.items():
            link.execute(
                "update staging.dss_series set series_flags = (%s::jsonb)"
                " where scenario_id = %s and part_b = %s and part_c = %s",
                [str(found).replace("'", '"'), DOUBTFUL, part_b, part_c],
            )
    run_dbt(url, "build", "--select", f"scenario:{CLEAN},stg_calsim__series_flag", check=True)
    result = run_dbt(url, "build", "--select", f"scenario:{DOUBTFUL},stg_calsim__series_flag")
    assert result.returncode == 1
    return url, result.stdout


def flags_of(url: str, scenario_id: str) -> Flags:
    """The rows of a scenario."""
    query = (
        "select part_b, flag_code, month_count, severity from staging.stg_calsim__series_flag where scenario_id = %s"
    )
    with psycopg.connect(url) as link:
        rows = link.execute(query, [scenario_id])
        return {(b, code): (months, severity) for b, code, months, severity in rows}


def test_every_doubt_is_a_row_and_nothing_else(warehouse: tuple[str, str]) -> None:
    assert flags_of(warehouse[0], DOUBTFUL) == EXPECTED


def test_a_clean_run_has_no_doubt(warehouse: tuple[str, str]) -> None:
    assert flags_of(warehouse[0], CLEAN) == {}


def test_the_check_is_red_and_names_the_variables(warehouse: tuple[str, str]) -> None:
    """What the check found is kept as a result that blocks activation, with the variables by name."""
    url, output = warehouse
    assert "FAIL" in output
    query = (
        "select status, failed_count, examples from ops.verification_result"
        " where scenario_id = %s and check_name = %s order by result_id desc limit 1"
    )
    with psycopg.connect(url) as link:
        status, count, examples = link.execute(query, [DOUBTFUL, "mapped_series_are_plausible"]).fetchone() or ()
        clean, *_ = link.execute(query, [CLEAN, "mapped_series_are_plausible"]).fetchone() or ()
    blocking = {key for key, (_, severity) in EXPECTED.items() if severity == BLOCKS}
    assert (clean, status, count) == ("passed", "failed", len(blocking))
    assert len(examples) == 10
    assert {(e["part_b"], e["flag_code"]) for e in examples} < blocking
    assert any("plausible from" in str(e["detail"]) for e in examples)


def test_every_code_of_the_reader_is_known() -> None:
    """A flag that the seed does not know would have no severity."""
    codes = {value for name, value in vars(flags).items() if name.isupper() and isinstance(value, str)}
    known = {row["flag_code"]: row["found_by"] for row in seed("08_verification/series_flag_code")}
    assert codes == {code for code, found_by in known.items() if found_by == "reader"}


@pytest.mark.real_data
def test_names_of_a_public_run_are_mapped(real_data: Path) -> None:
    """The standard of Collinsville and the allocation of Metropolitan stand in a real file as the map has them."""
    series = read_monthly(real_data / "dss" / "CalLiteGUI__short_DV__76f8bd90.dss")
    units = {(p.b, p.c): unit for p, unit in zip(series.parts, series.units, strict=True)}
    with (ROOT / "seeds" / "04_calsim_data" / "variable_map.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["part_b"] in ("CO_EC_STD", "PERDV_SWP_MWD1")]
    assert len(rows) == 2
    for row in rows:
        (found,) = [units[name] for name in accepted_names(row) if name in units]
        assert found.upper() == row["units"]
