"""DSS files made for the tests, and a comparison of two reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from extract.dss import MonthlySeries
from extract.dss.heclib_process import RecordToWrite, write_dss

Series = tuple[str, str, npt.NDArray[np.floating]]
MakeDss = Callable[..., Path]
FindRow = Callable[[MonthlySeries, str], npt.NDArray[np.float64]]


@pytest.fixture(scope="session")
def make_dss(tmp_path_factory: pytest.TempPathFactory) -> MakeDss:
    """Call it with a version and series (pathname, day of the first value, values) for a new DSS file."""

    def make(version: int, series: Sequence[Series], units: Sequence[str] | None = None) -> Path:
        columns = max((len(values) for _, _, values in series), default=1)
        table = np.zeros((len(series), columns))
        records = []
        for row, (path, day, values) in enumerate(series):
            table[row, : len(values)] = values
            unit = units[row] if units else "CFS"
            single = values.dtype == np.float32
            records.append(RecordToWrite(path, day, unit, "PER-AVER", row, 0, len(values), single))
        file = tmp_path_factory.mktemp("dss") / f"v{version}.dss"
        write_dss(file, version, records, table)
        return file

    return make


@pytest.fixture(scope="session", params=[6, 7], ids=["v6", "v7"])
def version(request: pytest.FixtureRequest) -> int:
    """Both DSS versions in turn."""
    return int(request.param)


@pytest.fixture(scope="session")
def plain_values() -> npt.NDArray[np.float64]:
    """120 series of 1,200 months: noise, some with repeats, one constant, one all but zero."""
    values = np.random.default_rng(20).normal(1000, 300, (120, 1200))
    values[::5] = np.repeat(values[::5, ::4], 4, axis=1)
    values[1], values[2, 3:] = 2.5, 0.0
    return values


@pytest.fixture(scope="session")
def plain_file(version: int, make_dss: MakeDss, plain_values: npt.NDArray[np.float64]) -> Path:
    """A file of the plain values, C_AAA000 to C_AAA119; every seventh stored as floats."""
    return make_dss(
        version,
        [
            (f"/CALSIM/C_AAA{i:03d}/CHANNEL//1MON/L2020A/", "31OCT1921", row.astype("f4") if i % 7 == 6 else row)
            for i, row in enumerate(plain_values)
        ],
    )


@pytest.fixture(scope="session")
def row_of() -> FindRow:
    """The values of the series with a given part B, which has to be the only one."""

    def find(read: MonthlySeries, part_b: str) -> npt.NDArray[np.float64]:
        rows = [i for i, parts in enumerate(read.parts) if parts.b == part_b]
        assert len(rows) == 1, f"{len(rows)} series {part_b}"
        return read.values[rows[0]]

    return find


@pytest.fixture(scope="session")
def write_records(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Call it with a version and (pathname, day, values, units, type) for a new DSS file; a pathname may come twice."""

    def write(version: int, given: Sequence[tuple[str, str, npt.NDArray[np.float64], str, str]]) -> Path:
        table = np.zeros((len(given), max(len(values) for _, _, values, _, _ in given)))
        records = []
        for row, (path, day, values, units, kind) in enumerate(given):
            table[row, : len(values)] = values
            records.append(RecordToWrite(path, day, units, kind, row, 0, len(values)))
        file = tmp_path_factory.mktemp("dss") / f"v{version}.dss"
        write_dss(file, version, records, table)
        return file

    return write
