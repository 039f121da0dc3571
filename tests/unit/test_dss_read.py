"""What a read gives for files whose contents are known, in both versions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from extract.dss import MonthlySeries, Parts, read_monthly
from extract.dss.heclib_process import read_with_heclib
from extract.errors import UsageError

WINDOW = ((1921, 10), (2021, 9))
NO_VALUE = (-901.0, -902.0, -3.4028234663852886e38, -6.19e38)


def ramp(count: int = 1200, start: float = 1.0) -> np.ndarray:
    return np.arange(count) + start + 0.125


def path(part_b: str, part_c: str = "CHANNEL", part_e: str = "1MON", part_f: str = "L2020A") -> str:
    return f"/CALSIM/{part_b}/{part_c}//{part_e}/{part_f}/"


def assert_same(one: MonthlySeries, other: MonthlySeries) -> None:
    """Equal but for the order of the series and who read them."""
    place = {parts: i for i, parts in enumerate(other.parts)}
    order = [place[parts] for parts in one.parts]
    assert len(place) == len(one.parts)
    np.testing.assert_array_equal(one.values.view(np.int64)[np.isfinite(one.values)],
                                  other.values[order].view(np.int64)[np.isfinite(one.values)])  # fmt: skip
    np.testing.assert_array_equal(one.values, other.values[order])
    assert one.units == [other.units[i] for i in order]
    assert one.types == [other.types[i] for i in order]
    for name in ("dss_version", "file_version", "records", "other_time_steps", "finite_outside_window",
                 "missing_values"):  # fmt: skip
        assert getattr(one.report, name) == getattr(other.report, name), name


def test_values_units_types_and_parts_come_back_exactly(plain_file, plain_values, row_of):
    read = read_monthly(plain_file)
    assert read.values.shape == (120, 1200)
    assert read.values.dtype == np.float64
    assert read.first_month == (1921, 10)
    for i, written in enumerate(plain_values):
        expected = written.astype("f4").astype("f8") if i % 7 == 6 else written
        np.testing.assert_array_equal(row_of(read, f"C_AAA{i:03d}"), expected)
    assert set(read.units) == {"CFS"}
    assert set(read.types) == {"PER-AVER"}
    assert {p.a for p in read.parts} == {"CALSIM"}
    assert {p.e.upper() for p in read.parts} <= {"1MON", "1MONTH"}
    assert read.report.read_by == "numpy"
    assert read.report.records == 120 * 11
    assert read.report.missing_values == 0


def test_numpy_and_heclib_read_the_same(plain_file):
    assert_same(read_monthly(plain_file), read_with_heclib(plain_file, WINDOW, 100, "test"))


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_missing_codes_become_nan_and_other_negatives_stay(version, make_dss, row_of, dtype):
    values = ramp().astype(dtype)
    with np.errstate(over="ignore"):
        values[10:14] = NO_VALUE
    values[13] = values[13] if dtype == "f8" else -3e38
    values[20:24] = (-950.5, -900.0, -901.5, -903.0)
    read = read_monthly(make_dss(version, [(path("C_SEEN"), "31OCT1921", values)]))
    got = row_of(read, "C_SEEN")
    assert np.isnan(got[10:14]).all()
    np.testing.assert_array_equal(got[20:24], (-950.5, -900.0, -901.5, -903.0))
    assert read.report.missing_values == 4


def test_all_missing_series_is_a_series(version, make_dss, row_of):
    read = read_monthly(make_dss(version, [(path("C_NONE"), "31OCT1921", np.full(1200, -901.0))]))
    assert np.isnan(row_of(read, "C_NONE")).all()
    assert read.report.missing_values == 1200


def test_late_start_early_end_and_gap(version, make_dss, row_of):
    series = [
        (path("C_LATE"), "31OCT1971", ramp(100)),
        (path("C_GAP"), "31OCT1921", ramp(24)),
        (path("C_GAP"), "31OCT1951", ramp(24, 500)),
    ]
    read = read_monthly(make_dss(version, series))
    late, gap = row_of(read, "C_LATE"), row_of(read, "C_GAP")
    assert np.flatnonzero(np.isfinite(late)).tolist() == list(range(600, 700))
    np.testing.assert_array_equal(late[600:700], ramp(100))
    assert np.flatnonzero(np.isfinite(gap)).tolist() == [*range(24), *range(360, 384)]
    np.testing.assert_array_equal(gap[360:384], ramp(24, 500))


def test_same_b_with_other_parts_are_other_series(version, make_dss):
    series = [
        (path("S_X", "STORAGE"), "31OCT1921", ramp(start=1)),
        (path("S_X", "STORAGE-ZONE"), "31OCT1921", ramp(start=2)),
        (path("S_X", "STORAGE", part_f="L2020A_ALT"), "31OCT1921", ramp(start=3)),
    ]
    read = read_monthly(make_dss(version, series))
    first = {(p.c, p.f): v[0] for p, v in zip(read.parts, read.values, strict=True)}
    assert first == {
        ("STORAGE", "L2020A"): 1.125,
        ("STORAGE-ZONE", "L2020A"): 2.125,
        ("STORAGE", "L2020A_ALT"): 3.125,
    }


def test_other_time_steps_are_counted_not_loaded(version, make_dss):
    series = [
        (path("C_MONTH"), "31OCT1921", ramp()),
        (path("C_DAY", part_e="1DAY"), "01OCT1921", ramp(800)),
        (path("C_YEAR", part_e="1YEAR"), "31DEC1921", ramp(100)),
    ]
    read = read_monthly(make_dss(version, series))
    assert [p.b for p in read.parts] == ["C_MONTH"]
    assert {k.upper(): v for k, v in read.report.other_time_steps.items()} == {"1DAY": 3, "1YEAR": 2}


def test_file_without_monthly_series_gives_an_empty_result(version, make_dss):
    read = read_monthly(make_dss(version, [(path("C_DAY", part_e="1DAY"), "01OCT1921", ramp(800))]))
    assert read.values.shape == (0, 1200)
    assert read.parts == read.units == read.types == []


def test_upper_and_lower_case_name_the_same_series(make_dss):
    series = [
        ("/calsim/c_low/channel//1mon/l2020a/", "31OCT1921", ramp(12)),
        ("/CALSIM/C_LOW/CHANNEL//1MON/L2020A/", "31OCT1951", ramp(12, 500)),
    ]
    seven = read_monthly(make_dss(7, series))
    assert len(seven.parts) == 1
    assert Parts(*(part.upper() for part in seven.parts[0])) == ("CALSIM", "C_LOW", "CHANNEL", "1MONTH", "L2020A")
    assert (seven.values[0, 0], seven.values[0, 360]) == (1.125, 500.125)
    only_low = read_monthly(make_dss(7, series[:1]))
    assert only_low.parts[0].b == "c_low"


@pytest.mark.parametrize("e_part", ["1MON", "1Mon", "1Month", "1MONTH", "1month"])
def test_all_spellings_of_the_e_part(version, make_dss, e_part):
    read = read_monthly(make_dss(version, [(path("C_X", part_e=e_part), "31OCT1921", ramp(12))]))
    assert len(read.parts) == 1


def test_window_cuts_and_counts_what_is_outside(version, make_dss):
    file = make_dss(version, [(path("C_LONG"), "31JAN1900", ramp(1560))])
    read = read_monthly(file)
    before = 21 * 12 + 9
    np.testing.assert_array_equal(read.values[0], ramp(1560)[before : before + 1200])
    assert read.report.finite_outside_window == 1560 - 1200
    some = read_monthly(file, ((1950, 3), (1950, 5)))
    assert some.first_month == (1950, 3)
    np.testing.assert_array_equal(some.values[0], ramp(1560)[602:605])
    wide = read_monthly(file, ((1890, 1), (2040, 12)))
    assert np.flatnonzero(np.isfinite(wide.values[0])).tolist() == list(range(120, 1680))
    away = read_monthly(file, ((2100, 1), (2100, 12)))
    assert np.isnan(away.values).all()
    assert away.report.finite_outside_window == 1560


def test_blocks_of_the_year_3000_cost_no_memory(version, make_dss):
    series = [
        (path("C_NOW"), "31OCT1921", ramp()),
        (path("C_PATTERN"), "31JAN3000", ramp(12)),
    ]
    read = read_monthly(make_dss(version, series))
    assert read.values.shape == (2, 1200)
    assert read.values.base is None
    assert read.report.finite_outside_window == 12
    assert read.report.missing_values == 1200


def test_window_that_ends_before_it_begins_is_a_usage_error(plain_file):
    with pytest.raises(UsageError, match="ends before it begins"):
        read_monthly(plain_file, ((1950, 5), (1950, 4)))


def test_unit_conflicts_and_time_offsets_are_counted(version, make_dss):
    series = [
        (path("C_TWO"), "31OCT1921", ramp(12)),
        (path("C_TWO"), "31OCT1951", ramp(12)),
        (path("C_OFF"), "15OCT1921", ramp(12)),
    ]
    read = read_monthly(make_dss(version, series, ["CFS", "TAF", "CFS"]))
    assert read.report.unit_conflicts == 1
    assert read.report.time_offsets == 1


def test_rewritten_records_hold_the_last_values(version, make_dss, row_of):
    """Records that grow are moved inside the file, records that shrink stay and leave a hole."""
    floats, doubles = ramp(1200, 7).astype("f4"), ramp(1200, 9)
    series = [(path(f"C_X{i}"), "31OCT1921", ramp(240).astype("f4")) for i in range(30)]
    series += [(path(f"C_X{i}"), "31OCT1921", doubles) for i in range(0, 30, 3)]
    series += [(path(f"C_X{i}"), "31OCT1921", floats) for i in range(0, 30, 6)]
    series += [(path(f"C_X{i}"), "31OCT1921", np.full(1200, 4.0)) for i in range(0, 30, 5)]
    file = make_dss(version, series)
    read = read_monthly(file)
    np.testing.assert_array_equal(row_of(read, "C_X3"), doubles)
    np.testing.assert_array_equal(row_of(read, "C_X6"), floats)
    np.testing.assert_array_equal(row_of(read, "C_X5"), np.full(1200, 4.0))
    assert_same(read, read_with_heclib(file, WINDOW, 100, "test"))


def test_input_is_left_alone(plain_file, tmp_path):
    """Also a read-only file in a read-only folder, and through a symbolic link without the usual ending."""
    folder = tmp_path / "input"
    folder.mkdir()
    file = folder / "model run.dat"
    file.write_bytes(plain_file.read_bytes())
    file.chmod(0o444)
    folder.chmod(0o555)
    link = tmp_path / "link"
    link.symlink_to(file)
    before = (hashlib.sha256(file.read_bytes()).digest(), file.stat().st_mtime_ns, file.stat().st_ctime_ns)
    numpy_read = read_monthly(link)
    heclib_read = read_with_heclib(link, WINDOW, 100, "test")
    assert numpy_read.values.shape == heclib_read.values.shape == (120, 1200)
    assert before == (hashlib.sha256(file.read_bytes()).digest(), file.stat().st_mtime_ns, file.stat().st_ctime_ns)
    assert list(folder.iterdir()) == [file]
    folder.chmod(0o755)


def test_the_same_series_give_the_same_bytes(version, make_dss):
    series = [(path(f"C_X{i}"), "31OCT1921", ramp(start=i)) for i in range(20)]
    one, other = make_dss(version, series), make_dss(version, series)
    assert one.read_bytes() == other.read_bytes()


def test_more_bytes_than_the_header_names_do_no_harm(plain_file, tmp_path):
    longer = tmp_path / "longer.dss"
    longer.write_bytes(plain_file.read_bytes() + b"x" * 100_000)
    np.testing.assert_array_equal(read_monthly(longer).values, read_monthly(Path(plain_file)).values)
