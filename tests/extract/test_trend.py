import tracemalloc

import polars as pl
import pytest

from extract import trend
from extract.errors import BadTrendReportError
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
    assert "CFS in the reference, TAF in the file" in result.sample_mismatch_units[0]


def test_nothing_in_common_is_not_a_pass(check):
    assert check({("C_KSWCK", "CHANNEL", "CFS"): ["1", "2", "3"]}).status == "INCONCLUSIVE"
    assert check(GOOD, dates=["2050-10-31", "2050-11-30", "2050-12-31"]).status == "INCONCLUSIVE"


def test_too_little_in_common_is_not_a_pass(check):
    strangers = {(f"C_{i}", "CHANNEL", "CFS"): ["1", "2", "3"] for i in range(3)}
    result = check({**GOOD, **strangers, ("C_X", "CHANNEL", "CFS"): ["1", "2", "3"]})
    assert result.status == "INCONCLUSIVE"
    assert "C_0|CHANNEL" in result.sample_only_in_ref


@pytest.mark.parametrize("content", [b"", b"a,b\nc,d\n", b"\xff\xfe\x00\x01" * 100])
def test_what_is_not_a_trend_report_is_refused(tmp_path, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(BadTrendReportError, match=r"bad\.csv: not a trend-report CSV"):
        compare(bad, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")


def test_an_empty_file_gives_no_months(check):
    assert check(GOOD, dates=["soon", "", "n/a"]).status == "INCONCLUSIVE"


def test_few_months_in_common_are_not_a_pass(tmp_path):
    dates = [f"{year}-10-31" for year in range(1921, 1930)]
    reference = wide(tmp_path / "reference.csv", {SHASTA: ["100.0"] * 9}, dates)
    result = compare(reference, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")
    assert (result.status, result.rows_in_overlap) == ("INCONCLUSIVE", 1)
    assert "only 1 of the reference's 9 months" in result.note


def test_missing_against_missing_proves_nothing(check):
    empty = {SHASTA: ["NaN"] * 3}
    result = check(empty, empty)
    assert (result.status, result.values_compared, result.cells_compared) == ("INCONCLUSIVE", 0, 3)


def test_a_series_that_is_there_twice_is_not_compared(tmp_path, check):
    text = wide(tmp_path / "x.csv", GOOD).read_text().splitlines()
    twice = tmp_path / "twice.csv"
    twice.write_text("\n".join(line + "," + line.split(",")[1] for line in text))
    result = compare(twice, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")
    assert (result.status, result.columns_common, result.columns_ref) == ("PASSED", 1, 2)
    assert result.columns_repeated == ["S_SHSTA|STORAGE"]
    assert "1 columns are there more than once and were not compared" in result.note


def test_an_unknown_unit_is_said(check):
    result = check({("S_SHSTA", "STORAGE", ""): GOOD[SHASTA], OROVILLE: GOOD[OROVILLE]})
    assert result.status == "PASSED"
    assert "1 of them have no unit" in result.note


def test_infinite_is_not_close_to_anything_finite(check):
    assert check({SHASTA: ["inf", "NaN", "300"]}).status == "FAILED"
    assert check({SHASTA: ["inf", "NaN", "300"]}, {SHASTA: ["inf", "NaN", "300"]}).status == "PASSED"
    assert check({SHASTA: ["inf", "NaN", "300"]}, {SHASTA: ["-inf", "NaN", "300"]}).status == "FAILED"


@pytest.mark.parametrize(
    "dates",
    [
        ["10/31/1921", "11/30/1921", "12/31/1921"],
        ["1921-10-31 00:00:00", '"1921-11-30"', "1921-12-31T00:00"],
    ],
)
def test_other_spellings_of_dates(check, dates):
    assert check(GOOD, dates=dates).rows_in_overlap == 3


def test_months_are_matched_by_date_not_by_position(check):
    backwards = {key: values[::-1] for key, values in GOOD.items()}
    assert check(backwards, dates=DATES[::-1]).status == "PASSED"


def test_quoted_cells_and_text(check, tmp_path):
    assert check({SHASTA: ['"100.0"', "", '"300.0"']}).status == "PASSED"
    assert check({SHASTA: ["#REF!", "NaN", "300.0"]}).status == "FAILED"
    assert (tmp_path / "mismatches.csv").read_text().splitlines()[1] == "1921-10-31,S_SHSTA,STORAGE,NaN,100.0,NaN"


def test_a_short_row_is_refused(tmp_path):
    bad = wide(tmp_path / "bad.csv", GOOD)
    bad.write_text(bad.read_text().replace("1921-11-30,NaN,2", "1921-11-30,NaN"))
    with pytest.raises(BadTrendReportError, match="the row of 1921-11-30 is shorter than the header"):
        compare(bad, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")


def test_the_list_of_mismatches_is_bounded(tmp_path, monkeypatch, check):
    monkeypatch.setattr(trend, "MISMATCHES_KEPT", 2)
    result = check({SHASTA: ["1", "1", "1"], OROVILLE: ["7", "7", "7"]})
    assert (result.mismatch_cells, result.mismatch_columns) == (6, 2)
    assert len((tmp_path / "mismatches.csv").read_text().splitlines()) == 3
    assert "the first 2 cells are listed" in result.note


def test_memory_is_that_of_rows_not_of_the_file(tmp_path):
    columns = {(f"C_{i}", "CHANNEL", "CFS"): ["1234.56789012345"] * 400 for i in range(500)}
    dates = [f"{1600 + year}-{month:02d}-28" for year in range(40) for month in range(1, 11)]
    path = wide(tmp_path / "large.csv", columns, dates)
    tracemalloc.start()
    assert compare(path, path, tmp_path / "mismatches.csv").status == "PASSED"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < path.stat().st_size / 3
