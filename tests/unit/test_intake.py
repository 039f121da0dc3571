"""scan, download and promote: what a source has, what comes of it, and what is kept out of the archive."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from extract.archive import Archive, History
from extract.archive.history import ConcurrentChangeError
from extract.errors import CoeqwalError, DataRefusedError, RetryableError, UsageError
from extract.intake import download as fetching
from extract.intake.classification import Member
from extract.intake.contract import Expected, declared_members
from extract.intake.download import DownloadFailedError, download, remove_staged, staged
from extract.intake.promote import given_by_hand, promote, promoted
from extract.intake.scan import open_source, scan
from extract.intake.sheet import BadSheetError, read_sheet
from extract.records import names
from extract.records.ingest_record import IngestRecord
from extract.reference.receipt_schemas import schema_texts
from extract.settings import PROJECT, Settings
from extract.storage.s3 import S3Folder

TREND = "Data_Extraction/Variables_From_trend_report_variables_v5"
DV, SV = "DSS/output/s0105_DV.dss", "DSS/input/s0105_SV.dss"


def zip_bytes(tmp_path, dv=b"ZDSS one", members=(DV, SV)):
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as file:
        for member in members:
            file.writestr(zipfile.ZipInfo(member), dv)
    return path.read_bytes()


class Drop:
    """A drop folder with its archive, on disk or on S3."""

    def __init__(self, kind, request, tmp_path):
        self.tmp_path, self.data_dir = tmp_path, tmp_path / "data"
        if kind == "folder":
            self.settings = Settings()
            self.address, archive = str(tmp_path / "drop"), str(tmp_path / "archive")
            Path(self.address).mkdir()
        else:
            endpoint = request.getfixturevalue("s3_environment")
            self.settings = Settings()
            bucket = request.getfixturevalue("bucket")
            self.address, archive = f"s3://{bucket}/drop", f"s3://{bucket}/archive"
            assert self.settings.s3_endpoint == endpoint
        self.source = open_source(self.address, self.settings)
        self.archive = Archive(archive, self.settings.s3_endpoint)

    def put(self, path, content):
        self.source.write(path, content)
        if not isinstance(self.source, S3Folder):
            os.chmod(Path(self.address, path), 0o644)

    def put_run(self, scenario_id="s0105", content=None, name="run.zip"):
        self.put(f"{scenario_id}_base/Model_Files/{name}", content or zip_bytes(self.tmp_path))

    def scan(self, sheet=None, **options):
        return scan(self.source, self.archive, sheet or {}, **options)

    def look(self, sheet=None, **options):
        return [(f.scenario_id, f.status, f.reason_code) for f in self.scan(sheet, **options)]

    def take(self, sheet=None):
        """Download and promote all that is new or changed."""
        for finding in self.scan(sheet):
            if finding.status in ("new", "changed"):
                download(finding, self.source, self.data_dir, lambda *told: None)
                promote(staged(self.data_dir, finding.scenario_id), self.archive)
                remove_staged(self.data_dir, finding.scenario_id)

    def sheet(self, text):
        path = self.tmp_path / "sheet.csv"
        path.write_text(text)
        return read_sheet(path)


@pytest.fixture(params=["folder", "s3"])
def drop(request, tmp_path):
    return Drop(request.param, request, tmp_path)


@pytest.fixture
def folder(request, tmp_path):
    return Drop("folder", request, tmp_path)


# ---------------------------------------------------------------- scan


def test_new_then_unchanged_then_changed_then_missing(drop, tmp_path):
    assert drop.look() == []
    drop.put_run()
    drop.put(f"s0105_base/{TREND}/trend.csv", b"a,b\n")
    assert drop.look() == [("s0105", "new", "")]
    drop.take()
    assert drop.look() == [("s0105", "unchanged", "")]
    drop.put_run(content=zip_bytes(tmp_path, b"ZDSS another one"))
    assert drop.look() == [("s0105", "changed", "")]
    drop.take()
    assert drop.look() == [("s0105", "unchanged", "")]
    drop.put(f"s0105_base/{TREND}/trend.csv", b"a,b,c\n")
    assert [f.message for f in drop.scan()] == ["other trend report"]
    before = drop.archive.get_text("scenario/s0105/verify/trend.csv")
    for info in list(drop.source.files()):
        drop.source.remove(info.path)
    assert drop.look() == [("s0105", "missing", "MISSING_ZIP")]
    drop.take()
    assert drop.archive.get_text("scenario/s0105/verify/trend.csv") == before
    assert drop.archive.exists("scenario/s0105/run/run.zip")


def test_reason_codes(drop, tmp_path):
    good = zip_bytes(tmp_path)
    drop.put("s0101_x/Model_Files/a.zip", good)
    drop.put("s0101_x/Model_Files/b.zip", good)
    drop.put(f"s0102_x/{TREND}/t.csv", b"x")
    drop.put("s0103_x/Model_Files/a.zip", b"no zip")
    drop.put("s0104_x/Model_Files/a.zip", zip_bytes(tmp_path, members=("readme.txt",)))
    drop.put("s0106_x/Model_Files/a.zip", zip_bytes(tmp_path, members=("a/x_DV.dss", "b/x_DV.dss")))
    drop.put("nameless/Model_Files/a.zip", good)
    drop.put("s0107_x/Model_Files/_archive/old.zip", good)
    drop.put("s0107_x/Model_Files/new.zip", good)
    drop.put("notes/readme.txt", b"x")
    assert drop.look() == [
        ("s0101", "refused", "MULTIPLE_ZIPS_NO_PIN"),
        ("s0102", "refused", "MISSING_ZIP"),
        ("s0103", "refused", "BAD_ZIP"),
        ("s0104", "refused", "NO_DSS_IN_ZIP"),
        ("s0106", "refused", "MULTI_MATCH_DV"),
        ("s0107", "new", ""),
        (None, "refused", "NO_SCENARIO_ID"),
    ]


def test_other_layouts(folder, tmp_path):
    good = zip_bytes(tmp_path)
    folder.put("s0101_flat.zip", good)
    folder.put("s0101_flat.csv", b"x")
    folder.put("s0102_other.csv", b"belongs to no ZIP")
    folder.put("ready/s0103/anything.zip", good)
    folder.put("ready/s0103/reference.csv", b"x")
    for beside in ("._s0101_flat.zip", "ready/s0103/._anything.zip", "ready/s0103/._reference.csv"):
        folder.put(beside, b"AppleDouble")
    found = {f.scenario_id: (f.status, f.trend and f.trend.path) for f in folder.scan()}
    assert found["s0101"] == ("new", "s0101_flat.csv")
    assert found["s0103"] == ("new", "ready/s0103/reference.csv")
    assert found["s0102"] == ("refused", None)


def test_a_sheet_pins_declares_and_names_folders(drop, tmp_path):
    good = zip_bytes(tmp_path, members=(DV, SV, "other/base_DV.dss"))
    for name in ("a.zip", "b.zip"):
        drop.put(f"Baseline/Model_Files/{name}", good)
    for name in ("x.csv", "y.csv"):
        drop.put(f"Baseline/{TREND}/{name}", b"x")
    header = "short_code,GoogleDriveFolderName,pinned_model_run_zip,pinned_trend_csv,DV_Path,SV_Path,note\n"

    def found(row):
        (finding,) = drop.scan(drop.sheet(header + row))
        return finding

    both = "other/base_DV.dss,S0105_sv.DSS,\n"
    ok = found("s0105,Baseline,b.zip,y.csv," + both)
    assert (ok.status, ok.zip_file.path, ok.trend.path) == (
        "new",
        "Baseline/Model_Files/b.zip",
        f"Baseline/{TREND}/y.csv",
    )
    cases = {
        "s0105,Baseline,c.zip,y.csv," + both: "PINNED_ZIP_NOT_FOUND",
        "s0105,Baseline,,y.csv," + both: "MULTIPLE_ZIPS_NO_PIN",
        "s0105,Baseline,b.zip,,a_DV.dss,s0105_SV.dss,\n": "EXPECTED_DV_NOT_IN_ZIP",
        "s0105,Baseline,b.zip,,base_DV.dss,x_SV.dss,\n": "EXPECTED_SV_NOT_IN_ZIP",
        "s0105,Baseline,b.zip,,base_DV.dss,,\n": "MISSING_EXPECTED_SV",
        "s0105,Baseline,b.zip,,,s0105_SV.dss,\n": "MISSING_EXPECTED_DV",
    }
    assert {row: found(row).reason_code for row in cases} == cases
    assert found("s0105,Baseline,b.zip,z.csv," + both).trend_status == "unverified_pin_missing"
    assert found("s0105,Baseline,b.zip,," + both).trend_status == "unverified_multi_trend"
    two = drop.scan(drop.sheet(header + "s0105,Baseline,b.zip,y.csv," + both + "s0106,,,,,,\n"))
    assert [(f.scenario_id, f.status, f.reason_code) for f in two][1] == ("s0106", "missing", "MISSING_ZIP")
    drop.take(drop.sheet(header + "s0105,Baseline,b.zip,y.csv," + both))
    record = promoted(drop.archive, "s0105")
    assert (record.decided_by, record.expected_dv_path_in_zip) == ("sheet", "other/base_DV.dss")
    assert record.source.spreadsheet_file == "sheet.csv"
    assert len(record.source.spreadsheet_row_sha256) == 64


@pytest.mark.parametrize("kind", ["DV", "SV"])
def test_a_declared_name_that_is_there_twice(kind):
    members = [Member(path, 1) for path in (DV, SV, "old/s0105_DV.dss", "old/s0105_SV.dss")]
    other = {"DV": Expected(dv="s0105_DV.dss", sv=SV), "SV": Expected(dv=DV, sv="s0105_SV.dss")}
    with pytest.raises(DataRefusedError) as caught:
        declared_members(members, "x.zip", other[kind])
    assert caught.value.code == f"MULTI_MATCH_{kind}"
    assert declared_members(members, "x.zip", Expected(dv=DV, sv=SV)).dv == DV


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n", "no column short_code"), ("short_code\nx1\n", ":2: 'x1'"), ("short_code\ns0105\nS0105\n", ":3: s0105")],
)
def test_sheets_that_cannot_be_used(folder, text, words):
    with pytest.raises(BadSheetError, match=words):
        folder.sheet(text)


def test_a_file_that_was_only_written_again(drop, tmp_path):
    drop.put_run()
    drop.take()
    path = "s0105_base/Model_Files/run.zip"
    if isinstance(drop.source, S3Folder):  # in parts, so that the tag is another one
        client = drop.source._client
        made = client.create_multipart_upload(Bucket=drop.source.bucket, Key=drop.source.key(path))
        place = {"Bucket": drop.source.bucket, "Key": drop.source.key(path), "UploadId": made["UploadId"]}
        part = client.upload_part(**place, PartNumber=1, Body=zip_bytes(tmp_path))
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        client.complete_multipart_upload(**place, MultipartUpload=parts)
    else:
        os.utime(Path(drop.address, path), (1, 1))
    (finding,) = drop.scan()
    assert (finding.status, finding.message) == ("changed", "the ZIP was written again")
    assert drop.look(checksum=True) == [("s0105", "unchanged", "")]


def test_a_source_that_is_away(s3_environment, tmp_path):
    source = S3Folder("s3://nobody-has-this/x", s3_environment)
    with pytest.raises(RetryableError, match="NoSuchBucket"):
        scan(source, Archive(str(tmp_path)), {})
    with pytest.raises(UsageError, match="no such folder"):
        open_source(str(tmp_path / "absent"), Settings())


# ---------------------------------------------------------------- download


def test_a_download_that_broke_goes_on(drop, tmp_path, monkeypatch):
    content = zip_bytes(tmp_path, b"ZDSS" + os.urandom(300_000))
    drop.put_run(content=content)
    (finding,) = drop.scan()
    monkeypatch.setattr(fetching, "PIECE", 50_000)

    def breaks(name, here, size):
        if here >= 200_000:
            raise InterruptedError

    with pytest.raises(RetryableError):
        download(finding, drop.source, drop.data_dir, breaks)
    place = fetching.staging_folder(drop.data_dir, "s0105")
    assert (place / "run.zip.part").stat().st_size == 200_000
    with pytest.raises(UsageError, match="nothing was downloaded"):
        staged(drop.data_dir, "s0105")
    told = []
    record, fetched = download(finding, drop.source, drop.data_dir, lambda name, here, size: told.append(here))
    assert fetched
    assert told[0] == 250_000
    assert (place / "run.zip").read_bytes() == content
    assert sorted(path.name for path in place.iterdir()) == ["download.json", "run.zip"]
    assert download(finding, drop.source, drop.data_dir, breaks) == (record, False)


def test_the_beginning_of_another_version_is_not_gone_on_with(drop, tmp_path, monkeypatch):
    drop.put_run(content=zip_bytes(tmp_path, b"ZDSS" + bytes(100_000)))
    (old,) = drop.scan()
    monkeypatch.setattr(fetching, "PIECE", 50_000)
    with pytest.raises(ZeroDivisionError):
        download(old, drop.source, drop.data_dir, lambda *told: 1 // 0)
    content = zip_bytes(tmp_path, b"ZDSS" + b"1" * 100_000)
    drop.put_run(content=content)
    with pytest.raises(DownloadFailedError):
        download(old, drop.source, drop.data_dir, lambda *told: None)
    (new,) = drop.scan()
    download(new, drop.source, drop.data_dir, lambda *told: None)
    assert (fetching.staging_folder(drop.data_dir, "s0105") / "run.zip").read_bytes() == content


# ---------------------------------------------------------------- promote


def refusals(archive):
    return [json.loads(archive.get_text(info.path)) for info in archive.store.files("rejected/")]


def test_what_is_promoted_lies_where_readers_look(drop):
    drop.put_run()
    drop.put(f"s0105_base/{TREND}/trend.csv", b"a,b\n")
    drop.take()
    assert [info.path for info in drop.archive.store.files("scenario/")] == [
        "scenario/s0105/ingest_record.json",
        "scenario/s0105/run/run.zip",
        "scenario/s0105/verify/trend.csv",
    ]
    record = promoted(drop.archive, "s0105")
    assert record.verification_status == "verified"
    assert record.convention_check.short_code_in_dv_basename
    assert not record.convention_check.short_code_in_zip_basename
    assert History(drop.archive, "s0105").newest().visibility == "private"


def test_the_receipt_follows_from_the_input_except_who_and_when(folder, tmp_path):
    path = tmp_path / "s0105_x.zip"
    path.write_bytes(zip_bytes(tmp_path))
    candidate = given_by_hand("s0105", path, None)
    texts = set()
    for place in ("one", "two"):
        record, changed = promote(candidate, Archive(str(tmp_path / place)))
        assert changed
        texts.add(record.model_dump_json(exclude={"ingestion"}))
    assert len(texts) == 1
    record, changed = promote(candidate, Archive(str(tmp_path / "one")))
    assert not changed


def test_a_dry_run_writes_nothing(folder, tmp_path):
    path = tmp_path / "s0105_x.zip"
    path.write_bytes(zip_bytes(tmp_path))
    assert promote(given_by_hand("s0105", path, None), folder.archive, dry_run=True)[1]
    path.write_bytes(b"bad")
    with pytest.raises(DataRefusedError):
        promote(given_by_hand("s0105", path, None), folder.archive, dry_run=True)
    assert not (tmp_path / "archive").exists()


def test_an_earlier_run_stays_with_its_receipt(drop, tmp_path):
    drop.put_run()
    drop.take()
    first = promoted(drop.archive, "s0105")
    drop.put_run(content=zip_bytes(tmp_path, b"ZDSS two"), name="run.zip")
    drop.take()
    second = promoted(drop.archive, "s0105")
    assert first.zip_sha256 != second.zip_sha256
    history = History(drop.archive, "s0105")
    for number, record in ((1, first), (2, second)):
        entry = history.snapshot(number).entry("ingest_record.json")
        assert drop.archive.get_text(names.object_key(entry.sha256)) == record.text()
        assert history.snapshot(number).entry("run/run.zip").sha256 == record.zip_sha256


TAMPERED = {
    "HASH_DIFFERS": lambda place: (place / "run.zip").write_bytes((place / "run.zip").read_bytes() + b"\0"),
    "DECLARED_FILE_MISSING": lambda place: (place / "run.zip").unlink(),
    "EXTRA_FILE": lambda place: (place / "more.csv").write_text("x"),
}


@pytest.mark.parametrize("code", TAMPERED)
def test_only_what_was_downloaded_is_promoted(folder, code):
    folder.put_run()
    (finding,) = folder.scan()
    download(finding, folder.source, folder.data_dir, lambda *told: None)
    TAMPERED[code](fetching.staging_folder(folder.data_dir, "s0105"))
    with pytest.raises(DataRefusedError) as caught:
        promote(staged(folder.data_dir, "s0105"), folder.archive)
    assert caught.value.code == code
    assert promoted(folder.archive, "s0105") is None


BROKEN = {
    "BAD_ZIP": lambda tmp_path: b"no zip",
    "NO_DSS_IN_ZIP": lambda tmp_path: zip_bytes(tmp_path, members=("a.txt",)),
    "NOT_DSS": lambda tmp_path: zip_bytes(tmp_path, b"text"),
    "ZIP_SLIP": lambda tmp_path: zip_bytes(tmp_path, members=(DV, "../x.dss")),
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_breaks_its_contract_stays_out(drop, tmp_path, code):
    path = tmp_path / "s0105_x.zip"
    path.write_bytes(BROKEN[code](tmp_path))
    with pytest.raises(CoeqwalError) as caught:
        promote(given_by_hand("s0105", path, None), drop.archive)
    assert caught.value.code == code
    assert [r["reason_code"] for r in refusals(drop.archive)] == [code]
    assert not list(drop.archive.store.files("scenario/"))
    assert not list(drop.archive.store.files("objects/"))


@pytest.mark.parametrize("name", [".hidden.zip", "a\nb.zip", "ä" * 101 + ".zip"])
def test_names_that_cannot_be_keys(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(zip_bytes(tmp_path))
    archive = Archive(str(tmp_path / "archive"))
    with pytest.raises(DataRefusedError) as caught:
        promote(given_by_hand("s0105", path, None), archive)
    assert caught.value.code == "BAD_FILE_NAME"
    assert [r["reason_code"] for r in refusals(archive)] == ["BAD_FILE_NAME"]


def test_of_two_promotes_at_once_one_wins(drop, tmp_path, monkeypatch):
    one, two = tmp_path / "s0105_one.zip", tmp_path / "s0105_two.zip"
    one.write_bytes(zip_bytes(tmp_path))
    two.write_bytes(zip_bytes(tmp_path, b"ZDSS other"))
    real = History._store_object
    inner = []

    def meanwhile(self, *given):
        if not inner:
            inner.append(None)
            inner[0] = promote(given_by_hand("s0105", one, None), drop.archive)
        real(self, *given)

    monkeypatch.setattr(History, "_store_object", meanwhile)
    with pytest.raises(ConcurrentChangeError):
        promote(given_by_hand("s0105", two, None), drop.archive)
    assert promoted(drop.archive, "s0105") == inner[0][0]
    assert [i.path for i in drop.archive.store.files("scenario/s0105/run/")] == ["scenario/s0105/run/s0105_one.zip"]


# ---------------------------------------------------------------- the receipt


def test_the_schemas_are_current():
    """Write them with `coeqwal reference pages`."""
    for path, text in schema_texts().items():
        assert (PROJECT / path).read_text() == text


def test_the_receipt_has_every_field_that_readers_know():
    fields = set(IngestRecord.model_fields)
    assert fields >= {
        "schema_version", "short_code", "expected_sv_filename", "expected_dv_filename", "expected_sv_path_in_zip",
        "expected_dv_path_in_zip", "sv_sha256", "dv_sha256", "sv_filesize_bytes", "dv_filesize_bytes", "zip_basename",
        "zip_sha256", "zip_filesize_bytes", "trend_csv_basename", "trend_csv_sha256", "convention_check", "source",
        "ingestion",
    }  # fmt: skip
