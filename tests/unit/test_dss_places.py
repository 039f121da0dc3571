"""Each record has a place of its own in the file, and each block is a whole decade: what contradicts that is damage."""

from __future__ import annotations

import numpy as np
import pytest

from extract.dss import read_monthly
from extract.dss.heclib_process import read_with_heclib
from extract.errors import CorruptDssError
from tests.support.dss_words import Words

SAME_PLACE = "lie in the same place"


def refused(words, file, match):
    with pytest.raises(CorruptDssError, match=match):
        read_monthly(words.write(file))


def test_data_in_the_pathname_bins(plain_file, tmp_path):
    """What lies in the bins read as numbers would be ten years of next to nothing."""
    words = Words.of(plain_file)
    words.move_data(7, words.bin_address() + 40)
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_data_in_the_hash_table(plain_file, tmp_path):
    words = Words.of(plain_file)
    words.move_data(7, words.bin_address() - 600)
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_two_records_with_one_data_block(plain_file, tmp_path):
    words = Words.of(plain_file)
    words.move_data(7, words.data(8))
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_data_that_begin_inside_those_of_another_record(plain_file, tmp_path):
    words = Words.of(plain_file)
    words.move_data(7, words.data(8) + 1)
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_data_over_the_information_block_of_another_record(plain_file, tmp_path):
    words = Words.of(plain_file)
    words.move_data(7, int(words.infos[30]) - 20)
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_data_behind_the_end(plain_file, tmp_path):
    words = Words.of(plain_file)
    words.move_data(7, len(words.used) - 3)
    refused(words, tmp_path / "x.dss", "outside the file")


def test_a_monthly_record_in_the_place_of_a_daily_one(version, make_dss, tmp_path):
    months, days = np.arange(1200.0), np.arange(800.0)
    file = make_dss(version, [("/A/M/C//1MON/F/", "31OCT1921", months), ("/A/D/C//1DAY/F/", "01OCT1921", days)])
    words = Words.of(file)
    monthly = next(i for i, path in enumerate(words.paths) if b"/M/" in path)
    daily = next(i for i, path in enumerate(words.paths) if b"/D/" in path)
    words.move_data(monthly, words.data(daily))
    refused(words, tmp_path / "x.dss", SAME_PLACE)


def test_all_records_of_version_7_as_aliases_of_one(make_dss, plain_values, tmp_path):
    series = [(f"/CALSIM/C_{i:03d}/CHANNEL//1MON/F/", "31OCT1921", row) for i, row in enumerate(plain_values[:9])]
    words = Words.of(make_dss(7, series))
    words.used[words.entries[1:] + 1] = 2
    words.used[words.entries + 3] = words.infos[0]
    refused(words, tmp_path / "x.dss", "alias")
    words.used[words.entries + 1] = 2
    refused(words, tmp_path / "y.dss", "alias")


def test_all_records_of_version_7_with_one_information_block(make_dss, plain_values, tmp_path):
    """Names of one length, so that only the copy in the information block tells them apart."""
    series = [(f"/CALSIM/C_{i:03d}/CHANNEL//1MON/F/", "31OCT1921", row) for i, row in enumerate(plain_values[:9])]
    words = Words.of(make_dss(7, series))
    words.used[words.entries + 3] = words.infos[0]
    refused(words, tmp_path / "x.dss", "differs from the one in its record")


def test_two_records_of_one_block(plain_file, tmp_path):
    """Written twice under one name, in the catalogue and in the record: the later one would win without a word."""
    words = Words.of(plain_file)
    words.replace(b"C_AAA042", b"C_AAA043")
    refused(words, tmp_path / "x.dss", "two records hold the same block")


def test_two_records_of_one_block_are_found_before_heclib_is_asked(make_dss, plain_values, tmp_path):
    series = [(f"/CALSIM/C_{i:03d}/CHANNEL//1MON/F/", "31OCT1921", row) for i, row in enumerate(plain_values[:2])]
    words = Words.of(make_dss(7, series))
    words.replace(b"C_000", b"C_001")
    content = bytearray(words.write(tmp_path / "x.dss").read_bytes())
    content[16:20] = b"7-GS"
    (tmp_path / "x.dss").write_bytes(content)
    with pytest.raises(CorruptDssError, match="two records hold the same block"):
        read_monthly(tmp_path / "x.dss")


BLOCK_CHECKS = {
    6: [
        (lambda w, f: w.__setitem__(f + 17, 110), "impossible type"),
        (lambda w, f: w.__setitem__(f + 6, w[f + 6] - 2), "size of a decade"),
        (lambda w, f: w.__setitem__(f + 6, 2), "size of a decade"),
        (lambda w, f: w.__setitem__(f + 17, 205 - w[f + 17]), "size of a decade"),
        (lambda w, f: w.__setitem__(f + 7, 119), "has not 120 values"),
        (lambda w, f: w.__setitem__(f + 7, 12), "has not 120 values"),
        (lambda w, f: w.__setitem__(f + 5, w[f + 5] - 1), "same place"),
        (lambda w, f: w.__setitem__(f + 24, 7) or w.__setitem__(f + 25, 2), "same place|do not follow each other"),
        (lambda w, f: w.__setitem__(f + 21, 4), "no internal header"),
    ],
    7: [
        (lambda w, f: w.__setitem__(f + 4, 110), "impossible type"),
        (lambda w, f: w.__setitem__(f + 4, 205 - (w[f + 4] & 0xFFFFFFFF)), "contradicts"),
        (lambda w, f: w.__setitem__(f + 20, w[f + 20] - 2), "do not follow each other"),
        (lambda w, f: w.__setitem__(f + 26, w[f + 26] - 1), "contradict the number of its values"),
        (lambda w, f: w.__setitem__(f + 27, 119), "has not 120 values"),
        (lambda w, f: w.__setitem__(f + 27, 1440), "has not 120 values"),
        (lambda w, f: w.__setitem__(f + 14, 4), "length makes no sense"),
    ],
}


@pytest.mark.parametrize(
    ("layout", "change", "match"),
    [(layout, change, match) for layout, checks in BLOCK_CHECKS.items() for change, match in checks],
)
def test_each_check_of_a_block(make_dss, plain_values, tmp_path, layout, change, match):
    series = [(f"/CALSIM/C_{i}/CHANNEL//1MON/F/", "31OCT1921", row) for i, row in enumerate(plain_values[5:8])]
    words = Words.of(make_dss(layout, series))
    record = next(i for i, path in enumerate(words.paths) if b"C_1" in path and b"1950" in path)
    change(words.used, int(words.facts[record]))
    with pytest.raises(CorruptDssError, match=match):
        read_monthly(words.write(tmp_path / "x.dss"))


def test_areas_that_shrink_with_the_block_of_version_7(make_dss, plain_values, tmp_path):
    """Addresses that fit each other still have to fit the number of values."""
    words = Words.of(make_dss(7, [("/A/X/C//1MON/F/", "31OCT1921", plain_values[6])]))
    fact = int(words.facts[next(i for i, path in enumerate(words.paths) if b"1950" in path)])
    words.used[fact + 20] -= 2
    words.used[fact + 21] -= 1
    words.used[fact + 23] -= 1
    refused(words, tmp_path / "x.dss", "size contradicts the number of its values")


@pytest.fixture(params=["f8", "f4"])
def one_decade(request, make_dss, row_of):
    values = (np.arange(120) + 1000.25).astype(request.param)
    return make_dss(6, [("/CALSIM/S_SHSTA/STORAGE//1MON/TEST/", "31JAN1930", values)]), values.astype("f8")


def test_compression_word_of_minus_one_is_a_plain_block(one_decade, tmp_path, row_of):
    """Case 11: programs of 1998 to 2012 wrote -1 for `not compressed`."""
    file, values = one_decade
    words = Words.of(file)
    words.used[words.facts + 18] = -1
    read = read_monthly(words.write(tmp_path / "x.dss"))
    assert read.report.read_by == "numpy"
    np.testing.assert_array_equal(row_of(read, "S_SHSTA")[99:219], values)


def test_an_unknown_compression_word_is_for_heclib_to_decide(one_decade, tmp_path):
    words = Words.of(one_decade[0])
    words.used[words.facts + 18] = 3
    refused(words, tmp_path / "x.dss", "heclib lists 1 monthly series and can read none of them")


def test_an_unpacked_block_with_the_header_of_a_packed_one_is_for_heclib_to_decide(one_decade, tmp_path):
    """A length without its address contradicts the addresses behind it: no reader takes it for values."""
    words = Words.of(one_decade[0])
    words.used[words.facts + 18], words.used[words.facts + 23] = -1, 4
    refused(words, tmp_path / "x.dss", "do not follow each other|same place")


def test_files_of_many_kinds_of_records_are_taken(version, make_dss):
    """No legitimate file may be refused: growing and shrinking records, other time steps, many bins."""
    rng = np.random.default_rng(3)
    series = []
    for i in range(150):
        step, day, count = (("1MON", "31OCT1921", 1200), ("1DAY", "01OCT1921", 900), ("1YEAR", "31DEC1921", 100))[i % 3]
        values = rng.normal(100, 10, count)
        path = f"/CALSIM/C_{i:03d}_{'X' * (i % 40)}/CHANNEL//{step}/L2020A/"
        series.append((path, day, values.astype("f4")))
        if i % 4 == 0:
            series.append((path, day, values))
        if i % 5 == 0:
            series.append((path, day, np.full(count // 2, 3.0)))
    read = read_monthly(make_dss(version, series))
    again = read_with_heclib(make_dss(version, series), ((1921, 10), (2021, 9)), 100, "test")
    assert len(read.parts) == 50
    place = {parts: i for i, parts in enumerate(again.parts)}
    np.testing.assert_array_equal(read.values, again.values[[place[parts] for parts in read.parts]])
