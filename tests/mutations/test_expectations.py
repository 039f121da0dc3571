"""Can each expectation fail? A frame that is in order, and for each expectation the one cell that breaks it alone."""

from __future__ import annotations

import importlib

import pandas as pd
import pytest

from extract.verification.expectations.suite import Suite, Validator
from extract.verification.runner import MODULES

SUITES: dict[str, Suite] = {
    suite.name: suite
    for module in MODULES.values()
    if module.startswith("extract.verification.expectations")
    for suite in importlib.import_module(module).SUITES
}

IN_ORDER = {
    "dss_csv_files": {"dss_kind": "dv", "dss": "as extracted", "csv": "as extracted", "wrong_month_rows": 0},
    "dss_csv": {"dss_kind": "dv", "series": "A/B/C", "presence": "both", "label": "same", "wrong_months": 0},
    "csv_staging": {
        "dss_kind": "dv", "series": "A/B/C", "presence": "both", "label": "same", "wrong_months": 0,
        "origin": "this load",
    },
    "staging_facts": {"table": "fct", "entity": "SHSTA", "presence": "both", "load": "this load"},
    "tier_files": {"file": "a.csv", "state": "as loaded"},
    "tier_results": {"table": "t", "tier": "X", "location": "L", "presence": "both", "result": "as delivered"},
    "tier_counts": {"tier": "X", "counts": "as delivered"},
    "api_views": {
        "route": "/a", "asked": "/a", "entity": "E", "first_difference": "none", "status": "200", "wrong_values": 0,
        "unexplained_values": 0,
    },
}  # fmt: skip

BROKEN = {
    ("dss_csv_files", "dss_is_the_extracted_one"): ("dss", "changed"),
    ("dss_csv_files", "csv_is_the_extracted_one"): ("csv", "changed"),
    ("dss_csv_files", "month_rows"): ("wrong_month_rows", 1),
    ("dss_csv", "pathnames"): ("presence", "first only"),
    ("dss_csv", "labels"): ("label", "unit 'CFS' and 'TAF'"),
    ("dss_csv", "values"): ("wrong_months", 1),
    ("csv_staging", "series"): ("presence", "second only"),
    ("csv_staging", "labels"): ("label", "type 'PER-AVER' and 'INST-VAL'"),
    ("csv_staging", "values"): ("wrong_months", 1),
    ("csv_staging", "origin"): ("origin", "other"),
    ("staging_facts", "coverage"): ("presence", "rows without series"),
    ("staging_facts", "load"): ("load", "another load"),
    ("tier_files", "delivered_files"): ("state", "not as loaded"),
    ("tier_results", "locations"): ("presence", "database only"),
    ("tier_results", "levels"): ("result", "[2, None] for [3, None]"),
    ("tier_counts", "counts"): ("counts", "other"),
    ("api_views", "answered"): ("status", "500"),
    ("api_views", "values"): ("wrong_values", 1),
    ("api_views", "explained"): ("unexplained_values", 1),
}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def frame(suite: str) -> pd.DataFrame:
    return pd.DataFrame([IN_ORDER[suite]] * 3)


def failed(validator: Validator, suite: str, broken: pd.DataFrame) -> list[str]:
    return [f.check_name for f in validator.findings(SUITES[suite], broken) if f.failed]


def test_no_expectation_is_without_a_mutation() -> None:
    declared = {(suite.name, check) for suite in SUITES.values() for check in suite.expectations}
    assert declared - BROKEN.keys() == set()
    assert BROKEN.keys() - declared == set()


@pytest.mark.parametrize("suite", SUITES)
def test_a_frame_in_order_passes(validator: Validator, suite: str) -> None:
    found = list(validator.findings(SUITES[suite], frame(suite)))
    assert [(f.checked, f.failed) for f in found] == [(3, 0)] * len(SUITES[suite].expectations)


@pytest.mark.parametrize(("suite", "check"), BROKEN)
def test_one_cell_turns_exactly_its_expectation_red(validator: Validator, suite: str, check: str) -> None:
    column, value = BROKEN[suite, check]
    broken = frame(suite)
    broken.loc[1, column] = value
    assert failed(validator, suite, broken) == [f"{suite}.{check}"]


@pytest.mark.parametrize(("suite", "check"), BROKEN)
def test_an_unknown_value_is_no_pass(validator: Validator, suite: str, check: str) -> None:
    """Great Expectations passes over missing values; here each cell has to have one."""
    broken = frame(suite).astype(object)
    broken.loc[1, BROKEN[suite, check][0]] = None
    with pytest.raises(ValueError, match="without a value"):
        failed(validator, suite, broken)


def test_a_frame_without_rows_says_nothing(validator: Validator) -> None:
    assert list(validator.findings(SUITES["dss_csv"], frame("dss_csv").iloc[:0])) == []
