import csv

import numpy as np
import pytest

from extract.convert.csv_files import LOAD_COLUMNS, Provenance, write_load, write_wide
from extract.dss import MonthlySeries
from extract.dss.series import Parts, ReadReport
from extract.records import calendar

AWKWARD = [0.1 + 0.2, 1e-300, -901.5, 1e22, 12345678.123456789, 5e-324, -0.0, 1 / 3]


def monthly(values, parts=None):
    values = np.asarray(values, dtype=float)
    names = parts or [Parts("CALSIM", f"S_{i}", "STORAGE", "1MON", "L2020A") for i in range(len(values))]
    count = len(names)
    return MonthlySeries(
        names, values, calendar.FIRST_MONTH, ["TAF"] * count, ["PER-AVER"] * count, ReadReport(6, "6-WC", count)
    )


@pytest.fixture
def series():
    """Three series: awkward numbers, a late start, one with a comma and a quote in a part."""
    values = np.full((3, calendar.MONTHS), np.nan)
    values[0, : len(AWKWARD)] = AWKWARD
    values[1, 590:690] = 7.25
    values[2, -1] = 1.0
    names = [
        Parts("CALSIM", "S_ZZZ", "STORAGE", "1MON", "L2020A"),
        Parts("CALSIM", "S_AAA", "STORAGE", "1MON", "L2020A"),
        Parts("CALSIM", 'C_"X",Y', "CHANNEL", "1MON", "L2020A"),
    ]
    return monthly(values, names)


def read(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_the_wide_csv_has_its_seven_rows_and_exact_values(tmp_path, series):
    rows_written = write_wide(tmp_path / "dv.csv", series, "dv")
    rows = read(tmp_path / "dv.csv")
    assert [row[0] for row in rows[:7]] == ["a", "b", "c", "e", "f", "type", "units"]
    assert rows[1][1:] == ['C_"X",Y', "S_AAA", "S_ZZZ"]
    assert (rows[5][1], rows[6][1]) == ("PER-AVER", "TAF")
    assert rows_written == len(rows) - 7 == len(AWKWARD) + 100 + 1
    assert rows[7][0] == "1921-10-31"
    assert rows[-1][0] == "2021-09-30"
    assert [float(row[3]) for row in rows[7 : 7 + len(AWKWARD)]] == AWKWARD
    assert rows[7][1:3] == ["NaN", "NaN"]


def test_a_full_file_has_1200_months_on_their_last_days(tmp_path):
    values = np.arange(2 * calendar.MONTHS, dtype=float).reshape(2, -1)
    assert write_wide(tmp_path / "dv.csv", monthly(values), "dv") == 1200
    rows = read(tmp_path / "dv.csv")
    assert [row[0] for row in rows[7:]] == [str(day) for day in calendar.month_ends()]


def test_the_input_file_has_its_own_header_rows_and_the_same_month_ends(tmp_path, series):
    write_wide(tmp_path / "sv.csv", series, "sv")
    rows = read(tmp_path / "sv.csv")
    assert [row[0] for row in rows[:7]] == ["a", "b", "c", "d", "e", "f", "units"]
    assert rows[3][1:] == ["01JAN2020", "01JAN1970", "01JAN1920"]
    assert rows[7][0] == "1921-10-31"


def test_the_condensed_d_part_spans_the_decades_with_values(tmp_path):
    write_wide(tmp_path / "sv.csv", monthly(np.ones((1, calendar.MONTHS))), "sv")
    assert read(tmp_path / "sv.csv")[3] == ["d", "01JAN1920 - 01JAN2020"]


def test_the_load_csv_keeps_every_bit_and_says_null_for_missing(tmp_path, series):
    source = Provenance("s0105", "dv", "s0105-abc", 'a "quoted", path.dss', "f" * 64)
    assert write_load(tmp_path / "load.csv", [(series, source)]) == 3
    header, *rows = read(tmp_path / "load.csv")
    assert header == list(LOAD_COLUMNS)
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert records[2]["part_b"] == 'C_"X",Y'
    assert records[0]["source_file"] == 'a "quoted", path.dss'
    assert [record["source_row"] for record in records] == ["1", "2", "3"]
    assert {record["first_month"] for record in records} == {"1921-10-01"}
    for record, values in zip(records, series.values, strict=True):
        cells = record["month_values"].strip("{}").split(",")
        parsed = np.array([np.nan if cell == "NULL" else float(cell) for cell in cells])
        np.testing.assert_array_equal(parsed.view("u8")[~np.isnan(values)], values.view("u8")[~np.isnan(values)])
        np.testing.assert_array_equal(np.isnan(parsed), np.isnan(values))


def test_more_series_than_one_chunk(tmp_path):
    values = np.tile(np.arange(2005.0)[:, None], calendar.MONTHS)
    assert write_load(tmp_path / "load.csv", [(monthly(values), Provenance("s0105", "dv", "r", "f", "h"))]) == 2005
    rows = read(tmp_path / "load.csv")
    assert (rows[2005][3], rows[2005][10][:8]) == ("S_2004", "{2004.0,")


def test_series_on_another_calendar_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="whole calendar"):
        write_load(tmp_path / "load.csv", [(monthly(np.ones((1, 12))), Provenance("s0105", "dv", "r", "f", "h"))])
