"""What a DSS file says against itself, the calendar or the table that takes it: refused with a receipt, or a flag."""

import csv
import json
import zipfile

import numpy as np
import pytest

from extract.archive import Archive
from extract.convert.csv_files import guarded, unguarded
from extract.convert.extraction import Request, extract
from extract.convert.series_checks import check_series, displacements
from extract.dss.series import Parts, month_number
from extract.errors import DataRefusedError, TwinPathnamesError
from extract.records import names
from extract.storage.hashing import file_sha256
from extract.verification.expectations import places
from tests.support.dss_words import Words
from tests.unit.test_csv_out import monthly

SHASTA = "/CALSIM/S_SHSTA/STORAGE//1MON/L2020A/"
OTHER = "/CALSIM/S_NOBODY/STORAGE//1MON/L2020A/"
FIRST_DAY = "31OCT1921"
CUT = 579
"""Months from October 1921 to December 1969."""
YEARS = np.arange(1200) + 0.5


@pytest.fixture
def take(tmp_path):
    """Extract a run whose DV file is the given one: the archive, and the receipt or the receipt of its refusal."""

    def taken(file):
        path = tmp_path / "s0105_x.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(file, "run/DSS/output/s0105_DV.dss")
        archive = Archive(str(tmp_path / "archive"))
        try:
            return archive, extract(Request("s0105", path), archive, tmp_path / "work")
        except DataRefusedError as error:
            refused = error
        rejected = tmp_path / "archive" / "rejected"
        facts = json.loads((rejected / names.rejected_key(path.name, file_sha256(path)).split("/")[-1]).read_text())
        assert (refused.exit_code, refused.code, path.name) == (4, facts["reason_code"], facts["zip_name"])
        assert not archive.exists(names.extract_record_key("s0105"))
        assert facts["message"]
        assert facts["remedy"]
        return archive, facts

    return taken


@pytest.fixture
def run(take, version, write_records):
    """Extract a run of the given DV records."""
    return lambda *given: take(write_records(version, given))


def plain(path=SHASTA, values=YEARS, day=FIRST_DAY, units="TAF", kind="STOR-EOM"):
    return path, day, values, units, kind


def halves(path, units, kinds=("PER-AVER", "PER-AVER")):
    """A series of two pieces, to December 1969 and from January 1970."""
    return (
        (path, FIRST_DAY, YEARS[:CUT], units[0], kinds[0]),
        (path, "31JAN1970", YEARS[CUT:], units[1], kinds[1]),
    )


def load_rows(archive, record):
    with archive.local_copy(record.files["load_csv"].key).open(newline="") as file:
        return {row["part_b"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("units", "kinds", "code"),
    [
        (("TAF", "AC-FT"), ("PER-AVER", "PER-AVER"), "UNITS_CONFLICT"),
        (("TAF", "TAF"), ("PER-AVER", "INST-VAL"), "TYPE_CONFLICT"),
    ],
)
def test_a_conflict_in_a_series_of_the_warehouse_refuses_the_run(run, units, kinds, code):
    """Case 01: Shasta in TAF until 1969 and in acre-feet from 1970 on."""
    _, refusal = run(*halves(SHASTA, units, kinds), plain("/CALSIM/S_OROVL/STORAGE//1MON/L2020A/"))
    assert refusal["reason_code"] == code
    for text in ("/S_SHSTA/STORAGE/", "block of 1920", "block of 1970", *{*units} ^ {"TAF"}, "s0105_DV.dss"):
        assert text in refusal["message"], text


def test_a_conflict_in_another_series_is_a_flag_and_leaves_it_without_units(run):
    archive, record = run(plain(), *halves(OTHER, ("CFS", "TAF")))
    rows = load_rows(archive, record)
    assert json.loads(rows["S_NOBODY"]["series_flags"]) == {"units_conflict": 1200 - CUT}
    assert (rows["S_NOBODY"]["units"], rows["S_SHSTA"]["units"]) == ("", "TAF")
    assert rows["S_SHSTA"]["series_flags"] == "{}"
    assert (record.dv.flagged_series, record.dv.unit_conflicts) == ({"units_conflict": 1}, 6)


def test_a_first_block_without_values_does_not_hide_the_unit(run):
    blank = np.full(99, -901.0)
    late = (SHASTA, "31JAN1930", YEARS[99:], "TAF", "STOR-EOM")
    archive, record = run((SHASTA, FIRST_DAY, blank, "", ""), late)
    assert load_rows(archive, record)["S_SHSTA"]["units"] == "TAF"


@pytest.mark.parametrize(
    ("day", "months"), [("30SEP1921", -1), ("30NOV1921", 1), ("31OCT1920", -12), ("31JUL1921", -3)]
)
def test_a_file_off_the_calendar_is_refused_with_the_remedy(run, day, months):
    """Case 04, and other distances."""
    given = [plain(SHASTA.replace("S_SHSTA", name), day=day) for name in ("S_SHSTA", "S_OROVL", "S_X", "S_Y")]
    _, refusal = run(*given, plain("/CALSIM/S_NONE/STORAGE//1MON/L2020A/", np.full(1200, -901.0)))
    assert refusal["reason_code"] == "SHIFTED_CALENDAR"
    assert f"4 of 4 series with values begin and end {abs(months)} month(s)" in refusal["message"]
    assert f"by {-months:+d} month(s)" in refusal["remedy"]


def test_a_file_of_which_nearly_all_series_are_off_the_calendar_is_refused(run):
    given = [plain(f"/CALSIM/S_{i}/STORAGE//1MON/L2020A/", day="30SEP1921") for i in range(9)]
    assert run(*given, plain())[1]["reason_code"] == "SHIFTED_CALENDAR"


def test_series_of_the_warehouse_off_the_calendar_are_not_hidden_by_others(run):
    given = [plain(f"/CALSIM/S_{i}/STORAGE//1MON/L2020A/") for i in range(9)]
    assert run(*given, plain(day="30SEP1921"))[1]["reason_code"] == "SHIFTED_CALENDAR"


def test_one_series_among_many_that_begins_early_is_a_flag(run):
    archive, record = run(plain(), plain(OTHER, day="30SEP1921"))
    rows = load_rows(archive, record)
    assert json.loads(rows["S_NOBODY"]["series_flags"]) == {"value_outside_window": 1}
    assert rows["S_NOBODY"]["month_values"].startswith("{1.5,2.5,")
    assert rows["S_NOBODY"]["month_values"].endswith(",1199.5,NULL}")
    assert record.dv.finite_outside_window == 1


def test_stamps_inside_the_month_are_a_flag(run):
    archive, record = run(plain(), plain(OTHER, day="15OCT1921"))
    assert json.loads(load_rows(archive, record)["S_NOBODY"]["series_flags"]) == {"stamp_inside_month": 1200}


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ((1921, 10), (2021, 9), 0),
        ((1921, 9), (2021, 8), -1),
        ((1931, 10), (2031, 9), 120),
        ((1921, 10), (2015, 9), 0),
        ((1921, 9), (2015, 8), -1),
        ((1921, 12), (2015, 11), 2),
        ((1979, 11), (2015, 10), 1),
        ((1921, 9), (2021, 9), 0),
        ((1922, 1), (2020, 12), 0),
        ((1922, 4), (2003, 5), 0),
        ((1920, 10), (1921, 9), 0),
        ((1921, 5), (1921, 9), 0),
    ],
)
def test_which_spans_are_off_the_water_years(first, last, months):
    assert displacements(np.array([[month_number(first), month_number(last)]])).tolist() == [months]


@pytest.mark.parametrize("bad", [b"\n", b"\r", b"\t", b"\x1f", b"\x7f", b"\x85"])
@pytest.mark.parametrize("text", ["PARTA", "PARTB", "PARTC", "PARTF", "UNITS", "TYPES"])
@pytest.mark.parametrize("place", [slice(4, 5), slice(2, 3), slice(0, 1)], ids=["end", "middle", "begin"])
def test_control_characters_in_a_name_or_label_are_refused(marked, take, tmp_path, text, bad, place):
    words = Words.of(marked)
    changed = bytearray(text.encode())
    changed[place] = bad
    words.replace(text.encode(), bytes(changed))
    _, refusal = take(words.write(tmp_path / "x.dss"))
    assert refusal["reason_code"] == "CONTROL_CHARACTER"
    assert bad.decode("latin-1") not in refusal["message"]


@pytest.fixture(scope="module")
def marked(version, write_records):
    """Shasta and a series whose texts stand nowhere else."""
    return write_records(version, [plain(), plain("/PARTA/PARTB/PARTC//1MON/PARTF/", units="UNITS", kind="TYPES")])


@pytest.mark.parametrize("twin", [b" S_BBBB", b"S_BBBB "])
def test_names_that_differ_in_blanks_only_are_twins(take, version, write_records, tmp_path, twin):
    given = [plain(), plain(OTHER.replace("S_NOBODY", "S_BBBB")), plain(OTHER.replace("S_NOBODY", "TWIN_OF"))]
    words = Words.of(write_records(version, given))
    words.replace(b"TWIN_OF", twin)
    _, refusal = take(words.write(tmp_path / "x.dss"))
    assert refusal["reason_code"] == "TWIN_PATHNAMES"
    assert "2 series have one name" in refusal["message"]


@pytest.mark.parametrize(
    "path",
    ["/CALSIM//DIVERSION//1MON/L2020A/", "/CALSIM/X/FLOW//1MON//", "//X/FLOW//1MON/L2020A/", "/CALSIM/X///1MON/F/"],
)
def test_an_empty_part_is_a_text_in_the_load_csv(run, path):
    """Case 17; `tests/warehouse/test_load.py` loads such a file."""
    archive, record = run(plain(), plain(path, units="", kind=""))
    lines = archive.local_copy(record.files["load_csv"].key).read_text().splitlines()[1:]
    (line,) = [line for line in lines if "S_SHSTA" not in line]
    cells = line.split(',"{')[0].split(",")
    _, a, b, c, _, e, f, _ = path.split("/")
    assert cells[2:5] == [f'"{text}"' for text in (a, b, c)]
    assert cells[6:9] == [f'"{f}"', '""', '""']
    assert e.upper() in cells[5].upper()


FORMULAS = ["=1+1", "+X", "-X", "@SUM(A1)", "'X", "-", "''"]


@pytest.mark.parametrize("label", [*FORMULAS, "X", "", "X=1", "A'B"])
def test_a_guarded_label_comes_back(label):
    assert unguarded(guarded(label)) == label
    assert guarded(label).startswith("'") == (label in FORMULAS)


def test_the_public_csv_has_no_label_that_a_spreadsheet_runs(run, tmp_path):
    formulas = ["=1+1", "+X", "-X", "@SUM(A1)"]
    given = [plain(f"/{t}/{t}/{t}//1MON/{t}/", -YEARS, units=t[:8], kind=t[:8]) for t in formulas]
    archive, record = run(plain(), *given)
    path = archive.local_copy(record.files["dv_csv"].key)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    for cell in (cell for row in rows[:7] for cell in row):
        assert not cell.startswith(("=", "+", "-", "@")), cell
    assert {cell for cell in rows[7] if cell.startswith("-")} == {"-0.5"}

    class Subject:
        @staticmethod
        def csv_file(kind):
            return archive.local_copy(record.files[f"{kind}_csv"].key)

    found, _ = places.in_csv(Subject, "dv")
    known = [("CALSIM", "S_SHSTA", "STORAGE", "L2020A"), *[(t, t, t, t) for t in formulas]]
    assert sorted((a, b, c, f) for a, b, c, _, f in found.names) == sorted(known)
    assert sorted(units for units, _ in found.labels) == sorted(["TAF", *formulas])


def test_twins_in_capitals_and_in_the_spelling_of_the_time_step():
    for one, other in (
        (Parts("A", "b", "C", "1MON", "F"), Parts("A", "B", "C", "1MON", "F")),
        (Parts("A", "B", "C", "1Month", "F"), Parts("A", "B", "C", "1MON", "F")),
        (Parts("A", "\xe9", "C", "1MON", "F"), Parts("A", "\xc9", "C", "1MON", "F")),
    ):
        with pytest.raises(TwinPathnamesError):
            check_series(monthly(np.ones((2, 1200)), [one, other]), set(), "x")
    apart = [Parts("A", "B", "C", "1MON", "F"), Parts("A", "B", "C", "1MON", "G")]
    check_series(monthly(np.ones((2, 1200)), apart), set(), "x")
