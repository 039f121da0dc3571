"""Transient faults of S3 are repeated with pauses; lasting ones end in a clear error that says to try again."""

import random
from hashlib import sha256

import pytest

from extract.storage import s3
from extract.storage.s3 import ATTEMPTS, PART_BYTES, S3AwayError, S3Folder, S3RefusedError
from tests.support.faulty_s3 import faulty


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that would have been made."""
    made = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", made.append)
    return made


@pytest.fixture
def proxy(s3_environment):
    with faulty(s3_environment) as running:
        yield running


@pytest.fixture
def store(proxy, bucket, pauses):
    return S3Folder(f"s3://{bucket}", proxy.address)


def a_file(tmp_path, size):
    content = random.Random(1).randbytes(size)
    (tmp_path / "x").write_bytes(content)
    return tmp_path / "x", sha256(content).hexdigest()


@pytest.mark.parametrize("fault", ["500", "503", "SlowDown", "reset"])
def test_a_transient_fault_is_overcome(store, proxy, pauses, tmp_path, fault):
    file, digest = a_file(tmp_path, 1000)
    proxy.faults, proxy.only = [fault] * (ATTEMPTS - 1), "PUT"
    store.put("x", file, digest)
    assert len(pauses) == ATTEMPTS - 1
    assert sum(method == "PUT" for method, *_ in proxy.seen) == ATTEMPTS
    assert store.local("x").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("500", S3RefusedError, "InternalError"),
        ("SlowDown", S3RefusedError, "SlowDown"),
        ("reset", S3AwayError, "cannot be reached"),
    ],
)
def test_a_lasting_fault_ends_after_all_attempts(store, proxy, pauses, tmp_path, fault, error, words):
    file, digest = a_file(tmp_path, 1000)
    proxy.faults, proxy.only = [fault] * 100, "PUT"
    with pytest.raises(error, match=words) as caught:
        store.put("x", file, digest)
    assert caught.value.retryable
    assert caught.value.exit_code == 3
    assert "try again" in caught.value.remedy
    assert sum(method == "PUT" for method, *_ in proxy.seen) == ATTEMPTS
    assert len(pauses) == ATTEMPTS - 1
    assert max(pauses) <= 20


def test_a_refusal_is_not_repeated(store, proxy, pauses):
    proxy.faults = ["403"] * 100
    with pytest.raises(S3RefusedError, match="AccessDenied"):
        store.write("x", b"1")
    assert pauses == []
    assert len(proxy.seen) == 1


def test_one_part_of_a_large_upload_may_fail(store, proxy, tmp_path):
    file, digest = a_file(tmp_path, 2 * PART_BYTES + 1)
    proxy.faults, proxy.only = ["pass", "reset", "503"], "PUT"
    store.put("x", file, digest)
    assert sum("partNumber=" in path for _, path, _ in proxy.seen) == 3 + 2
    assert sha256(store.local("x").read_bytes()).hexdigest() == digest


def test_a_body_that_breaks_off_is_taken_up_where_it_broke(store, proxy, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(s3.time, "sleep", waited.append)
    file, digest = a_file(tmp_path, 3_000_000)
    store.put("x", file, digest)
    proxy.faults, proxy.only = ["cut", "cut"], "GET"
    with store.open("x") as content:
        assert sha256(content.read()).hexdigest() == digest
    starts = [int(span.removeprefix("bytes=").rstrip("-")) for method, _, span in proxy.seen if method == "GET"]
    assert starts[0] == 0
    assert starts == sorted(starts)
    assert 0 < starts[1] < starts[2] < 3_000_000
    assert len(waited) == 2


def test_a_body_that_never_ends_is_given_up(store, proxy, tmp_path, monkeypatch):
    monkeypatch.setattr(s3.time, "sleep", lambda seconds: None)
    file, digest = a_file(tmp_path, 10)
    store.put("x", file, digest)
    proxy.faults, proxy.only = ["reset"] * 100, "GET"
    with store.open("x") as content, pytest.raises(S3AwayError, match="cannot be reached"):
        content.read()


def test_a_create_whose_answer_was_lost_counts_as_created(store, proxy, bucket):
    """The first request does create it; what comes back is a reset, and the repetition finds the object there."""
    proxy.faults, proxy.only = ["lost"], "PUT"
    assert store.create("x", b"mine")
    assert not store.create("x", b"other")
