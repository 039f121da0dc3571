"""Hundreds of damaged and hostile inputs with fixed seeds: each is refused with a code and a receipt, or harmless.

Harmless is a change that no reader can see, as the format has no checksums: the run is then taken whole. Nothing
may crash, hang, or leave a file outside the archive.
"""

import json
import random
import signal
import struct
import tempfile
import zipfile
from collections import Counter

import pytest

from extract.archive import Archive
from extract.convert.extraction import Request, extract, finished
from extract.errors import CoeqwalError
from extract.intake.promote import given_by_hand, promote
from extract.records import names
from extract.storage.hashing import file_sha256
from tests.support.model_runs import make_model_run

SECONDS = 60
SEEDS = 13
VARIABLES = [("dv", f"S_{name}", "STORAGE", "TAF") for name in ("SHSTA", "OROVL", "FOLSM")]
EXTREMES = (0, 1, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
RECORDS = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07")


def flipped(raw, rng, count):
    for position in rng.sample(range(len(raw)), min(count, len(raw))):
        raw[position] ^= rng.randrange(1, 256)
    return raw


def cut(raw, rng):
    return raw[: rng.randrange(len(raw))]


def block_lost(raw, rng):
    start = rng.randrange(len(raw))
    return raw[:start] + raw[start + rng.randrange(1, 5000) :]


def block_twice(raw, rng):
    start = rng.randrange(len(raw))
    return raw[:start] + raw[start : start + 3000] + raw[start:]


def blanked(raw, rng):
    start, value = rng.randrange(len(raw)), rng.choice((0, 0xFF, 0x7F))
    length = min(rng.randrange(100, 50_000), len(raw) - start)
    raw[start : start + length] = bytes([value]) * length
    return raw


def header_field(raw, rng):
    """An extreme number in one field of a ZIP's directory or of a local header."""
    places = [p for mark in RECORDS for p in find_all(raw, mark)]
    place = rng.choice(places) + rng.randrange(4, 46)
    form = rng.choice(("<H", "<I"))
    if place + 4 <= len(raw):
        limit = 0xFFFF if form == "<H" else 0xFFFFFFFF
        struct.pack_into(form, raw, place, rng.choice(EXTREMES) & limit)
    return raw


def find_all(raw, mark):
    place = raw.find(mark)
    while place >= 0:
        yield place
        place = raw.find(mark, place + 1)


def dss_word(raw, rng):
    """Extreme numbers in words of the first blocks, where header and catalogue are."""
    for _ in range(rng.randrange(1, 8)):
        place = rng.randrange(0, min(len(raw), 40_000) - 8) & ~3
        struct.pack_into("<I", raw, place, rng.choice(EXTREMES))
    return raw


def noise(raw, rng):
    return bytearray(rng.randbytes(rng.randrange(0, 20_000)))


def noise_behind_the_mark(raw, rng):
    return raw[: rng.choice((4, 16, 400))] + rng.randbytes(rng.randrange(2000, 20_000))


ZIP_CHANGES = {"flips": lambda r, g: flipped(r, g, g.choice((20, 200, 2000))), "cut": cut, "lost": block_lost,
               "twice": block_twice, "blank": blanked, "field": header_field, "noise": noise}  # fmt: skip
DSS_CHANGES = {"flips": lambda r, g: flipped(r, g, g.choice((200, 2000, 20_000))), "cut": cut, "lost": block_lost,
               "twice": block_twice, "blank": blanked, "word": dss_word, "noise": noise,
               "mark": noise_behind_the_mark}  # fmt: skip


def packed(path, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("run/DSS/output/x_DV.dss", bytes(content))


@pytest.fixture(scope="module", params=[6, 7], ids=["v6", "v7"])
def good(request, tmp_path_factory):
    """The bytes of a small valid run, as a ZIP and as its DV file."""
    path = tmp_path_factory.mktemp("good") / "s0105_x.zip"
    make_model_run(path, "s0105", series=3, variables=VARIABLES, dss_version=request.param)
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("_DV.dss")]
        dv = archive.read(name)
    packed(path, dv)
    return path.read_bytes(), dv


def hostile(good, path):
    """Write one input after the other to the path; gives what was done."""
    whole, dv = good
    for seed in range(SEEDS):
        for name, change in ZIP_CHANGES.items():
            path.write_bytes(change(bytearray(whole), random.Random(f"zip/{name}/{seed}")))
            yield f"zip/{name}/{seed}"
    for seed in range(SEEDS):
        for name, change in DSS_CHANGES.items():
            packed(path, change(bytearray(dv), random.Random(f"dss/{name}/{seed}")))
            yield f"dss/{name}/{seed}"


def too_long(signum, frame):
    raise AssertionError(f"an input took more than {SECONDS} s")


def taken_or_refused(archive, path, work_dir):
    """Bring an input in within the time limit; gives the refusal, if it is one."""
    signal.alarm(SECONDS)
    try:
        record, _ = promote(given_by_hand("s0105", path, None), archive)
        done = extract(Request("s0105", path, None, record), archive, work_dir)
    except CoeqwalError as error:
        return error
    finally:
        signal.alarm(0)
    assert finished(archive, "s0105") == done
    return None


def test_hostile_inputs_are_refused_or_harmless(good, tmp_path, monkeypatch):
    inbox, temporary = tmp_path / "inbox", tmp_path / "tmp"
    inbox.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    signal.signal(signal.SIGALRM, too_long)
    archive, path = Archive(str(tmp_path / "archive")), inbox / "s0105_x.zip"
    outcomes = Counter()
    for what in hostile(good, path):
        refused = taken_or_refused(archive, path, tmp_path / "work")
        if refused is None:
            outcomes["taken"] += 1
        else:
            assert not refused.retryable, f"{what}: {refused}"
            assert refused.exit_code == 4, f"{what}: {refused}"
            receipt = json.loads(archive.get_text(names.rejected_key(path.name, file_sha256(path))))
            assert receipt["reason_code"] == refused.code, what
            assert receipt["message"], what
            assert receipt["remedy"], what
            outcomes[refused.code] += 1
        assert sorted(p.name for p in tmp_path.iterdir() if p.name != "archive") == ["inbox", "tmp"], what
        assert list(inbox.iterdir()) == [path], what
        assert not list(temporary.iterdir()), what
    assert outcomes.total() == SEEDS * (len(ZIP_CHANGES) + len(DSS_CHANGES))
    assert outcomes.total() - outcomes["taken"] >= 150, outcomes
    assert len(outcomes) >= 6, outcomes
