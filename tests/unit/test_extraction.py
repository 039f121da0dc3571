"""What the extraction does with what a reader hands over."""

import csv
import dataclasses
import json

import numpy as np
import pytest

from extract.archive import Archive
from extract.convert import extraction
from extract.convert.extraction import Request, extract
from extract.errors import CorruptDssError
from extract.records import names
from tests.support.model_runs import make_model_run


@pytest.fixture
def request_of(tmp_path):
    make_model_run(tmp_path / "s0105_x.zip", "s0105", series=250, reference=True)
    return Request("s0105", tmp_path / "s0105_x.zip", tmp_path / "s0105_x.csv")


def patched(monkeypatch, change):
    real = extraction.read_monthly

    def read(path):
        return change(real(path)) if path.name == "dv.dss" else real(path)

    monkeypatch.setattr(extraction, "read_monthly", read)


def test_infinite_values_are_missing_and_counted(request_of, tmp_path, monkeypatch):
    def change(series):
        series.values[0, :2] = [np.inf, -np.inf]
        return series

    patched(monkeypatch, change)
    store = Archive(str(tmp_path / "archive"))
    record = extract(dataclasses.replace(request_of, trend_path=None), store, tmp_path / "work")
    assert record.dv.infinite_values == 2
    with store.local_copy(record.files["load_csv"].key).open() as file:
        row = next(iter(csv.DictReader(file)))
    assert row["month_values"].startswith("{NULL,NULL,")
    assert json.loads(row["series_flags"]) == {"infinite_value": 2}


def test_a_series_that_cannot_be_read_refuses_the_run(request_of, tmp_path, monkeypatch):
    def change(series):
        report = dataclasses.replace(series.report, unreadable=["/CALSIM/S_X/STORAGE//1MON/L2020A/: status -1"])
        return dataclasses.replace(series, report=report)

    patched(monkeypatch, change)
    with pytest.raises(CorruptDssError, match="1 series cannot be read, the first is /CALSIM/S_X/"):
        extract(request_of, Archive(str(tmp_path / "archive")), tmp_path / "work")
    (refusal,) = (tmp_path / "archive" / "rejected").iterdir()
    assert json.loads(refusal.read_text())["reason_code"] == "CORRUPT_DSS"


def test_the_receipt_is_deterministic(request_of, tmp_path):
    texts = set()
    for place in ("one", "two"):
        store = Archive(str(tmp_path / place))
        extract(request_of, store, tmp_path / "work")
        texts.add(store.get_text(names.extract_record_key("s0105")))
    assert len(texts) == 1


def test_a_product_that_vanished_is_made_again(request_of, tmp_path):
    store = Archive(str(tmp_path / "archive"))
    first = extract(request_of, store, tmp_path / "work")
    store.remove(first.files["dv_csv"].key)
    assert extract(request_of, store, tmp_path / "work") == first
    assert store.exists(first.files["dv_csv"].key)


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 99}'])
def test_a_receipt_that_cannot_be_read_counts_as_none(request_of, tmp_path, text):
    store = Archive(str(tmp_path / "archive"))
    first = extract(request_of, store, tmp_path / "work")
    store.put_text(names.extract_record_key("s0105"), text)
    assert extract(request_of, store, tmp_path / "work") == first


def test_a_run_without_input_file_is_partial(request_of, tmp_path):
    import zipfile

    path = tmp_path / "s0105_dv_only.zip"
    with zipfile.ZipFile(request_of.zip_path) as whole, zipfile.ZipFile(path, "w") as part:
        (name,) = [n for n in whole.namelist() if n.endswith("_DV.dss")]
        part.writestr(name, whole.read(name))
    record = extract(Request("s0105", path), Archive(str(tmp_path / "archive")), tmp_path / "work")
    assert (record.status, record.sv, record.validation.status) == ("SUCCEEDED_PARTIAL", None, "NOT_CHECKED")
    assert "sv_csv" not in record.files
