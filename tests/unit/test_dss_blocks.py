"""Unit, type and stamps stand in every block of a series: only blocks with a value have a say, and all are asked.

Both readers are held to the same answers, in both versions.
"""

from __future__ import annotations

import numpy as np
import pytest

from extract.dss import read_monthly
from extract.dss.flags import Block, Conflict, settle
from extract.dss.heclib_process import read_with_heclib

WINDOW = ((1921, 10), (2021, 9))
NOTHING = np.full(99, -901.0)
RAMP = np.arange(1101) + 0.5
NAMES = [f"S_R{i:02d}" for i in range(40)]
READERS = {"numpy": read_monthly, "heclib": lambda file: read_with_heclib(file, WINDOW, 100, "test")}


@pytest.fixture(params=READERS)
def read(request):
    return READERS[request.param]


def path(part_b, part_c="STORAGE"):
    return f"/CALSIM/{part_b}/{part_c}//1MON/L2020A/"


def of_two_pieces(early, late, units, types=("PER-AVER", "PER-AVER")):
    """40 series, so that the order of the catalogue is that of no decade: October 1921 on, January 1930 on."""
    return [
        (path(name), day, values, unit, kind)
        for name in NAMES
        for day, values, unit, kind in zip(("31OCT1921", "31JAN1930"), (early, late), units, types, strict=True)
    ]


def test_a_block_without_values_has_no_say(read, version, write_records):
    """Case 02: the first block is empty and has no unit; which block the catalogue lists first does not matter."""
    found = read(write_records(version, of_two_pieces(NOTHING, RAMP, ("", "TAF"), ("", "PER-AVER"))))
    assert (set(found.units), set(found.types)) == ({"TAF"}, {"PER-AVER"})
    assert (found.conflicts, found.flags, found.report.unit_conflicts) == ([], {}, 0)


def test_a_block_without_values_has_no_say_against_another_unit_either(read, version, write_records):
    found = read(write_records(version, of_two_pieces(NOTHING, RAMP, ("CFS", "TAF"), ("INST-VAL", "PER-AVER"))))
    assert (set(found.units), set(found.types), found.conflicts) == ({"TAF"}, {"PER-AVER"}, [])


def test_a_blank_unit_beside_a_unit_is_no_conflict(read, version, write_records):
    found = read(write_records(version, of_two_pieces(RAMP[:99], RAMP, ("", "TAF"))))
    assert (set(found.units), found.conflicts, found.flags) == ({"TAF"}, [], {})


def test_capitals_and_blanks_are_no_conflict(read, version, write_records):
    found = read(write_records(version, of_two_pieces(RAMP[:99], RAMP, ("ac ft", "ACFT"))))
    assert (set(found.units), found.conflicts) == ({"ac ft"}, [])


@pytest.mark.parametrize(
    ("units", "types", "label", "code"),
    [
        (("TAF", "AC-FT"), ("PER-AVER", "PER-AVER"), "units", "units_conflict"),
        (("TAF", "TAF"), ("PER-AVER", "INST-VAL"), "type", "type_conflict"),
    ],
)
def test_two_units_or_types_are_a_conflict_and_none_is_taken(read, version, write_records, units, types, label, code):
    """Case 01: every block from January 1930 on says something else than the first one."""
    found = read(write_records(version, of_two_pieces(RAMP[:99], RAMP, units, types)))
    texts = {"units": units, "type": types}[label]
    assert found.conflicts == [Conflict(i, label, 1920, texts[0], 1930, texts[1]) for i in range(40)]
    assert found.flags == {i: {code: 1101} for i in range(40)}
    assert found.report.unit_conflicts == 40 * 10
    assert set(found.units) == ({""} if label == "units" else {"TAF"})
    assert set(found.types) == ({""} if label == "type" else {"PER-AVER"})


def test_only_the_series_with_a_conflict_loses_its_unit(read, version, write_records):
    given = [(path("S_GOOD"), "31OCT1921", RAMP, "TAF", "PER-AVER"), *of_two_pieces(RAMP[:99], RAMP, ("TAF", "CFS"))]
    found = read(write_records(version, given))
    by_name = {parts.b: (found.units[i], found.flags.get(i)) for i, parts in enumerate(found.parts)}
    assert by_name["S_GOOD"] == ("TAF", None)
    assert all(by_name[name] == ("", {"units_conflict": 1101}) for name in NAMES)


def test_stamps_inside_the_month_and_values_outside_the_calendar_are_flags(read, version, write_records):
    inside = np.r_[np.full(4, -901.0), np.arange(8.0)]
    given = [
        (path("S_OFF"), "15OCT1951", inside, "TAF", "PER-AVER"),
        (path("S_LONG"), "31JAN1900", np.arange(1560.0), "TAF", "PER-AVER"),
        (path("S_GOOD"), "31OCT1921", RAMP, "TAF", "PER-AVER"),
    ]
    found = read(write_records(version, given))
    flags = {parts.b: found.flags.get(i) for i, parts in enumerate(found.parts)}
    assert flags == {"S_OFF": {"stamp_inside_month": 8}, "S_LONG": {"value_outside_window": 360}, "S_GOOD": None}
    assert found.report.time_offsets == 1
    spans = {parts.b: found.spans[i].tolist() for i, parts in enumerate(found.parts)}
    assert spans["S_LONG"] == [1900 * 12, 2029 * 12 + 11]
    assert spans["S_OFF"] == [1952 * 12 + 1, 1952 * 12 + 8]
    assert spans["S_GOOD"] == [1921 * 12 + 9, 1921 * 12 + 9 + 1100]


def test_the_earliest_block_counts_whatever_the_order():
    blocks = [
        Block(0, 1950, "CFS", "", 120, False),
        Block(0, 1920, "", "", 0, False),
        Block(0, 1930, "TAF", "", 12, False),
        Block(0, 1940, "taf", "", 120, True),
    ]
    for order in (blocks, blocks[::-1]):
        settled = settle(order)
        assert settled.conflicts == [Conflict(0, "units", 1930, "TAF", 1950, "CFS")]
        assert settled.flags == {0: {"units_conflict": 120, "stamp_inside_month": 120}}
        assert (settled.units, settled.types, settled.conflicting_blocks) == ({0: ""}, {0: ""}, 1)
