"""Files that the main reader declines go to heclib, in a child process that cannot harm the caller."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from extract.dss import heclib_process, read_monthly
from extract.errors import CorruptDssError, DiskFullError, DssError, UnsupportedDssError


@pytest.fixture
def declined(make_dss, plain_values, tmp_path) -> Path:
    """A version 7 file that claims to be older than 7-HA; heclib does not mind."""
    series = [(f"/CALSIM/C_X{i}/CHANNEL//1MON/L2020A/", "31OCT1921", row) for i, row in enumerate(plain_values[:9])]
    content = bytearray(make_dss(7, series).read_bytes())
    assert content[16:20] == b"7-IV"
    content[16:20] = b"7-GS"
    file = tmp_path / "old.dss"
    file.write_bytes(content)
    return file


def child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(heclib_process, "COMMAND", (sys.executable, "-c", code))


def test_declined_file_is_read_by_heclib(declined, plain_values, row_of):
    before = declined.read_bytes()
    read = read_monthly(declined)
    assert read.report.read_by == "heclib"
    assert (read.report.dss_version, read.report.file_version, read.report.records) == (7, "7-GS", 99)
    for i in range(9):
        np.testing.assert_array_equal(row_of(read, f"C_X{i}"), plain_values[i])
    assert declined.read_bytes() == before
    assert list(declined.parent.iterdir()) == [declined]


def test_child_that_hangs_is_killed_at_the_time_limit(declined, monkeypatch):
    child(monkeypatch, "import time; time.sleep(600)")
    began = time.monotonic()
    with pytest.raises(UnsupportedDssError, match=r"older than 7-HA, and heclib did not finish within 0\.5 s"):
        read_monthly(declined, timeout=0.5)
    assert time.monotonic() - began < 10
    assert not [p for p in psutil.Process().children(recursive=True) if "sleep(600)" in " ".join(p.cmdline())]


def test_child_that_crashes(declined, monkeypatch):
    child(monkeypatch, "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(CorruptDssError, match="failed with signal SIGSEGV"):
        read_monthly(declined)


def test_child_that_exits(declined, monkeypatch):
    child(monkeypatch, "import sys; print('no idea', file=sys.stderr); sys.exit(2)")
    with pytest.raises(CorruptDssError, match="failed with exit status 2: no idea"):
        read_monthly(declined)


def test_child_that_says_nothing(declined, monkeypatch):
    """Exit status 0 without a result is a failure too."""
    child(monkeypatch, "pass")
    with pytest.raises(DssError, match="left no result"):
        read_monthly(declined)


def test_heclib_that_refuses(tmp_path):
    file = tmp_path / "x.dss"
    file.write_bytes(b"ZDSS" + bytes(12) + b"5-AA" + bytes(5000))
    with pytest.raises(UnsupportedDssError, match="neither 6 nor 7, and heclib refused it"):
        read_monthly(file)


RESULT = """
import json, pathlib, sys
import numpy as np
job = pathlib.Path(sys.argv[2])
result = dict(parts=["A1CEF", "A2CEF"], units=["CFS", ""], types=["PER-AVER", ""], unreadable={unreadable},
              blocks_read={blocks_read}, dss_version=7, records=2, other_time_steps={{}}, time_offsets=0,
              finite_outside_window=0, missing_values=1200, unit_conflicts=0, conflicts=[], flags=[])
np.savez(job / "values.npz", values=np.zeros((2, 1200)), spans=np.zeros((2, 2), int))
(job / "result.json").write_text(json.dumps(result))
"""


def test_series_that_heclib_cannot_read_are_named(declined, monkeypatch):
    child(monkeypatch, RESULT.format(unreadable=["/A/2/C//E/F/: heclib status -1"], blocks_read=1))
    read = read_monthly(declined)
    assert read.report.unreadable == ["/A/2/C//E/F/: heclib status -1"]
    assert [parts.b for parts in read.parts] == ["1", "2"]


def test_file_of_which_heclib_can_read_nothing_is_damaged(declined, monkeypatch):
    child(
        monkeypatch,
        RESULT.format(unreadable=["/A/1/C//E/F/: heclib status -1", "/A/2/C//E/F/: status -1"], blocks_read=0),
    )
    with pytest.raises(CorruptDssError, match="can read none of them, first /A/1/C//E/F/"):
        read_monthly(declined)


def test_damage_is_found_before_heclib_is_asked(declined):
    """heclib takes the unknown type of this record for granted and returns wrong values."""
    content = bytearray(declined.read_bytes())
    words = np.frombuffer(content, "<i8")
    info = int(np.flatnonzero(words == -97534)[0])
    words[info + 4] = (words[info + 4] >> 32 << 32) | 999
    declined.write_bytes(content)
    with pytest.raises(CorruptDssError, match="impossible type"):
        read_monthly(declined)


def test_no_space_for_the_copy(declined, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(heclib_process, "_copy", full)
    with pytest.raises(DiskFullError, match="No space left"):
        read_monthly(declined)


def test_works_from_any_folder_and_leaves_nothing_behind(declined, monkeypatch, tmp_path_factory):
    temporary = tmp_path_factory.mktemp("tmp")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert read_monthly(Path(os.path.relpath(declined))).report.read_by == "heclib"
    assert not list(temporary.iterdir())


WRITE_6 = """
import ctypes, sys
from pathlib import Path
import numpy as np
from extract.dss.heclib import HeclibFile, library

packing, flags, double = (int(a) for a in sys.argv[2:5])
integer = lambda value=0: ctypes.byref(ctypes.c_int(value))
values = np.round(np.random.default_rng(1).normal(100, 30, 1200), 1)
values[100:300], values[301] = 0, -901
singles, quality = values.astype("f4"), np.arange(1200, dtype="i4")
pointer = lambda array: ctypes.c_void_p(array.ctypes.data)
path, status = b"/A/B/FLOW//1MON/F/", ctypes.c_int(-99)
with HeclibFile(Path(sys.argv[1]), 6) as file:
    library().zsrtsi6_(
        file._table, path, b"31OCT1921", b"2400", integer(1200), integer(double), pointer(singles),
        pointer(values), pointer(quality), integer(flags), b"CFS     ", b"PER-AVER", integer(), integer(0),
        (ctypes.c_double * 3)(), integer(0), (ctypes.c_int * 10)(), integer(0), integer(0), integer(packing),
        ctypes.byref(ctypes.c_float(0)), integer(0), integer(0), integer(1), ctypes.byref(status),
        *(ctypes.c_size_t(n) for n in (len(path), 9, 4, 8, 8)),
    )
np.save(sys.argv[1] + ".npy", np.where(values == -901, np.nan, values if double else singles))
sys.exit(status.value)
"""


@pytest.mark.parametrize(
    ("packing", "flags", "double", "reader"),
    [(0, 1, 0, "numpy"), (0, 1, 1, "heclib"), (1, 0, 0, "heclib"), (0, 0, 1, "numpy")],
    ids=["float_quality", "double_quality", "compressed", "plain"],
)
def test_forms_of_version_6_that_calsim_does_not_write(tmp_path, packing, flags, double, reader):
    file = tmp_path / "x.dss"
    arguments = [str(file), str(packing), str(flags), str(double)]
    root = Path(heclib_process.__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", WRITE_6, *arguments], check=True, cwd=root, capture_output=True)
    read = read_monthly(file)
    assert read.report.read_by == reader
    np.testing.assert_array_equal(read.values[0], np.load(f"{file}.npy"))
    assert (read.units, read.types) == (["CFS"], ["PER-AVER"])
