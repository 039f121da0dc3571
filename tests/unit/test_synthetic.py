"""The synthetic model run: complete, repeatable, plausible, and awkward where it is asked to be."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from extract.demo import synthetic
from extract.demo.synthetic import EDGE_CASES, SyntheticRun, make_model_run
from extract.demo.synthetic_names import mapped_variables, reservoirs, seed_rows
from extract.dss import MonthlySeries, read_monthly
from extract.errors import UsageError

MAPPED = len(mapped_variables(seed_rows("variable_map")))


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> SyntheticRun:
    folder = tmp_path_factory.mktemp("run")
    return make_model_run(folder / "s0105_demo.zip", "s0105", series=MAPPED + 100, reference=True)


def read_run(zip_path: Path, folder: Path) -> tuple[MonthlySeries, MonthlySeries]:
    with zipfile.ZipFile(zip_path) as archive:
        archive.extractall(folder)
        scenario = zip_path.name[:5]
        names = [f"{scenario}_run/DSS/output/{scenario}_DV.dss", f"{scenario}_run/DSS/input/{scenario}_SV.dss"]
        assert archive.namelist() == [*names, f"{scenario}_run/synthetic.json"]
    return read_monthly(folder / names[0]), read_monthly(folder / names[1])


@pytest.fixture(scope="module")
def files(run, tmp_path_factory) -> tuple[MonthlySeries, MonthlySeries]:
    return read_run(run.zip_path, tmp_path_factory.mktemp("files"))


def by_name(series: MonthlySeries) -> dict[str, np.ndarray]:
    return {parts.b: row for parts, row in zip(series.parts, series.values, strict=True)}


def test_every_mapped_variable_is_there(files):
    mapped = mapped_variables(seed_rows("variable_map"))
    assert len(mapped) > 200
    for series, kind in zip(files, ("dv", "sv"), strict=True):
        units = dict(zip([(p.b, p.c) for p in series.parts], series.units, strict=True))
        wanted = {(v.part_b, v.part_c): v.units for v in mapped if v.dss_kind == kind}
        assert wanted.items() <= units.items()


def test_number_of_series_and_no_gap(run, files):
    output, source = files
    assert len(output.parts) + len(source.parts) == run.dv_records + run.sv_records == MAPPED + 100
    assert len(source.parts) > 20
    for series in files:
        assert np.isfinite(series.values).all()
        assert len(set(series.parts)) == len(series.parts)
        assert series.report.unit_conflicts == series.report.finite_outside_window == 0


def test_same_seed_same_bytes_other_seed_other_values(tmp_path):
    def make(name: str, seed: int, scenario: str = "s0105", version: int = 6) -> bytes:
        path = tmp_path / name
        make_model_run(path, scenario, series=330, seed=seed, dss_version=version)
        return path.read_bytes()

    assert make("a.zip", 1) == make("b.zip", 1)
    assert make("a7.zip", 1, version=7) == make("b7.zip", 1, version=7)
    assert make("c.zip", 2) != make("a.zip", 1)


def test_values_do_not_depend_on_the_other_variables(tmp_path):
    pair = [("dv", "C_ONE", "CHANNEL", "CFS"), ("sv", "I_TWO", "INFLOW", "TAF")]
    alone, _ = read_run(
        make_model_run(tmp_path / "s0001.zip", "s0001", series=0, variables=pair).zip_path, tmp_path / "1"
    )
    more, _ = read_run(
        make_model_run(tmp_path / "s0002.zip", "s0002", series=40, variables=pair).zip_path, tmp_path / "2"
    )
    assert [p.b for p in alone.parts] == ["C_ONE"]
    assert len(more.parts) > 30
    np.testing.assert_array_equal(by_name(alone)["C_ONE"], by_name(more)["C_ONE"])


def test_reservoirs_are_plausible(files):
    values = by_name(files[0])
    known = {r.code: r for r in reservoirs(seed_rows("reservoir"), seed_rows("variable_map"))}
    rows = [row for row in seed_rows("variable_map") if row["entity_kind"] == "reservoir"]
    names = {(row["entity_code"], row["measure"]): row["part_b"] for row in rows}
    checked = floods = 0
    for code, reservoir in known.items():
        if not {(code, "storage"), (code, "flood_level"), (code, "flood_release")} <= names.keys():
            continue
        storage, release = values[names[code, "storage"]], values[names[code, "flood_release"]]
        assert storage.min() >= reservoir.dead_pool
        assert storage.max() <= reservoir.capacity
        assert np.corrcoef(storage[:-12], storage[12:])[0, 1] > 0.1, "no memory from year to year"
        if names[code, "flood_level"]:
            level = values[names[code, "flood_level"]]
            assert len(np.unique(level[:120])) > 6
            assert (storage <= level).all()
            np.testing.assert_array_equal(storage[release > 0], level[release > 0])
        assert (release >= 0).all()
        assert 0 <= (release > 0).mean() < 0.3
        floods += bool((release > 0).any())
        monthly = storage.reshape(100, 12).mean(axis=0)
        assert monthly.max() > 1.1 * monthly.min(), "no seasonal cycle"
        checked += 1
    assert checked > 30
    assert floods > checked / 2


def test_water_year_types_change_with_february(files):
    """Wet and critical years occur, and a type holds from February to January, as in the model."""
    names = [row["part_b"] for row in seed_rows("variable_map") if row["measure"] == "water_year_type"]
    values = by_name(files[0])
    assert len(names) > 1
    for name in names:
        months = values[name]
        assert set(months) == {1, 2, 3, 4, 5}
        changes = np.flatnonzero(np.diff(months)) + 1
        assert len(changes) > 20
        assert (changes % 12 == 4).all(), "the series begins with October"


def test_reference_holds_the_same_values(run, files):
    assert run.reference_path == run.zip_path.with_suffix(".csv")
    rows = list(csv.reader(io.StringIO(run.reference_path.read_text())))
    assert [row[0] for row in rows[:7]] == ["a", "b", "c", "e", "f", "type", "units"]
    assert (rows[7][0], rows[-1][0], len(rows)) == ("1921-10-31", "2021-09-30", 1207)
    values = by_name(files[0])
    assert len(rows[0]) == 12
    for column, name in enumerate(rows[1][1:], start=1):
        written = np.array([float(row[column]) for row in rows[7:]])
        np.testing.assert_allclose(written, values[name], rtol=0, atol=5.01e-7)
    assert all(len(cell.partition(".")[2]) <= 6 for row in rows[7:] for cell in row[1:])


@pytest.mark.parametrize("version", [6, 7])
def test_edge_cases(tmp_path, version):
    zip_path = tmp_path / "s0009.zip"
    make_model_run(zip_path, "s0009", series=MAPPED + 100, dss_version=version, edge_cases=EDGE_CASES)
    output, _ = read_run(zip_path, tmp_path)
    values = by_name(output)
    codes = values["C_EDGE_CODES"]
    assert np.isnan(codes[:7]).all()
    np.testing.assert_array_equal(codes[7:9], [-950.5, -950.5])
    assert np.flatnonzero(np.isfinite(values["C_EDGE_LATE"])).tolist() == list(range(600, 720))
    assert np.flatnonzero(np.isfinite(values["C_EDGE_GAP"])).tolist() == [*range(120), *range(1080, 1200)]
    assert np.isnan(values["C_EDGE_EMPTY"]).all()
    assert {k.upper() for k in output.report.other_time_steps} == {"1DAY", "1YEAR"}
    names = [(p.b, p.c, p.f) for p in output.parts]
    two_c = [n for n in names if n[1].endswith("-ALT")]
    two_f = [n for n in names if n[2] == "SYNTHETIC_ALT"]
    assert len(two_c) == len(two_f) == 1
    assert (two_f[0][0], two_f[0][1], "SYNTHETIC") in names
    assert (two_c[0][0], two_c[0][1].removesuffix("-ALT"), "SYNTHETIC") in names
    exact = sum(bool((row == row.astype("f4")).all()) for row in output.values)
    assert exact > 20, "no series is stored as floats"


def test_without_edge_cases_there_are_none(files):
    assert not [p for p in files[0].parts if "EDGE" in p.b or p.f != "SYNTHETIC"]
    assert files[0].report.other_time_steps == {}
    assert not (files[0].values[:, :120] == files[0].values[:, :120].astype("f4")).all()


def test_other_window(tmp_path):
    zip_path = tmp_path / "s0003.zip"
    make_model_run(zip_path, "s0003", series=330, window=((1950, 10), (1960, 9)), edge_cases=EDGE_CASES)
    output, _ = read_run(zip_path, tmp_path)
    storage = by_name(output)[output.parts[0].b]
    assert np.flatnonzero(np.isfinite(storage)).tolist() == list(range(348, 468))


def test_wrong_arguments(tmp_path):
    with pytest.raises(UsageError, match="unknown edge cases: \\['no_such'\\]"):
        make_model_run(tmp_path / "x.zip", "s0001", edge_cases=frozenset(("no_such",)))
    with pytest.raises(UsageError, match="unknown DSS version 5"):
        make_model_run(tmp_path / "x.zip", "s0001", dss_version=5)
    assert not list(tmp_path.iterdir())


def test_failed_writing_leaves_no_zip(tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("heclib failed")

    monkeypatch.setattr(synthetic, "write_dss", fail)
    with pytest.raises(RuntimeError):
        make_model_run(tmp_path / "x.zip", "s0001", series=0)
    assert not list(tmp_path.iterdir())
