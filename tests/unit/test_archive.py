"""The archive behaves the same on a folder and over the S3 protocol."""

import pytest

from extract.archive import Archive
from extract.errors import RetryableError


@pytest.fixture(params=["folder", "s3"])
def archive(request, tmp_path):
    if request.param == "folder":
        return Archive(str(tmp_path / "archive"))
    endpoint = request.getfixturevalue("s3_environment")
    return Archive(f"s3://{request.getfixturevalue('bucket')}/coeqwal", endpoint)


def test_what_was_put_is_there(archive, tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"a,b\n" * 1000)
    archive.put_file("scenario/s0105/csv/x.csv", file)
    archive.put_text("scenario/s0105/extract_record.json", "{}")
    assert archive.local_copy("scenario/s0105/csv/x.csv").read_bytes() == file.read_bytes()
    assert archive.get_text("scenario/s0105/extract_record.json") == "{}"
    assert archive.exists("scenario/s0105/csv/x.csv")
    assert archive.uri("a/b").endswith("a/b")


def test_putting_again_replaces(archive):
    archive.put_text("key", "one")
    archive.put_text("key", "two")
    assert archive.get_text("key") == "two"


def test_what_is_not_there(archive):
    assert archive.get_text("absent") is None
    assert not archive.exists("absent")
    archive.remove("absent")


def test_removal(archive):
    archive.put_text("key", "one")
    archive.remove("key")
    assert not archive.exists("key")


def test_a_bucket_that_is_not_there_is_retryable(s3_environment):
    with pytest.raises(RetryableError, match="s3://nowhere"):
        Archive("s3://nowhere/x", s3_environment).put_text("key", "one")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RetryableError, match=r"file/archive"):
        Archive(str(tmp_path / "file" / "archive")).put_text("key", "one")
