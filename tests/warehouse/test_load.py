"""The load: both ways in, replacement in one transaction, nothing half-loaded."""

import signal
import subprocess
import sys
import time

import boto3
import numpy as np
import psycopg
import pytest

from extract.convert.csv_files import LOAD_COLUMNS, Provenance, write_load
from extract.dss import MonthlySeries
from extract.dss.series import Parts, ReadReport
from extract.errors import CheckFailedError, DatabaseAwayError, DiskFullError
from extract.records import calendar
from extract.warehouse import load

pytestmark = pytest.mark.postgres_15
ALL_ROWS = f"select {', '.join(LOAD_COLUMNS)} from staging.dss_series where scenario_id = %s order by source_row"


def make_load(folder, scenario_id="s0105", receipt_id="s0105-aaa", count=5, seed=1):
    """A load CSV and its record; two series have empty texts, one has flags."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1000, 300, (count, calendar.MONTHS))
    values[0, :10] = np.nan
    names = [Parts("CALSIM", f"S_{i}", "STORAGE", "1MON", "L2020A") for i in range(count)]
    names[1] = Parts("", "", "", "1MON", "")
    units, types = ["TAF"] * count, ["PER-AVER"] * count
    units[2] = types[2] = ""
    report, flags = ReadReport(6, "6-WC", count), {2: {"units_conflict": 120, "infinite_value": 1}}
    series = MonthlySeries(names, values, calendar.FIRST_MONTH, units, types, report, flags=flags)
    path = folder / f"{receipt_id}.csv"
    write_load(path, [(series, Provenance(scenario_id, "dv", receipt_id, "x_DV.dss", "f" * 64))])
    record = load.ScenarioLoad(scenario_id, receipt_id, "x.zip", "a" * 64, count, 0, "1921-10-01", "2021-09-01")
    return path, record, values


@pytest.fixture
def url(new_database, prepared_template):
    return new_database(prepared_template)


def rows(url, scenario_id="s0105"):
    with psycopg.connect(url) as link:
        return link.execute(ALL_ROWS, [scenario_id]).fetchall()


def partitions(url):
    with psycopg.connect(url) as link:
        return [
            name
            for (name,) in link.execute(
                "select relname from pg_class where relname ~ '^dss_series_' and relkind = 'r' order by 1"
            )
        ]


def test_what_was_written_is_what_is_in_the_database(url, tmp_path):
    path, record, values = make_load(tmp_path)
    assert load.load_scenario(url, path, record) == 5
    stored = np.array([row[LOAD_COLUMNS.index("month_values")] for row in rows(url)], dtype=float)
    np.testing.assert_array_equal(stored, values)
    texts = [row[2:9] for row in rows(url)]
    assert texts[1] == ("", "", "", "1MON", "", "PER-AVER", "TAF")
    assert texts[2] == ("CALSIM", "S_2", "STORAGE", "1MON", "L2020A", "", "")
    flags = [row[LOAD_COLUMNS.index("series_flags")] for row in rows(url)]
    assert flags == [{}, {}, {"units_conflict": 120, "infinite_value": 1}, {}, {}]
    assert load.loaded_receipt(url, "s0105") == "s0105-aaa"


def test_a_second_load_takes_the_place_of_the_first(url, tmp_path):
    for receipt, count in (("s0105-aaa", 5), ("s0105-bbb", 3)):
        path, record, _ = make_load(tmp_path, receipt_id=receipt, count=count)
        load.load_scenario(url, path, record)
    path, record, _ = make_load(tmp_path, scenario_id="s0020", receipt_id="s0020-ccc")
    load.load_scenario(url, path, record)
    assert {row[LOAD_COLUMNS.index("receipt_id")] for row in rows(url)} == {"s0105-bbb"}
    assert len(rows(url)) == 3
    assert len(partitions(url)) == 2
    with psycopg.connect(url) as link:
        assert link.execute("select scenario_id, receipt_id from staging.scenario_load order by 1").fetchall() == [
            ("s0020", "s0020-ccc"),
            ("s0105", "s0105-bbb"),
        ]


def broken(path, change):
    text = path.read_text()
    path.write_text(change(text))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("cut off", lambda text: text[: len(text) // 2], "load CSV"),
        ("a series short", lambda text: "".join(text.splitlines(keepends=True)[:-1]), r"are \(4, 0, 0\)"),
        ("another scenario's row", lambda text: text.replace('\n"s0105",', '\n"s0020",', 1), r"are \(5, 0, 1\)"),
        ("a month too few", lambda text: text.replace("{NULL,", "{", 1), "load CSV"),
        ("text for a number", lambda text: text.replace("{NULL,", "{many,", 1), "load CSV"),
        ("the same series twice", lambda text: text + text.splitlines(keepends=True)[-1], "load CSV"),
    ],
)
def test_a_bad_file_changes_nothing(url, tmp_path, name, change, message):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    before, tables = rows(url), partitions(url)
    path, record, _ = make_load(tmp_path, receipt_id="s0105-bbb")
    broken(path, change)
    with pytest.raises(CheckFailedError, match=message):
        load.load_scenario(url, path, record)
    assert rows(url) == before
    assert partitions(url) == tables
    assert load.loaded_receipt(url, "s0105") == "s0105-aaa"


def test_a_process_killed_in_the_middle_of_a_load_changes_nothing(url, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    before, tables = rows(url), partitions(url)
    path, record, _ = make_load(tmp_path, receipt_id="s0105-bbb", count=50)
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom extract.warehouse import load\n"
        "swap = load._swap\n"
        "def slow(*arguments):\n    swap(*arguments)\n    print('swapped', flush=True)\n    time.sleep(60)\n"
        "load._swap = slow\n"
        f"load.load_scenario({url!r}, Path({str(path)!r}), load.ScenarioLoad(**{record.__dict__!r}))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "swapped\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while partitions(url) != tables and time.monotonic() < deadline:
        time.sleep(0.1)
    assert rows(url) == before
    assert partitions(url) == tables
    assert load.load_scenario(url, path, record) == 50


def test_a_reader_sees_the_old_load_until_the_new_one_is_there(url, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    seen = set()
    path, record, _ = make_load(tmp_path, receipt_id="s0105-bbb", count=400)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pathlib import Path\nfrom extract.warehouse import load\n"
            f"load.load_scenario({url!r}, Path({str(path)!r}), load.ScenarioLoad(**{record.__dict__!r}))\n",
        ]
    )
    with psycopg.connect(url, autocommit=True) as link:
        while process.poll() is None:
            seen.add(link.execute("select count(*) from staging.dss_series where scenario_id = 's0105'").fetchone()[0])
        seen.add(link.execute("select count(*) from staging.dss_series where scenario_id = 's0105'").fetchone()[0])
    assert process.returncode == 0
    assert seen == {5, 400}


def test_a_database_that_is_away(tmp_path):
    path, record, _ = make_load(tmp_path)
    with pytest.raises(DatabaseAwayError, match=r"127\.0\.0\.1:1/x") as caught:
        load.load_scenario("postgresql://u:secret@127.0.0.1:1/x", path, record)
    assert "coeqwal db start" in caught.value.remedy
    assert "secret" not in str(caught.value)


def test_a_server_whose_disk_is_full(url, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    before = rows(url)
    with psycopg.connect(url) as link:
        link.execute(
            "create function staging.no_space() returns trigger language plpgsql as $$ begin"
            " raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$"
        )
        link.execute(
            "create trigger full_disk before insert or update on staging.scenario_load"
            " for each row execute function staging.no_space()"
        )
    path, record, _ = make_load(tmp_path, receipt_id="s0105-bbb")
    with pytest.raises(DiskFullError, match="disk is full"):
        load.load_scenario(url, path, record)
    assert rows(url) == before


def test_both_ways_in_leave_identical_rows(url, with_aws_s3, bucket, new_database, prepared_template, tmp_path):
    path, record, _ = make_load(tmp_path, count=200)
    boto3.client("s3").upload_file(str(path), bucket, "scenario/s0105/csv/s0105_dss_series.csv")
    source = load.S3Object(bucket, "scenario/s0105/csv/s0105_dss_series.csv", "us-west-2")
    assert not load.server_can_import(url)
    with_aws_s3(url)
    assert load.server_can_import(url)
    assert load.load_scenario(url, source, record) == 200
    other = new_database(prepared_template)
    load.load_scenario(other, path, record)
    assert rows(url) == rows(other)
    assert len(rows(other)) == 200


def test_an_object_that_is_not_there_is_an_error_and_changes_nothing(url, with_aws_s3, bucket, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(with_aws_s3(url), path, record)
    before = rows(url)
    with pytest.raises(CheckFailedError, match="absent"):
        load.load_scenario(url, load.S3Object(bucket, "absent.csv", "us-west-2"), record)
    assert rows(url) == before


def test_preparing_twice_keeps_what_is_loaded(url, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    load.prepare(url)
    assert len(rows(url)) == 5


def test_a_database_of_before_the_flags_gets_them_and_keeps_its_rows(url, tmp_path):
    path, record, _ = make_load(tmp_path)
    load.load_scenario(url, path, record)
    with psycopg.connect(url) as link:
        link.execute("alter table staging.dss_series drop column series_flags")
    load.prepare(url)
    assert [row[LOAD_COLUMNS.index("series_flags")] for row in rows(url)] == [{}] * 5
    load.load_scenario(url, path, record)
    assert rows(url)[2][LOAD_COLUMNS.index("series_flags")] == {"units_conflict": 120, "infinite_value": 1}
