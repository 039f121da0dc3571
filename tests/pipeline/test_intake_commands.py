"""The commands from a source to the archive as a person or a script calls them, on S3 and on disk."""

import json
import logging
import sys
import urllib.request
import zipfile
from pathlib import Path

import boto3
import psycopg
import pytest

from extract.cli import main
from extract.demo.synthetic import make_model_run as make_synthetic_run
from extract.records.names import object_key
from extract.settings import settings
from tests.support.faulty_s3 import faulty
from tests.support.model_runs import make_model_run

SECRET = "Wxyz9RecognisableSecret"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name, seed in (("first", 1), ("second", 2)):
        make_model_run(folder / f"s0105_{name}.zip", "s0105", series=250, seed=seed, reference=True)
    return folder


@pytest.fixture
def coeqwal(new_database, prepared_template, tmp_path, monkeypatch, capfd):
    """Call it with arguments for (exit status, output, errors)."""
    url = new_database(prepared_template)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("COEQWAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("COEQWAL_ARCHIVE", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        settings.cache_clear()
        monkeypatch.setattr(sys, "argv", ["coeqwal", *map(str, arguments)])
        capfd.readouterr()
        try:
            main.main()
        except SystemExit as end:
            status = end.code or 0
        else:
            status = 0
        out, errors = capfd.readouterr()
        return status, out, errors

    call.url = url
    yield call
    settings.cache_clear()


@pytest.fixture(params=["folder", "s3"])
def source(request, tmp_path, monkeypatch):
    """Address of an empty source; the archive is of the same kind."""
    if request.param == "folder":
        (tmp_path / "drop").mkdir()
        return str(tmp_path / "drop")
    request.getfixturevalue("s3_environment")
    bucket = request.getfixturevalue("bucket")
    request.getfixturevalue("coeqwal")
    monkeypatch.setenv("COEQWAL_ARCHIVE", f"s3://{bucket}/archive")
    return f"s3://{bucket}/drop"


def put(source, path, file):
    if source.startswith("s3://"):
        bucket, prefix = source.removeprefix("s3://").split("/")
        boto3.client("s3").upload_file(str(file), bucket, f"{prefix}/{path}")
    else:
        target = Path(source, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())


def objects(prompt):
    return [json.loads(line) for line in prompt.splitlines()]


def test_from_the_source_to_the_csv_files_and_back_in_time(coeqwal, source, runs, tmp_path):
    put(source, "s0105_base/Model_Files/run.zip", runs / "s0105_first.zip")
    put(source, "s0105_base/Data_Extraction/Variables_From_trend_report_v5/t.csv", runs / "s0105_first.csv")
    status, out, _ = coeqwal("scan", source, "--json")
    assert [(f["scenario_id"], f["status"]) for f in objects(out)] == [("s0105", "new")]
    assert "1 model runs, 1 new" in coeqwal("scan", source)[1]
    assert "would fetch" in coeqwal("download", source, "--dry-run")[1]
    assert not (tmp_path / "data" / "staging").exists()
    assert "s0105  downloaded" in coeqwal("download", source)[1]
    assert "would promote" in coeqwal("promote", "s0105", "--dry-run")[1]
    assert "promote  done" in coeqwal("promote", "s0105")[1]
    assert not list((tmp_path / "data" / "staging" / "scenario_data").iterdir())
    status, out, errors = coeqwal("extract", "s0105")
    assert status == 0, errors
    assert "trend report: PASSED" in out
    assert "s0105     unchanged" in coeqwal("scan", source)[1]
    put(source, "s0105_base/Model_Files/run.zip", runs / "s0105_second.zip")
    put(source, "s0105_base/Data_Extraction/Variables_From_trend_report_v5/t.csv", runs / "s0105_second.csv")
    coeqwal("download", source, "s0105")
    assert "promote  done" in coeqwal("promote", "s0105")[1]
    assert "s0105  unchanged" in coeqwal("promote", "s0105")[1]
    for number, name in ((1, "first"), (3, "second")):
        status, _, errors = coeqwal("archive", "get", "s0105", "run/run.zip", "--snapshot", number, "--out", "got.zip")
        assert status == 0, errors
        assert (tmp_path / "got.zip").read_bytes() == (runs / f"s0105_{name}.zip").read_bytes()
    assert "updated    run/run.zip" in coeqwal("archive", "diff", "s0105", 1, 3)[1]
    assert "whole, every byte read: scenarios 1, snapshots 3" in coeqwal("archive", "verify")[1]
    status, out, errors = coeqwal("archive", "get", "s0105", "run/run.zip", "--url", "--expires", 60)
    if source.startswith("s3://"):
        with urllib.request.urlopen(out.strip()) as answer:
            assert answer.read() == (runs / "s0105_second.zip").read_bytes()
    else:
        assert (status, "no address" in errors) == (2, True)
    with psycopg.connect(coeqwal.url) as link:
        states = link.execute("select state from ops.ingest_run where stage = 'promote' order by run_id").fetchall()
    assert states == [("RECEIVED",), ("RECEIVED",)]


def test_members_that_an_option_names(coeqwal, source, runs, tmp_path):
    """Two outputs that fit: refused with the way out, which then is taken, and again from the archive."""
    with zipfile.ZipFile(runs / "s0105_first.zip") as first, zipfile.ZipFile(tmp_path / "s0105_two.zip", "w") as two:
        dv, sv = (name for name in first.namelist() if name.endswith(".dss"))
        for name in (dv, dv.replace("_DV", "_DV_dp"), sv):
            two.writestr(name, first.read(dv if "_DV" in name else sv))
    status, _, errors = coeqwal("extract", "s0105", "--zip", tmp_path / "s0105_two.zip")
    assert (status, "--dv PATH_IN_ZIP" in errors) == (4, True)
    named = ("--zip", tmp_path / "s0105_two.zip", "--dv", "s0105_DV_dp.dss")
    assert coeqwal("extract", "s0105", *named)[0] == 0
    (receipt,) = (tmp_path / "data").rglob("scenario/s0105/ingest_record.json") if source[0] != "s" else (None,)
    if receipt:
        record = json.loads(receipt.read_text())
        assert (record["decided_by"], record["expected_dv_filename"]) == ("option", "s0105_DV_dp.dss")
    assert "extract  unchanged" in coeqwal("extract", "s0105")[1]
    # the same by way of a source, whose downloads wait to be promoted
    coeqwal("download", source)
    put(source, "s0105_base/Model_Files/run.zip", runs / "s0105_second.zip")
    assert coeqwal("download", source)[0] == 0
    assert coeqwal("promote", "s0105", "--sv", "absent.dss")[0] == 4
    assert "promote  done" in coeqwal("promote", "s0105", "--dv", dv)[1]


def test_a_synthetic_run_of_a_registered_scenario_needs_a_reason_that_is_kept(coeqwal, tmp_path):
    path = tmp_path / "s0105_synthetic.zip"
    make_synthetic_run(path, "s0105", series=3, variables=[("dv", "S_SHSTA", "STORAGE", "TAF")])
    status, _, errors = coeqwal("extract", "s0105", "--zip", path)
    assert (status, "error SYNTHETIC_AS_REGISTERED" in errors) == (4, True)
    assert not list((tmp_path / "data").rglob("scenario/s0105/*"))
    assert coeqwal("extract", "s0105", "--zip", path, "--accept-identity", "")[0] == 2
    status, out, errors = coeqwal("extract", "s0105", "--zip", path, "--accept-identity", "a rehearsal")
    assert (status, "identity accepted by" in out) == (0, True), errors
    assert coeqwal("load", "s0105")[0] == 0
    # without the option the decision holds
    assert coeqwal("extract", "s0105", "--zip", path)[0] == 0
    with psycopg.connect(coeqwal.url) as link:
        kept = link.execute(
            "select stage, reason_code, override_reason, operator is null from ops.ingest_run"
            " where stage in ('promote', 'extract') order by run_id limit 4"
        ).fetchall()
        assert link.execute("select kind from staging.scenario_load").fetchall() == [("synthetic",)]
        # a load from before there was a kind learns it from the next one, which loads nothing
        link.execute("update staging.scenario_load set kind = null")
    assert kept[0] == ("promote", "SYNTHETIC_AS_REGISTERED", None, False)
    assert ("promote", None, "a rehearsal", False) in kept
    assert ("extract", None, "a rehearsal", False) in kept
    assert "load     unchanged" in coeqwal("load", "s0105")[1]
    with psycopg.connect(coeqwal.url) as link:
        assert link.execute("select kind from staging.scenario_load").fetchall() == [("synthetic",)]


def offered(url):
    """Kind → (key, size) of the newest load's files, and whether they are public."""
    with psycopg.connect(url) as link:
        rows = link.execute(
            "select file_kind, archive_key, size_bytes, sha256 from staging.scenario_file as f"
            " inner join staging.scenario_load using (scenario_id, receipt_id)"
        ).fetchall()
        (public,) = link.execute("select is_public from staging.scenario_visibility").fetchall()
    return {kind: (key, size, digest) for kind, key, size, digest in rows}, public[0]


def test_a_load_records_its_files_and_whether_they_are_public(coeqwal, runs, tmp_path):
    archive = tmp_path / "data" / "archive"
    assert coeqwal("extract", "s0105", "--zip", runs / "s0105_first.zip")[0] == 0
    assert coeqwal("load", "s0105")[0] == 0
    files, public = offered(coeqwal.url)
    assert (set(files), public) == ({"zip", "output_csv", "sv_csv"}, False)
    for key, size, digest in files.values():
        assert (archive / key).stat().st_size == (archive / object_key(digest)).stat().st_size == size
    assert coeqwal("archive", "visibility", "s0105", "public")[0] == 0
    assert offered(coeqwal.url)[1] is True
    # another run of the same scenario: public as before, and the earlier files stay known
    assert coeqwal("extract", "s0105", "--zip", runs / "s0105_second.zip")[0] == 0
    assert coeqwal("load", "s0105")[0] == 0
    later, public = offered(coeqwal.url)
    assert (later["zip"] != files["zip"], public) == (True, True)
    with psycopg.connect(coeqwal.url) as link:
        assert link.execute("select count(*) from staging.scenario_file").fetchone() == (6,)
        # a warehouse from before files were recorded learns of them from the next load, which loads nothing
        link.execute("delete from staging.scenario_file")
    assert "load     unchanged" in coeqwal("load", "s0105")[1]
    assert offered(coeqwal.url)[0] == later
    assert coeqwal("promote", "s0105", "--visibility", "private")[0] == 0
    assert offered(coeqwal.url)[1] is False


def test_visibility_without_its_database_can_be_told_again(coeqwal, runs, monkeypatch):
    assert coeqwal("extract", "s0105", "--zip", runs / "s0105_first.zip")[0] == 0
    assert coeqwal("load", "s0105")[0] == 0
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    status, _, errors = coeqwal("archive", "visibility", "s0105", "public")
    assert (status, "run the same command again" in errors) == (3, True)
    monkeypatch.setenv("DATABASE_URL", coeqwal.url)
    assert offered(coeqwal.url)[1] is False
    assert coeqwal("archive", "visibility", "s0105", "public")[0] == 0
    assert offered(coeqwal.url)[1] is True


def test_a_damaged_archive_ends_with_status_1(coeqwal, runs, tmp_path):
    assert coeqwal("extract", "s0105", "--zip", runs / "s0105_first.zip")[0] == 0
    (tmp_path / "data/archive/scenario/s0105/run/s0105_first.zip").unlink()
    status, out, errors = coeqwal("archive", "verify")
    assert status == 1
    assert out.startswith("missing")
    assert "1 faults in the archive" in errors
    assert coeqwal("extract", "s0105")[0] == 0
    assert coeqwal("archive", "verify")[0] == 0


def test_refused_runs_end_with_status_4(coeqwal, source, runs, tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    put(source, "s0105_base/Model_Files/run.zip", tmp_path / "bad.zip")
    status, out, _ = coeqwal("scan", source)
    assert (status, "BAD_ZIP" in out) == (0, True)
    status, _, errors = coeqwal("download", source, "s0105")
    assert (status, "error BAD_ZIP" in errors) == (4, True)
    assert coeqwal("download", source)[:2] == (0, "nothing new and nothing changed\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["promote", "s0105"], "nothing was downloaded for s0105"),
        (["promote", "s0105", "--visibility", "secret"], "no visibility"),
        (["scan", "absent"], "no such folder"),
        (["download", ".", "s0105"], "no model run of s0105"),
        (["archive", "list", "s0105"], "not in the archive"),
        (["archive", "get", "s0105", "x", "--as-of", "yesterday"], "is no time"),
        (["archive", "visibility", "s0105", "public"], "not in the archive"),
        (["extract", "s0105"], "no model run of s0105 in the archive"),
        (["extract", "s0105", "--dv", "x.dss"], "--dv without --zip"),
        (["promote", "s0105", "s0020", "--dv", "x.dss"], "about one ZIP"),
        (["promote", "s0105", "--sv", "x.dss"], "nothing was downloaded for s0105"),
    ],
)
def test_wrong_calls(coeqwal, arguments, words):
    status, _, errors = coeqwal(*arguments)
    assert status == 2, errors
    assert words in errors


def test_no_secret_is_told_or_kept(coeqwal, source, runs, tmp_path, monkeypatch, caplog):
    """Neither when all goes well nor in any message of what does not."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    put(source, "s0105_base/Model_Files/run.zip", runs / "s0105_first.zip")
    told = [coeqwal("scan", source), coeqwal("download", source), coeqwal("promote", "s0105")]
    told += [coeqwal("extract", "s0105"), coeqwal("archive", "verify"), coeqwal("archive", "list", "s0105")]
    assert [status for status, *_ in told] == [0] * 6
    if source.startswith("s3://"):
        told.append(coeqwal("archive", "get", "s0105", "run/run.zip", "--url"))
        told.append(coeqwal("scan", "s3://nobody-has-this/x"))
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
        for fault in ("reset", "403", "SlowDown"):
            with faulty(settings().s3_endpoint) as proxy:
                proxy.faults = [fault] * 1000
                with monkeypatch.context() as broken:
                    broken.setenv("AWS_ENDPOINT_URL_S3", proxy.address)
                    told.append(coeqwal("download", source))
            assert told[-1][0] == 3, told[-1]
    kept = "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    with psycopg.connect(coeqwal.url) as link:
        kept += str(link.execute("select * from ops.ingest_run").fetchall())
    assert SECRET not in kept + str(told) + caplog.text
