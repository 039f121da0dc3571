"""Snapshots: what changes, what stays reachable, who wins, and what the comparison of the archive finds."""

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from extract.archive import Archive, Given, History, repair
from extract.archive.history import PROMOTED, ConcurrentChangeError
from extract.archive.verify import verify
from extract.cli import archive as archive_commands
from extract.cli.archive import differences
from extract.errors import CheckFailedError, RetryableError, UsageError
from extract.pipeline.locks import try_lock
from extract.records import names
from extract.settings import Settings


@pytest.fixture(params=["folder", "s3"])
def archive(request, tmp_path):
    if request.param == "folder":
        return Archive(str(tmp_path / "archive"))
    endpoint = request.getfixturevalue("s3_environment")
    return Archive(f"s3://{request.getfixturevalue('bucket')}/coeqwal", endpoint)


@pytest.fixture
def history(archive):
    return History(archive, "s0105")


def publish(history, **files):
    """Publish texts as files of `run/`; the receipt changes with them."""
    given = {names.run_key("s0105", name): text for name, text in files.items()}
    given[names.ingest_record_key("s0105")] = str(sorted(files.items()))
    return history.publish("promote", given, PROMOTED)


def everything(archive):
    found = {}
    for info in archive.store.files():
        with archive.store.open(info.path) as file:
            found[info.path] = (info.version, sha256(file.read()).hexdigest())
    return found


def changes(history, number):
    listed = differences(history.snapshot(number - 1), history.snapshot(number))
    return [(change, path) for change, path in listed if path.startswith("run/")]


def test_a_new_file(history):
    publish(history, a="1")
    publish(history, a="1", b="2")
    assert changes(history, 2) == [("unchanged", "run/a"), ("new", "run/b")]
    assert history.archive.get_text("scenario/s0105/run/b") == "2"
    assert history.newest().totals.files == 3


def test_an_updated_file_stays_reachable(history):
    first = publish(history, a="1")
    second = publish(history, a="2")
    assert changes(history, 2) == [("updated", "run/a")]
    assert history.archive.get_text("scenario/s0105/run/a") == "2"
    for manifest, text in ((first, "1"), (second, "2")):
        assert history.archive.get_text(names.object_key(manifest.entry("run/a").sha256)) == text
    assert history.as_of(first.created_at) == first
    assert history.as_of(second.created_at - timedelta(microseconds=1)) == first
    assert history.as_of(datetime.now(UTC)) == second
    with pytest.raises(UsageError, match="was not in the archive"):
        history.as_of(first.created_at - timedelta(seconds=1))


def test_a_deleted_file_stays_in_the_earlier_snapshot(history):
    publish(history, a="1", b="2")
    publish(history, a="1")
    assert changes(history, 2) == [("unchanged", "run/a"), ("deleted", "run/b")]
    assert not history.archive.exists("scenario/s0105/run/b")
    assert history.archive.get_text(names.object_key(history.snapshot(1).entry("run/b").sha256)) == "2"
    with pytest.raises(UsageError, match="has no file run/b"):
        history.newest().entry("run/b")


def test_a_renamed_file_is_stored_once(history):
    publish(history, a="1")
    publish(history, b="1")
    assert changes(history, 2) == [("renamed", "run/a -> run/b")]
    assert [info.path for info in history.archive.store.files("scenario/s0105/run/")] == ["scenario/s0105/run/b"]
    one = history.snapshot(1).entry("run/a").sha256
    assert history.snapshot(2).entry("run/b").sha256 == one


def test_unchanged_files_change_no_byte(history):
    made = publish(history, a="1", b="2")
    before = everything(history.archive)
    assert publish(history, a="1", b="2") == made
    assert everything(history.archive) == before


def test_files_of_other_stages_stay(history):
    publish(history, a="1")
    history.publish("extract", {"scenario/s0105/csv/x.csv": "x"}, ("csv/",))
    publish(history, a="2")
    assert [entry.path for entry in history.newest().files] == ["csv/x.csv", "ingest_record.json", "run/a"]
    kept = history.newest().entry("csv/x.csv")
    assert kept.modified == history.snapshot(2).created_at


def test_a_scenario_is_private_until_somebody_decides(history):
    with pytest.raises(UsageError, match="not in the archive"):
        history.set_visibility("public")
    assert publish(history, a="1").visibility == "private"
    assert history.set_visibility("public").snapshot == 2
    assert history.set_visibility("public").snapshot == 2
    assert publish(history, a="2").visibility == "public"
    assert [manifest.visibility for manifest in history.all()] == ["private", "public", "public"]


def test_a_clock_that_was_set_back_keeps_the_order(history, monkeypatch):
    first = publish(history, a="1")

    class Back(datetime):
        @classmethod
        def now(cls, tz=None):
            return first.created_at - timedelta(days=1)

    monkeypatch.setattr("extract.archive.history.datetime", Back)
    assert publish(history, a="2").created_at > first.created_at


def test_of_two_changes_at_once_one_wins_and_the_other_says_so(history, monkeypatch):
    """The second writer looks before the first one has written."""
    publish(history, a="1")
    slow = History(history.archive, "s0105")
    before = slow.newest()
    publish(history, a="2")
    monkeypatch.setattr(slow, "newest", lambda: before)
    with pytest.raises(ConcurrentChangeError, match="somebody else has just changed") as caught:
        publish(slow, a="3")
    assert caught.value.exit_code == 3
    assert history.archive.get_text("scenario/s0105/run/a") == "2"
    assert history.numbers() == [1, 2]


@pytest.mark.parametrize("dies_after", range(5))
def test_a_change_that_was_cut_short_is_finished_by_the_next_one(history, monkeypatch, dies_after):
    """Whatever of the last steps a killed writer did not do is done by whoever comes next."""
    publish(history, a="1", b="1")
    store, calls = history.archive.store, []

    def mortal(name):
        real = getattr(store, name)

        def work(*arguments, **options):
            calls.append(name)
            if len(calls) > dies_after:
                raise KeyboardInterrupt
            return real(*arguments, **options)

        return work

    with monkeypatch.context() as patched:
        for name in ("copy", "remove", "write"):
            patched.setattr(store, name, mortal(name))
        with pytest.raises(KeyboardInterrupt):
            publish(history, a="2", c="2")
    receipt = history.archive.get_text("scenario/s0105/ingest_record.json")
    shown = {i.path.rpartition("/")[2]: i for i in store.files("scenario/s0105/run/")}
    if receipt and "'2'" in receipt:
        assert set(shown) == {"a", "c"}
    publish(history, a="2", c="2")
    assert history.numbers() == [1, 2]
    assert not verify(history.archive).faults
    assert [i.path.rpartition("/")[2] for i in store.files("scenario/s0105/run/")] == ["a", "c"]


def test_whole_archives_have_no_faults(history):
    publish(history, a="1")
    publish(history, a="2")
    audit = verify(history.archive)
    assert (audit.scenarios, audit.snapshots, audit.objects, audit.faults) == (1, 2, 4, ())


def faults(archive, **options):
    return sorted((fault.kind, fault.key) for fault in verify(archive, **options).faults)


def test_a_flipped_byte_is_found(history):
    publish(history, a="one")
    key = names.object_key(history.newest().entry("run/a").sha256)
    history.archive.store.write(key, b"onE")
    assert faults(history.archive) == [("changed", key)]
    assert faults(history.archive, read=False) == []
    history.archive.store.write(key, b"shorter")
    assert faults(history.archive, read=False) == [("changed", key)]


def test_a_flipped_byte_of_what_readers_see_is_found_and_repaired(history):
    publish(history, a="one")
    history.archive.store.write("scenario/s0105/run/a", b"onE")
    assert faults(history.archive) == [("changed", "scenario/s0105/run/a")]
    publish(history, a="one")
    assert faults(history.archive) == []


def test_a_missing_object_is_found_and_repaired_by_its_file(history):
    publish(history, a="one")
    key = names.object_key(history.newest().entry("run/a").sha256)
    history.archive.remove(key)
    assert faults(history.archive) == [("missing", key)]
    publish(history, a="one")
    assert faults(history.archive) == []


def test_what_is_too_much_is_found(history):
    publish(history, a="one")
    stray = names.object_key(sha256(b"stray").hexdigest())
    history.archive.put_text(stray, "stray")
    history.archive.put_text("scenario/s0105/run/by_hand", "x")
    assert faults(history.archive) == [("extra", stray), ("extra", "scenario/s0105/run/by_hand")]


def killed(history, monkeypatch, **files):
    """A change that ends after its objects and before its manifest."""
    with monkeypatch.context() as patch:
        patch.setattr(history.archive.store, "create", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish(history, **files)


def test_what_a_killed_change_left_is_found_and_removed(history, monkeypatch):
    archive = history.archive
    publish(history, a="one")
    before = everything(archive)
    killed(history, monkeypatch, a="one", b="two")
    left = {key for kind, key in faults(archive) if kind == "extra"}
    assert names.object_key(sha256(b"two").hexdigest()) in left
    assert len(left) == 2
    found = repair.orphans(archive)  # a change may be going on
    assert ({info.path for info in found.young}, found.removable) == (left, ())
    found = repair.orphans(archive, timedelta(seconds=-5))
    assert {info.path for info in found.removable} == left
    assert {info.path for info in repair.remove(archive, found.removable)} == left
    assert everything(archive) == before
    assert faults(archive) == []


def test_what_was_named_since_is_not_removed(history, monkeypatch):
    publish(history, a="one")
    killed(history, monkeypatch, a="one", b="two")
    found = repair.orphans(history.archive, timedelta(seconds=-5))
    publish(history, a="one", b="two")
    assert repair.remove(history.archive, found.removable) == []
    assert faults(history.archive) == []


def test_what_a_receipt_names_is_not_removed(history, monkeypatch):
    publish(history, a="one")
    killed(history, monkeypatch, a="one", b="two")
    history.archive.put_text("rejected/x.json", sha256(b"two").hexdigest())
    found = repair.orphans(history.archive, timedelta(seconds=-5))
    assert [info.path for info in found.mentioned] == [names.object_key(sha256(b"two").hexdigest())]
    assert len(found.removable) == 1


def test_earlier_snapshots_keep_their_objects_and_damaged_ones_stop_a_repair(history):
    publish(history, a="one")
    publish(history, a="two")
    assert repair.orphans(history.archive, timedelta(seconds=-5)) == repair.Orphans((), (), ())
    history.archive.put_text(names.snapshot_key("s0105", 1), "{}")
    with pytest.raises(CheckFailedError, match="damaged"):
        repair.orphans(history.archive, timedelta(seconds=-5))


def test_the_command_says_first_what_it_does(history, monkeypatch, tmp_path):
    publish(history, a="one")
    killed(history, monkeypatch, a="one", b="two")
    monkeypatch.setattr(archive_commands.Archive, "of", lambda _: history.archive)
    monkeypatch.setattr(archive_commands, "settings", lambda: Settings(data_dir=tmp_path / "data"))
    monkeypatch.setattr(repair, "datetime", SimpleNamespace(now=lambda zone: datetime.now(zone) + timedelta(hours=1)))
    call = CliRunner().invoke
    assert "left alone, younger than 24 hours" in call(archive_commands.app, ["repair"]).output
    dry = call(archive_commands.app, ["repair", "--dry-run", "--older-than-hours", "0"]).output
    assert "no manifest or receipt names 2 objects" in dry
    assert dry.count("would remove") == 2
    assert len(faults(history.archive)) == 2
    with try_lock(tmp_path / "data", "s0105"):
        assert isinstance(call(archive_commands.app, ["repair", "--older-than-hours", "0"]).exception, RetryableError)
    assert len(faults(history.archive)) == 2
    done = call(archive_commands.app, ["repair", "--older-than-hours", "0"]).output.splitlines()
    assert (done[1].split(":")[0].strip(), done[-1].split(",")[0]) == ("to be removed", "removed 2 objects")
    assert faults(history.archive) == []


def test_damaged_manifests_are_found(history):
    publish(history, a="one")
    publish(history, a="two")
    history.archive.put_text(names.latest_snapshot_key("s0105"), "{}")
    assert faults(history.archive) == [("changed", names.latest_snapshot_key("s0105"))]
    history.archive.put_text(names.snapshot_key("s0105", 1), "{")
    assert ("damaged manifest", names.snapshot_key("s0105", 1)) in faults(history.archive)
    with pytest.raises(CheckFailedError, match="is damaged"):
        history.snapshot(1)


def test_keys_of_other_scenarios_are_not_taken(history, tmp_path):
    file = tmp_path / "x"
    file.write_text("x")
    with pytest.raises(ValueError, match="not a key of s0105"):
        history.publish("promote", {"scenario/s0106/run/x": Given(file, "0" * 64)}, PROMOTED)


def test_a_folder_holds_each_content_once(tmp_path):
    history = History(Archive(str(tmp_path)), "s0105")
    made = publish(history, a="1")
    object_file = Path(tmp_path, names.object_key(made.entry("run/a").sha256))
    assert os.path.samefile(object_file, tmp_path / "scenario/s0105/run/a")
