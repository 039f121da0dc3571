import contextlib
import random
import re
import tracemalloc
from calendar import monthrange
from datetime import date, timedelta

import polars as pl
import pytest

from extract.convert import trend
from extract.convert.trend import compare
from extract.errors import BadTrendReportError

MONTHS = [divmod(month, 12) for month in range(1921 * 12 + 9, 2021 * 12 + 9)]
ENDS = [date(year, month + 1, monthrange(year, month + 1)[1]) for year, month in MONTHS]
DATES = [day.isoformat() for day in ENDS[:130]]


def wide(path, columns, dates=DATES):
    """columns: {(B, C, units): values as text}, of the first months; 7 in those that follow"""
    keys = list(columns)
    columns = {key: [*values, *["7"] * (len(dates) - len(values))] for key, values in columns.items()}
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
    assert (result.status, result.columns_common, result.cells_compared) == ("PASSED", 2, 260)


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


@pytest.mark.parametrize("content", [b"", b"a,b\nc,d\n", b"\xff\xfe\x00\x01" * 100, b"PK\x03\x04x", b"\xe4\xf6\xfc"])
def test_what_is_not_a_trend_report_is_refused(tmp_path, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(BadTrendReportError, match=r"bad\.csv: not a trend-report CSV"):
        compare(bad, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")


def test_an_empty_file_gives_no_months(check):
    assert check(GOOD, dates=["soon", "", "n/a"]).status == "INCONCLUSIVE"


def test_few_months_in_common_are_not_a_pass(tmp_path):
    dates = [f"{year}-10-31" for year in range(1921, 2021)]
    reference = wide(tmp_path / "reference.csv", {SHASTA: ["100.0"]}, dates)
    result = compare(reference, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")
    assert (result.status, result.rows_in_overlap) == ("INCONCLUSIVE", 11)
    assert "only 11 of the reference's 100 months" in result.note
    few = wide(tmp_path / "reference.csv", {SHASTA: ["100.0", "NaN", "300.0"]}, DATES[:120])
    result = compare(few, wide(tmp_path / "produced.csv", GOOD), tmp_path / "mismatches.csv")
    assert (result.status, result.months_compared) == ("INCONCLUSIVE", 119)
    assert "only 119 months have values in both files, at least 120 are needed" in result.note


def test_missing_against_missing_proves_nothing(check):
    empty = {SHASTA: ["NaN"] * 130}
    result = check(empty, empty)
    assert (result.status, result.values_compared, result.cells_compared) == ("INCONCLUSIVE", 0, 130)


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
    backwards = {key: [*["7"] * 127, *values[::-1]] for key, values in GOOD.items()}
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
    result = check({SHASTA: ["1", "1", "1"], OROVILLE: ["8", "8", "8"]})
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


def after(day):
    return day + timedelta(1)


def short(day):
    return f"{day.month}/{day.day}/{day.year % 100:02d}"


SPELLINGS = {
    "m/d/yy": short,
    "m/d/yyyy": lambda day: f"{day.month}/{day.day}/{day.year}",
    "m/d/yyyy with a time": lambda day: f"{day.month}/{day.day}/{day.year} 0:00",
    "d/m/yy": lambda day: day.strftime("%d/%m/%y"),
    "d.m.yyyy": lambda day: day.strftime("%d.%m.%Y"),
    "dd-Mon-yy": lambda day: day.strftime("%d-%b-%y"),
    "Month d, yyyy": lambda day: day.strftime('"%B %d, %Y"'),
    "Mon-yy": lambda day: day.strftime("%b-%y"),
    "yyyy-mm": lambda day: day.strftime("%Y-%m"),
    "DSS": lambda day: day.strftime("%d%b%Y 2400").upper(),
    "DSS with a colon": lambda day: day.strftime("%d%b%Y 24:00").upper(),
    "serial numbers": lambda day: str((day - date(1899, 12, 30)).days),
    "first of month": lambda day: day.replace(day=1).isoformat(),
    "first of month, m/d/yy": lambda day: short(day.replace(day=1)),
    "first of month, d/m/yyyy": lambda day: day.replace(day=1).strftime("%d/%m/%Y"),
    "next midnight": lambda day: f"{after(day)} 00:00:00",
    "next midnight, m/d/yy": lambda day: f"{short(after(day))} 0:00",
    "next midnight, no time": lambda day: after(day).isoformat(),
    "next midnight, AM": lambda day: after(day).strftime("%m/%d/%Y 12:00:00 AM"),
    "middle of month": lambda day: day.replace(day=15).isoformat(),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of 1200 months whose values tell the months apart, and a text of it with other dates or values."""
    columns = {key: [repr(1000.5 + 7 * i + shift) for i in range(1200)] for shift, key in enumerate((SHASTA, OROVILLE))}
    days = [day.isoformat() for day in ENDS]
    produced = wide(tmp_path_factory.mktemp("whole") / "produced.csv", columns, days)

    def check(tmp_path, text, encoding="utf-8"):
        reference = tmp_path / "reference.csv"
        reference.write_bytes(text.encode(encoding))
        return compare(reference, produced, tmp_path / "mismatches.csv")

    def text(spell=date.isoformat, rows=slice(None), shift=0):
        head, body = (lines := produced.read_text().splitlines())[:7], lines[7:]
        values = [line.partition(",")[2] for line in body]
        chosen = range(1200)[rows]
        lines = [f"{spell(ENDS[i])},{values[max(i - shift, 0)]}" for i in chosen]
        return "\n".join([*head, *lines]) + "\n"

    check.text = text
    return check


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_dates_as_spreadsheets_write_them_are_read_by_year_and_month(whole, tmp_path, spelling):
    result = whole(tmp_path, whole.text(SPELLINGS[spelling]))
    assert (result.status, result.rows_in_overlap, result.rows_unread) == ("PASSED", 1200, 0), result.note
    assert (result.overlap_start, result.overlap_end) == ("1921-10-31", "2021-09-30")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_run_one_month_off_is_not_explained_away(whole, tmp_path, spelling):
    assert whole(tmp_path, whole.text(SPELLINGS[spelling], shift=1)).status == "FAILED"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_part_of_the_period_is_enough_whatever_the_dates(whole, tmp_path, spelling):
    result = whole(tmp_path, whole.text(SPELLINGS[spelling], slice(125, 701)))
    if spelling == "next midnight, no time":  # as well the first day of the month that is meant
        assert result.status == "INCONCLUSIVE"
        assert "the values agree only with the first of a month as the end of the one before, which" in result.note
        assert (result.mismatch_cells, result.mismatch_columns) == (0, 0)
    else:
        assert (result.status, result.rows_in_overlap) == ("PASSED", 576), result.note
    assert [file.name for file in tmp_path.iterdir()] == ["reference.csv"]


def test_the_first_of_a_month_disproves_only_if_both_months_do(whole, tmp_path):
    spell = SPELLINGS["first of month"]
    assert whole(tmp_path, whole.text(spell, slice(125, 701), shift=1)).status == "INCONCLUSIVE"
    assert whole(tmp_path, whole.text(spell, slice(125, 701), shift=5)).status == "FAILED"
    assert (tmp_path / "mismatches.csv").exists()


@pytest.mark.parametrize("spelling", ["%Y", "%d %H", "month %m of %Y", "%d-%b"])
def test_dates_that_cannot_be_read_are_said(whole, tmp_path, spelling):
    result = whole(tmp_path, whole.text(lambda day: day.strftime(spelling)))
    assert (result.status, result.rows_unread) == ("INCONCLUSIVE", 1200)
    first = ENDS[0].strftime(spelling)
    assert f"0 of 1200 rows have a date that can be read; the first is '{first}'" in result.note


def test_a_date_that_cannot_be_read_among_others_is_said(whole, tmp_path):
    result = whole(tmp_path, whole.text().replace("1950-02-28", "1950-02-30"))
    assert (result.status, result.rows_unread, result.first_unread) == ("PASSED", 1, "1950-02-30")
    assert "1 of 1200 rows have no date that can be read, the first is '1950-02-30'" in result.note
    half = whole.text(lambda day: day.isoformat() if day.year < 1950 else "later")
    assert "only 339 of the reference's 1200 months" in whole(tmp_path, half).note


@pytest.mark.parametrize(
    ("change", "encoding", "how"),
    [
        (lambda text: text, "utf-16", "UTF-16"),
        (lambda text: text, "utf-16-be", "UTF-16-BE"),
        (lambda text: text.replace("\n", "\r\n"), "utf-8-sig", ""),
        (lambda text: text.replace("\n", "\r"), "utf-8", ""),
        (lambda text: text.replace(",", ";"), "utf-8", "separated by semicolon"),
        (lambda text: text.replace(",", ";").replace(".", ","), "utf-8", "separated by semicolon, with decimal commas"),
        (lambda text: "sep=;\n" + text.replace(",", ";"), "utf-8", "separated by semicolon"),
        (lambda text: text.replace(",", "\t"), "utf-16", "UTF-16, separated by tab"),
        (lambda text: text.replace("a,", ",,\n\na,", 1) + ",,\n,,\n", "utf-8", ""),
    ],
)
def test_encodings_and_separators_of_spreadsheets_are_read(whole, tmp_path, change, encoding, how):
    result = whole(tmp_path, change(whole.text()), encoding)
    assert (result.status, result.values_compared, ", ".join(result.read_as)) == ("PASSED", 2400, how), result.note


def test_thousands_have_commas_in_quotes_only(whole, tmp_path):
    quoted = re.sub(r"(?m)(?<=,)(\d)(\d{3}\.5)", r'"\1,\2"', whole.text())
    assert '"1,000.5"' in quoted
    assert whole(tmp_path, quoted).status == "PASSED"
    with pytest.raises(BadTrendReportError, match="the row of 1921-10-31 is longer than the header; a comma inside"):
        whole(tmp_path, quoted.replace('"', ""))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text + text.splitlines()[-1] + "\n", "the month 2021-09 is there 2 times"),
        (lambda text: text + "9/1/2021,1,2\n", "the month 2021-09 is there 2 times, as '2021-09-30', '9/1/2021'"),
        (lambda text: "Trend report\n" + text, "its first row begins with 'Trend report' and not with the label a"),
        (lambda text: text.replace("units,", "unit,"), "none of the label units"),
        (lambda text: text.replace(",", ";").replace(".5", ",5", 9), "decimal points and some decimal commas"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_cause(whole, tmp_path, change, message):
    with pytest.raises(BadTrendReportError, match=re.escape(message)) as caught:
        whole(tmp_path, change(whole.text()))
    assert "leave" not in caught.value.remedy


def test_columns_count_where_both_have_values(whole, tmp_path):
    """A report whose columns are nearly empty proves nothing of them."""
    lines = whole.text().splitlines()
    sparse = [line if i < 10 else line.rpartition(",")[0] + "," for i, line in enumerate(lines)]
    produced = tmp_path / "produced.csv"
    produced.write_text("\n".join(sparse) + "\n")
    reference = tmp_path / "reference.csv"
    wider = [line + tail for line, tail in zip(sparse, [",x"] * 7 + [","] * 1200, strict=True)]
    reference.write_text("\n".join(wider))
    result = compare(reference, produced, tmp_path / "mismatches.csv")
    assert (result.status, result.columns_common, result.columns_compared) == ("INCONCLUSIVE", 2, 1)
    assert "only 1 of the reference's 3 columns can be compared" in result.note


def test_the_size_is_bounded_by_a_setting(whole, tmp_path, monkeypatch):
    monkeypatch.setenv("COEQWAL_TREND_MAX_BYTES", "9999")
    produced = wide(tmp_path / "produced.csv", GOOD)
    assert compare(produced, produced, tmp_path / "mismatches.csv").status == "PASSED"
    with pytest.raises(BadTrendReportError, match=r"at most 9,999 are read; COEQWAL_TREND_MAX_BYTES"):
        whole(tmp_path, whole.text())


@pytest.mark.parametrize(
    "content", [b"a," + b"x" * (40 << 20), b"\n" * (1 << 20) + b"a,b", b"a,b\n" * 7 + b"1\n" * 200_000]
)
def test_memory_does_not_follow_what_is_no_report(tmp_path, content):
    reference = tmp_path / "reference.csv"
    reference.write_bytes(content)
    produced = wide(tmp_path / "produced.csv", GOOD)
    tracemalloc.start()
    with pytest.raises(BadTrendReportError):
        compare(reference, produced, tmp_path / "mismatches.csv")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 70 << 20


def damaged(text, rng):
    """A good report with a fault, after which it must not pass; a fault of the form, the dates or the values."""
    lines = text.splitlines()
    at = rng.randrange(7, len(lines))
    day, *cells = lines[at].split(",")
    other = lines[rng.choice([i for i in range(7, len(lines)) if i != at])].split(",")
    kind = rng.choice(
        ["value", "missing", "swap", "twice", "cut", "column", "shift", "unit", "dates", "noise", "width"]
    )
    if kind == "value":
        lines[at] = f"{day},{float(cells[0]) * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-5, 3))!r},{cells[1]}"
    elif kind == "missing":
        lines[at] = f"{day},{cells[0]},{rng.choice(['', 'NaN', '#REF!', '1e999', '--'])}"
    elif kind == "swap":
        lines[at] = ",".join([day, *other[1:]])
    elif kind == "twice":
        lines.insert(rng.randrange(7, len(lines)), ",".join([day, *cells]))
    elif kind == "cut":
        lines[-1] = lines[-1][: rng.randrange(12, 17)]
    elif kind == "column":
        lines = [
            f"{a},{c},{b}" if i >= 7 else f"{a},{b},{c}" for i, (a, b, c) in enumerate(x.split(",") for x in lines)
        ]
    elif kind == "shift":
        days, values = ([line.partition(",")[part] for line in lines[7:]] for part in (0, 2))
        lines[7:] = [f"{day},{value}" for day, value in zip(days[:-1], values[1:], strict=True)]
    elif kind == "unit":
        lines = [line.replace("TAF", rng.choice(["CFS", "AF", "AC-FT"])) for line in lines]
    elif kind == "dates":
        gone = rng.choice(["?", "0", "1921", "soon", "32/13/1921"])
        lines = [*lines[:7], *(f"{gone},{line.partition(',')[2]}" for line in lines[7:])]
    elif kind == "width":
        lines[at] += ",5"
    else:
        raw = bytearray("\n".join(lines).encode())
        for _ in range(200):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        return bytes(raw)
    return "\n".join(lines).encode()


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_report_never_passes(whole, tmp_path, seed):
    rng = random.Random(seed)
    spell = SPELLINGS[rng.choice([*SPELLINGS])] if seed % 2 else date.isoformat
    text = whole.text(spell)
    if '"' in text:
        text = whole.text()
    content = damaged(text, rng).decode("latin-1")
    with contextlib.suppress(BadTrendReportError):
        assert whole(tmp_path, content, "latin-1").status in ("FAILED", "INCONCLUSIVE")


def test_a_label_that_the_public_csv_guards_is_the_same_label(check):
    guarded, plain = ("'-C_X", "'=FLOW", "CFS"), ("-C_X", "=FLOW", "CFS")
    result = check({plain: ["1", "2", "3"]}, {guarded: ["1", "2", "3"]})
    assert (result.status, result.columns_common) == ("PASSED", 1)
