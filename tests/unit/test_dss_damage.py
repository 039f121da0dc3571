"""Whatever is wrong with a file, the answer is a typed error or a right read: no crash, no hang, no flood.

A format without checksums cannot show that a data value was changed. Everything else is either caught or
without effect, and that is what these tests hold the readers to.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from extract.dss import MonthlySeries, read_monthly
from extract.dss.layout6 import Layout6
from extract.dss.reader import load_layout
from extract.errors import CorruptDssError, DssError, NotDssError, UnsupportedDssError

ROOT = Path(__file__).resolve().parents[2]


def refused_or_right(file: Path, good: MonthlySeries, changed_values: int) -> str:
    """Read a damaged copy: the name of the error, or `read` if no more than so many values differ."""
    try:
        read = read_monthly(file, timeout=20)
    except DssError as error:
        return type(error).__name__
    if read.report.unreadable:  # by heclib, and the extraction takes a run whole or not at all
        return "unreadable"
    assert sorted(read.parts) == sorted(good.parts)
    order = [read.parts.index(parts) for parts in good.parts]
    values = read.values[order]
    differing = (values != good.values) & ~(np.isnan(values) & np.isnan(good.values))
    assert differing.sum() <= changed_values
    texts = [[text[i] for i in order] for text in (read.units, read.types)]
    assert texts == [good.units, good.types] or read.report.unit_conflicts > good.report.unit_conflicts
    return "read"


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", NotDssError, "is empty"),
        (b"Dear reader,\nthis is a text.\n" * 100, NotDssError, "does not begin with ZDSS"),
        (bytes(200_000), NotDssError, "does not begin with ZDSS"),
        (b"ZDSS" + bytes(296), CorruptDssError, "truncated"),
        (b"ZDSS" + b"\xff" * 2000, UnsupportedDssError, "neither 6 nor 7"),
        (b"ZDSS" + bytes(12) + b"6-YO" + bytes(5000), CorruptDssError, "makes no sense"),
        (b"ZDSS" + bytes(12) + b"7-IV" + bytes(5000), CorruptDssError, "makes no sense"),
        (b"ZDSS" + bytes(12) + b"6-YO" + b"\x7f" * 5000, CorruptDssError, "truncated"),
        (b"ZDSS" + bytes(12) + b"7-IV" + b"\x7f" * 5000, CorruptDssError, "truncated"),
    ],
)
def test_other_contents(tmp_path, content, error, says):
    file = tmp_path / "x.dss"
    file.write_bytes(content)
    with pytest.raises(error, match=says) as caught:
        read_monthly(file)
    assert type(caught.value) is error
    assert str(file) in caught.value.message
    assert caught.value.remedy
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_zip_named_dss(tmp_path):
    file = tmp_path / "x.dss"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "text" * 1000)
    with pytest.raises(NotDssError, match="does not begin"):
        read_monthly(file)


def test_what_is_not_a_file(tmp_path):
    with pytest.raises(NotDssError, match="is a folder"):
        read_monthly(tmp_path)
    with pytest.raises(NotDssError, match="no such file"):
        read_monthly(tmp_path / "missing.dss")
    assert not (tmp_path / "missing.dss").exists()
    os.mkfifo(tmp_path / "fifo.dss")
    with pytest.raises(NotDssError, match="not a regular file"):
        read_monthly(tmp_path / "fifo.dss")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.dss"))
        with pytest.raises(NotDssError, match="not a regular file"):
            read_monthly(tmp_path / "s.dss")
    (tmp_path / "loop.dss").symlink_to(tmp_path / "loop.dss")
    with pytest.raises(DssError, match="cannot be opened"):
        read_monthly(tmp_path / "loop.dss")


def test_file_without_permission(tmp_path, monkeypatch):
    """The error of the system is what counts; the tests may run as root, who may read everything."""
    file = tmp_path / "x.dss"
    file.write_bytes(b"ZDSS")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(DssError, match="Permission denied"):
        read_monthly(file)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated(plain_file, tmp_path, share):
    content = plain_file.read_bytes()
    file = tmp_path / "x.dss"
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(CorruptDssError, match="truncated"):
        read_monthly(file)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.75])
def test_zeros_inside(plain_file, tmp_path, place):
    content = bytearray(plain_file.read_bytes())
    start = int(place * len(content))
    content[start : start + 200_000] = bytes(200_000)
    file = tmp_path / "x.dss"
    file.write_bytes(content)
    with pytest.raises(CorruptDssError):
        read_monthly(file)


def test_overwritten_pathname_is_not_another_series(plain_file, tmp_path):
    """The name is there twice, in the catalogue and in the record; a change of one of them is damage."""
    content = plain_file.read_bytes()
    file = tmp_path / "x.dss"
    file.write_bytes(content.replace(b"C_AAA042", b"C_AAA142", 1))
    with pytest.raises(CorruptDssError, match="pathname"):
        read_monthly(file)


@pytest.mark.parametrize("seed", range(6))
def test_200_random_bytes_changed(plain_file, tmp_path, seed):
    good = read_monthly(plain_file)
    content = np.fromfile(plain_file, np.uint8)
    rng = np.random.default_rng(seed)
    content[rng.integers(0, len(content), 200)] = rng.integers(0, 256, 200)
    file = tmp_path / "x.dss"
    content.tofile(file)
    refused_or_right(file, good, 200)


def test_each_byte_of_a_record_header(plain_file, tmp_path):
    """A changed header byte is caught, or harmless, or changes what one block's stored values stand for."""
    good = read_monthly(plain_file)
    content = np.fromfile(plain_file, np.uint8)
    with open(plain_file, "rb", buffering=0) as opened:
        layout = load_layout(opened)
    rng = np.random.default_rng(5)
    outcomes = []
    for record in rng.integers(0, len(layout.paths), 150).tolist():
        if isinstance(layout, Layout6):
            word = layout.infos[record] + int(rng.integers(0, layout.path_words[record] + 33))
            position = word // 127 * 512 + word % 127 * 4 + int(rng.integers(0, 4))
        else:
            position = 8 * (layout.infos[record] + int(rng.integers(0, 30 + 8 + 13))) + int(rng.integers(0, 8))
        damaged = content.copy()
        damaged[position] ^= int(rng.integers(1, 256))
        file = tmp_path / "x.dss"
        damaged.tofile(file)
        outcomes.append(refused_or_right(file, good, 120))
    assert outcomes.count("CorruptDssError") > 30
    assert outcomes.count("read") > 30


FUZZ = """
import json, resource, signal, sys
from pathlib import Path
import numpy as np
from extract.dss.reader import read_with_numpy
from extract.errors import CoeqwalError

file, header_bytes, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
window = ((1921, 10), (2021, 9))
content = np.fromfile(file, np.uint8)
good = read_with_numpy(file, window).values
limit = 2**20 * 1024
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
outcomes = []
for seed in range(150):
    rng = np.random.default_rng([9, seed])
    damaged = content.copy()
    if seed % 3 == 0:
        damaged[rng.integers(4, header_bytes)] = rng.integers(0, 256)
    elif seed % 3 == 1:
        places = rng.integers(20, header_bytes, 12)
        damaged[places] = rng.integers(0, 256, 12)
    else:
        place = 4 * int(rng.integers(5, header_bytes // 4))
        value = rng.choice([0, 1, -1, 2**31 - 1, -(2**31), 127, 4095])
        damaged[place : place + 4] = np.array([value], "<i4").view(np.uint8)
    target = folder / "fuzz.dss"
    damaged.tofile(target)
    signal.alarm(20)
    try:
        values = read_with_numpy(target, window).values
        outcomes.append("read" if np.array_equal(values, good, equal_nan=True) else "WRONG")
    except CoeqwalError as error:
        outcomes.append(type(error).__name__)
    signal.alarm(0)
print(json.dumps(outcomes))
"""


def test_150_damaged_file_headers_within_limits_of_time_and_memory(plain_file, version, tmp_path):
    header_bytes = 84 if version == 6 else 216
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, str(plain_file), str(header_bytes), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout)
    assert len(outcomes) == 150
    assert set(outcomes) <= {"read", "CorruptDssError", "NotDssError", "UnsupportedDssError"}
    assert outcomes.count("CorruptDssError") > 20


def test_circle_of_bin_blocks_ends(plain_file, version, tmp_path):
    """The address of the next block of pathname bins, turned back to the first block."""
    words = np.fromfile(plain_file, "<i4" if version == 6 else "<i8")
    if version == 6:
        used = np.flatnonzero(np.arange(len(words)) % 128 != 127)
        last = used[int(words[19]) - 2 + int(words[16]) * int(words[18])]
        words[last] = words[19]
    else:
        # Version 7 stops at the first empty bin, so the first block has to look full.
        first, size, bins = int(words[24]), int(words[23]), int(words[21])
        starts = first + size * np.arange(bins)
        words[starts[words[starts] == 0]] = 1
        words[first + bins * size] = first
    file = tmp_path / "x.dss"
    words.tofile(file)
    with pytest.raises(CorruptDssError, match="circle"):
        read_monthly(file)
