"""A folder and an S3 prefix keep the same promises as a store."""

import os
import time
import urllib.request
from hashlib import sha256

import boto3
import pytest

from extract.errors import RetryableError, UsageError
from extract.storage.folder import INCOMING, LEFT_BEHIND_SECONDS, Folder
from extract.storage.s3 import PART_BYTES, S3Folder


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "store")
    endpoint = request.getfixturevalue("s3_environment")
    return S3Folder(f"s3://{request.getfixturevalue('bucket')}/some/prefix", endpoint)


def a_file(folder, content=b"content"):
    path = folder / sha256(content).hexdigest()[:8]
    path.write_bytes(content)
    return path, sha256(content).hexdigest()


def test_files_are_listed_sorted_below_a_prefix(store):
    for path in ("b/2", "a/1", "b/1", "bb"):
        store.write(path, b"x")
    assert [info.path for info in store.files()] == ["a/1", "b/1", "b/2", "bb"]
    assert [info.path for info in store.files("b/")] == ["b/1", "b/2"]
    assert list(store.files("c/")) == []


def test_only_the_first_creates(store):
    assert store.create("x", b"one")
    assert not store.create("x", b"two")
    with store.open("x") as file:
        assert file.read() == b"one"


def test_reading_on_from_the_middle(store):
    content = bytes(range(256)) * 4000
    store.write("x", content)
    with store.open("x") as file:
        assert file.read(3) == content[:3]
        file.seek(500_000)
        assert file.read(1000) == content[500_000:501_000]
        file.seek(-5, os.SEEK_END)
        assert file.read() == content[-5:]


def test_a_copy_is_known_as_one_until_it_changes(store, tmp_path):
    file, digest = a_file(tmp_path)
    store.put("one", file, digest)
    store.copy("one", "two")
    assert store.is_copy("one", "two")
    assert not store.is_copy("one", "absent")
    assert not store.is_copy("absent", "two")
    store.write("two", b"CONTENT")
    assert not store.is_copy("one", "two")
    with store.open("one") as original:
        assert original.read() == b"content"


def test_the_version_changes_with_the_content(store):
    store.write("x", b"one")
    before = store.stat("x")
    store.write("x", b"two")
    assert before.version != store.stat("x").version


def test_a_folder_stores_what_it_is_given_without_a_second_copy(tmp_path):
    file, digest = a_file(tmp_path)
    store = Folder(tmp_path / "store")
    store.put("x", file, digest, move=True)
    store.copy("x", "y")
    assert len({os.stat(path).st_ino for path in (file, tmp_path / "store/x", tmp_path / "store/y")}) == 1
    store.put("z", file, digest)
    assert (tmp_path / "store/z").stat().st_ino != file.stat().st_ino
    assert (tmp_path / "store/z").stat().st_mode & 0o222 == 0


def test_a_file_system_without_hard_links(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(1, "Operation not permitted")

    file, digest = a_file(tmp_path)
    store = Folder(tmp_path / "store")
    monkeypatch.setattr(os, "link", refuse)
    store.put("x", file, digest, move=True)
    store.copy("x", "y")
    assert store.is_copy("x", "y")
    assert (tmp_path / "store/y").read_bytes() == b"content"
    assert store.create("z", b"1")
    assert not store.create("z", b"2")


def test_what_a_killed_process_left_goes_after_a_day(tmp_path):
    store = Folder(tmp_path)
    incoming = tmp_path / INCOMING
    incoming.mkdir()
    now = int(time.time())
    for age in (LEFT_BEHIND_SECONDS + 60, 60):
        (incoming / f"{now - age}-x").write_text("half")
    store.write("x", b"1")
    assert [path.name for path in incoming.iterdir()] == [f"{now - 60}-x"]
    assert [info.path for info in store.files()] == ["x"]


def test_a_large_file_goes_to_s3_in_parts(s3_environment, bucket, tmp_path):
    file, digest = a_file(tmp_path, b"0123456789abcdef" * (PART_BYTES // 16) + b"end")
    store = S3Folder(f"s3://{bucket}", s3_environment)
    store.put("large", file, digest)
    tag = boto3.client("s3").head_object(Bucket=bucket, Key="large")["ETag"].strip('"')
    assert tag.endswith("-2")
    assert sha256(store.local("large").read_bytes()).hexdigest() == digest
    store.copy("large", "copy")
    assert store.is_copy("large", "copy")


def test_an_address_for_everybody_for_a_while(s3_environment, bucket):
    store = S3Folder(f"s3://{bucket}/p", s3_environment, "us-west-2")
    store.write("x", b"content")
    url = store.url("x", 60, "x.csv")
    assert "X-Amz-Expires=60" in url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"content"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'


@pytest.mark.parametrize("address", ["s3://", "s3://KEY:SECRETWORD@bucket/x"])
def test_addresses_that_are_none(address):
    with pytest.raises(UsageError) as caught:
        S3Folder(address)
    assert "SECRETWORD" not in str(caught.value)


def test_a_file_that_changes_on_its_way_in_is_not_stored(tmp_path):
    file, digest = a_file(tmp_path)
    file.write_bytes(b"other content")
    with pytest.raises(RetryableError, match="was changed while it was stored"):
        Folder(tmp_path / "store").put("x", file, digest)
    assert list(Folder(tmp_path / "store").files()) == []
