import polars as pl
import pytest

from extract.errors import DataRefusedError
from extract.trend import compare

DATES = ["1921-10-31", "1921-11-30", "1921-12-31"]


def wide(path, columns, dates=DATES):
    """columns: {(B, C, units): values as text}"""
    keys = list(columns)
    header = {"a": "CALSIM", "b": 0, "c": 1, "e": "1MON", "f": "L2020A", "type": "PER-AVER", "units": 2}
    lines = [
        ",".join([label, *(key[pick] if isinstance(pick, int) else pick for key in keys)])
        for label, pick in header.items()
    ]
    lines += [",".join([day, *(columns[key][row] for key in keys)]) for row, day in enumerate(dates)]
    path.write_text("\n".join(lines) + "\n")
    return path


SHASTA, OROVILLE = ("S_SHSTA", "STORAGE", "TAF"), ("S_OROVL", "STORAGE", "TAF")
GOOD = {SHASTA: ["100.0", "NaN", "300.0"], OROVILLE: ["1", "2", "3"]}


@pytest.fixture
def check(tmp_path):
    def run(reference, produced=GOOD, dates=DATES):
        return compare(
            wide(tmp_path / "reference.csv", reference, dates),
            wide(tmp_path / "produced.csv", produced),
            tmp_path / "mismatches.csv",
        )

    return run


def test_equal_files_pass(check):
    result = check({OROVILLE: ["1.0000004", "2", "3"], SHASTA: ["100.00005", "", "300"]})
    assert (result.status, result.columns_common, result.cells_compared) == ("PASSED", 2, 6)


def test_one_wrong_cell_fails_and_is_listed(check, tmp_path):
    result = check({SHASTA: ["100.0", "NaN", "300.001"], OROVILLE: GOOD[OROVILLE]})
    assert (result.status, result.mismatch_cells, result.mismatch_columns) == ("FAILED", 1, 1)
    row = pl.read_csv(tmp_path / "mismatches.csv").row(0)
    assert row[:3] == ("1921-12-31", "S_SHSTA", "STORAGE")
    assert row[3:5] == (300.001, 300.0)


def test_a_value_against_a_missing_one_fails(check):
    assert check({SHASTA: ["100.0", "200.0", "300.0"]}).status == "FAILED"


@pytest.mark.parametrize("value", ["100.0002", "99.9998"])
def test_the_tolerance_is_symmetric(check, value):
    reference = {SHASTA: [value, "NaN", "300.0"]}
    assert check(reference).status == "FAILED"
    swapped = check({SHASTA: ["100.0", "NaN", "300.0"]}, {SHASTA: [value, "NaN", "300.0"]})
    assert swapped.status == "FAILED"


def test_another_unit_fails(check):
    result = check({("S_SHSTA", "STORAGE", "CFS"): GOOD[SHASTA]})
    assert result.status == "FAILED"
    assert "CFS in the reference, TAF in the file" in result.unit_mismatches[0]


def test_nothing_in_common_is_not_a_pass(check):
    assert check({("C_KSWCK", "CHANNEL", "CFS"): ["1", "2", "3"]}).status == "INCONCLUSIVE"
    assert check(GOOD, dates=["2050-10-31", "2050-11-30", "2050-12-31"]).status == "INCONCLUSIVE"


def test_too_little_in_common_is_not_a_pass(check):
    strangers = {(f"C_{i}", "CHANNEL", "CFS"): ["1", "2", "3"] for i in range(3)}
    result = check({**GOOD, **strangers, ("C_X", "CHANNEL", "CFS"): ["1", "2", "3"]})
    assert result.status == "INCONCLUSIVE"
    assert "C_0|CHANNEL" in result.columns_only_in_reference


@pytest.mark.parametrize("content", [b"", b"a,b\nc,d\n", b"\xff\xfe\x00\x01" * 100])
def test_what_is_not_a_trend_report_is_refused(tmp_path, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(DataRefusedError, match=r"bad\.csv: not a trend-report CSV"):
        compare(bad, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")
