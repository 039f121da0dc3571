"""Every public CalSim file at hand: each is read like heclib does, bit for bit."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from extract.dss import MonthlySeries, read_monthly
from extract.dss.heclib_process import read_with_heclib

WINDOW = ((1921, 10), (2021, 9))

DECLINED = {"CalSim2_PostProc": "7-GS"}
"""Files that the main reader leaves to heclib, and their version: the layout of the units is an older one."""

WITHOUT_MONTHLY = {"sample7"}
"""Files that hold no monthly series."""


def compare(path: Path) -> MonthlySeries:
    read, oracle = read_monthly(path), read_with_heclib(path, WINDOW, 100, "test")
    assert not read.report.unreadable
    assert not oracle.report.unreadable
    place = {parts: i for i, parts in enumerate(oracle.parts)}
    assert len(place) == len(oracle.parts) == len(read.parts)
    order = [place[parts] for parts in read.parts]
    bits, expected = read.values.view(np.int64), oracle.values[order].view(np.int64)
    there = np.isfinite(read.values)
    np.testing.assert_array_equal(there, np.isfinite(oracle.values[order]))
    np.testing.assert_array_equal(bits[there], expected[there])
    assert read.units == [oracle.units[i] for i in order]
    assert read.types == [oracle.types[i] for i in order]
    assert read.report.finite_outside_window == oracle.report.finite_outside_window
    assert read.report.other_time_steps == oracle.report.other_time_steps
    return read


@pytest.mark.real_data
def test_public_files(real_data):
    files = sorted((real_data / "dss").glob("*.dss"))
    assert len(files) >= 8
    for path in files:
        name = path.name.split("__")[1]
        read = compare(path)
        if name in DECLINED:
            assert (read.report.read_by, read.report.file_version) == ("heclib", DECLINED[name])
        else:
            assert read.report.read_by == "numpy", path.name
        assert (len(read.parts) == 0) == (name in WITHOUT_MONTHLY)


@pytest.mark.real_data
def test_model_run_of_real_series(real_data, tmp_path):
    """Known statistics of Shasta storage: April mean 4029.5024, September mean 2881.4383 TAF."""
    with zipfile.ZipFile(next((real_data / "runs").glob("s9001*.zip"))) as archive:
        archive.extractall(tmp_path)
    output = compare(next(tmp_path.rglob("*_DV.dss")))
    source = compare(next(tmp_path.rglob("*_SV.dss")))
    assert (len(output.parts), len(source.parts)) == (354, 202)
    shasta = output.values[[p.b for p in output.parts].index("S_SHSTA")].reshape(100, 12)
    assert shasta[:, 6].mean() == pytest.approx(4029.5024, abs=5e-5)
    assert shasta[:, 11].mean() == pytest.approx(2881.4383, abs=5e-5)
