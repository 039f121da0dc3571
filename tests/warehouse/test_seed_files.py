"""The seeds as files keep their rules, and each rule names file, row and column of what breaks it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from extract.cli import database, main
from extract.errors import CheckFailedError
from extract.reference import seed_rules
from extract.reference.seed_rules import SeedsRefusedError, check_seeds, refuse_bad_seeds
from extract.settings import PROJECT

YML = """
version: 2
seeds:
  - name: basin
    config:
      column_types: {basin_code: text, area_km: double precision, members: integer, is_wet: boolean, shape: jsonb}
    columns:
      - {name: basin_code, description: Code., data_tests: [unique, not_null]}
      - {name: area_km, description: Area.}
      - {name: members, description: Members.}
      - {name: is_wet, description: Wet., data_tests: [not_null]}
      - {name: shape, description: Outline.}
  - name: kind
    config:
      column_types: {code: text}
    columns:
      - {name: code, description: Code., data_tests: [unique]}
  - name: lake
    config:
      column_types: {lake_code: text, kind: text, basin_code: text, sort_order: integer, since: date}
    data_tests:
      - unique_grain: {arguments: {columns: [lake_code, kind]}}
    columns:
      - {name: lake_code, description: Code.}
      - name: kind
        description: Kind.
        data_tests:
          - accepted_values: {arguments: {values: [natural, built]}}
      - name: basin_code
        description: Basin.
        data_tests:
          - relationships: {arguments: {to: ref('basin'), field: basin_code}, config: {where: "kind = 'natural'"}}
          - relationships: {arguments: {to: ref('basin'), field: basin_code}, config: {where: "sort_order > 5"}}
          - relationships: {arguments: {to: ref('kind'), field: code}, config: {where: "lake_code in ('U', 'V')"}}
          - relationships: {arguments: {to: ref('a_model'), field: basin_code}}
      - {name: sort_order, description: Order.}
      - {name: since, description: Since.}
"""
BASIN = 'basin_code,area_km,members,is_wet,shape\nA,1.5,2,true,"{""type"": ""Point""}"\nB,,,false,\n'
LAKE = "lake_code,kind,basin_code,sort_order,since\nX,built,elsewhere,1,1950-02-28\nX,natural,A,2,\nY,natural,,10,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small seeds in order."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "_seeds.yml").write_text(YML)
    (seeds / "basin.csv").write_text(BASIN)
    (seeds / "lake.csv").write_text(LAKE)
    (seeds / "kind.csv").write_text("code\nC\n")
    assert check_seeds(seeds) == []
    return seeds


def test_the_seeds_of_the_project_are_in_order() -> None:
    assert [str(problem) for problem in check_seeds()] == []
    assert refuse_bad_seeds() >= 20


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        # shape
        ("basin.csv", b"B,,,false,", b"B,,false,", "seeds/basin.csv:3: 4 cells, the header has 5"),
        ("lake.csv", b"Y,natural,,10,", b"Y,natural,,10,,", "seeds/lake.csv:4: 6 cells, the header has 5"),
        ("basin.csv", b"false,\n", b"false,", "seeds/basin.csv:3: the last line does not end with LF"),
        ("basin.csv", b"shape\n", b"shape\r\n", "seeds/basin.csv:1: a carriage return; lines end with LF"),
        ("basin.csv", b"B,", b"\xe9,", "seeds/basin.csv:3: the file is not UTF-8"),
        (
            "basin.csv",
            b"basin_code,",
            b"\xef\xbb\xbfbasin_code,",
            "seeds/basin.csv:1: the file begins with a byte order",
        ),
        ("basin.csv", b"area_km", b"members", "seeds/basin.csv:1: the header has an empty or repeated name"),
        ("basin.csv", b"B,,,", b'"B"b,,,', "seeds/basin.csv:3: not CSV"),
        # cells
        ("basin.csv", b"B,", b"B ,", "seeds/basin.csv:3:basin_code: 'B ' has stray blanks"),
        ("basin.csv", b"B,", b'"B\n",', r"seeds/basin.csv:3:basin_code: 'B\n' has stray blanks, a line break"),
        ("basin.csv", b"B,", b"B\xc2\xa0C,", r"seeds/basin.csv:3:basin_code: 'B\xa0C' has stray"),
        ("lake.csv", b"elsewhere", b"<Null>", "seeds/lake.csv:2:basin_code: '<Null>' stands for an unknown value"),
        ("lake.csv", b"elsewhere", b"N/A", "seeds/lake.csv:2:basin_code: 'N/A' stands for an unknown value"),
        # columns
        ("basin.csv", b"area_km", b"area", "seeds/basin.csv:1: the header is not the column_types of seeds/_seeds.yml"),
        ("_seeds.yml", b"description: Area.", b"x: y", "seeds/basin.csv:1:area_km: not described in seeds/_seeds.yml"),
        (
            "_seeds.yml",
            b"name: since",
            b"name: until",
            "seeds/lake.csv:1:until: described in seeds/_seeds.yml, but not",
        ),
        ("_seeds.yml", b"is_wet: boolean", b"is_wet: bool", "seeds/_seeds.yml:is_wet: bool is none of the types"),
        # types
        ("basin.csv", b"1.5", b"1,5", "seeds/basin.csv:2: 6 cells"),
        ("basin.csv", b"1.5", b"much", "seeds/basin.csv:2:area_km: 'much' is not of type double precision"),
        ("basin.csv", b"1.5", b"nan", "seeds/basin.csv:2:area_km: 'nan' is not of type double precision"),
        ("basin.csv", b"1.5,2,", b"1.5,2.0,", "seeds/basin.csv:2:members: '2.0' is not of type integer"),
        ("basin.csv", b"1.5,2,", b"1.5,3000000000,", "seeds/basin.csv:2:members: '3000000000' is not of type integer"),
        ("basin.csv", b"true", b"True", "seeds/basin.csv:2:is_wet: 'True' is not of type boolean"),
        ("basin.csv", b"""{""type""", b"""{type""", "seeds/basin.csv:2:shape: "),
        ("lake.csv", b"1950-02-28", b"1950-02-30", "seeds/lake.csv:2:since: '1950-02-30' is not of type date"),
        # keys, values, references
        ("basin.csv", b"B,", b"A,", "seeds/basin.csv:3:basin_code: A stands in line 2 already"),
        ("basin.csv", b"B,", b",", "seeds/basin.csv:3:basin_code: is empty"),
        ("basin.csv", b"false", b"", "seeds/basin.csv:3:is_wet: is empty"),
        ("lake.csv", b"X,built", b",built", "seeds/lake.csv:2:lake_code: is empty"),
        ("lake.csv", b"X,natural", b"X,built", "seeds/lake.csv:3:lake_code: X, built stands in line 2 already"),
        ("lake.csv", b"Y,natural", b"Y,dug", "seeds/lake.csv:4:kind: 'dug' is none of built, natural"),
        ("lake.csv", b"natural,A", b"natural,Q", "seeds/lake.csv:3:basin_code: 'Q' is no basin_code of the seed basin"),
        ("lake.csv", b"X,built", b"V,built", "seeds/lake.csv:2:basin_code: 'elsewhere' is no code of the seed kind"),
        # order
        ("lake.csv", b"Y,", b"W,", "seeds/lake.csv:4:lake_code: W, natural is not in the order of the key"),
        ("_seeds.yml", b"[unique, not_null]", b"[not_null]", "seeds/_seeds.yml: the seed basin has no uniqueness test"),
    ],
)
def test_each_rule_names_the_place(folder: Path, file: str, old: bytes, new: bytes, problem: str) -> None:
    path = folder / file
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new, 1))
    found = [str(each) for each in check_seeds(folder)]
    assert any(each.startswith(problem) for each in found), found


@pytest.mark.parametrize(("numbers", "lines"), [("1 2 10", []), ("1 10 2", []), ("20 2 10", [3]), ("2 1 10", [3])])
def test_numbers_are_sorted_by_value_or_as_text(folder: Path, numbers: str, lines: list[int]) -> None:
    yml = (folder / "_seeds.yml").read_text().replace("[lake_code, kind]", "[sort_order]")
    (folder / "_seeds.yml").write_text(yml)
    header, *rest = LAKE.splitlines()
    rows = [f"{row.split(',')[0]},built,,{number}," for row, number in zip(rest, numbers.split(), strict=True)]
    (folder / "lake.csv").write_text("\n".join([header, *rows, ""]))
    assert [problem.line for problem in check_seeds(folder)] == lines


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("notes.xlsx", "", "seeds/notes.xlsx: only .csv, .yml and .geojsonl files belong here"),
        ("shapes.geojsonl", '{"id": "A"}\n{"id": "B"\n', "seeds/shapes.geojsonl:2: not one JSON object"),
        ("other.csv", "a\n1\n", "seeds/other.csv: no yml file declares this seed"),
        ("a/lake.csv", LAKE, "seeds/lake.csv: the same seed as seeds/a/lake.csv"),
        ("z.yml", "seeds: [{name: lake}]", "seeds/z.yml: lake is declared in seeds/_seeds.yml"),
        ("z.yml", "seeds:\n<<<<<<< ours\n", "seeds/z.yml:3: not YAML: could not find expected ':'"),
        ("z.yml", "seeds: [{name: gone}]", "seeds/z.yml: the seed gone has no CSV file"),
    ],
)
def test_files_that_do_not_belong(folder: Path, name: str, content: str, problem: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(content)
    assert problem in [str(each) for each in check_seeds(folder)]


REAL = {
    "unknown code": (
        "05_themes_scenarios/scenario.csv",
        ",cc95,s0024,",
        ",cc96,s0024,",
        ":hydroclimate: 'cc96' is no ",
    ),
    "duplicate key": ("01_lookup/unit.csv", "\nKM,", "\nFT,", ":unit_code: FT stands in line "),
    "wrong type": ("04_calsim_data/reservoir_group.csv", ",1\n", ",first\n", ":sort_order: 'first' is not of type "),
    "dangling reference": ("01_lookup/wba.csv", ",SAC,", ",SAK,", ":hydrologic_region: 'SAK' is no region_code of the"),
}


@pytest.mark.parametrize("fault", REAL)
def test_a_bad_seed_stops_the_build(
    tmp_path: Path, prepared_template: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """`coeqwal db init` refuses before dbt runs, with the place of the fault in the project's own seeds."""
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    file, old, new, expected = REAL[fault]
    text = (seeds / file).read_text()
    line = text[: text.index(old)].count("\n") + 1 + old.startswith("\n")
    (seeds / file).write_text(text.replace(old, new, 1))
    monkeypatch.setenv("DATABASE_URL", prepared_template)
    monkeypatch.setattr(database, "settings", lambda: database.Settings())
    monkeypatch.setattr(seed_rules.refuse_bad_seeds, "__defaults__", (seeds,))
    monkeypatch.setattr(database.dbt, "dbt", lambda *_: pytest.fail("dbt was called"))
    with pytest.raises(SeedsRefusedError, match=re.escape(f"seeds/{file}:{line}{expected}")) as refused:
        database.init()
    assert refused.value.exit_code == 4


def test_dbt_itself_refuses_bad_seeds(
    tmp_path: Path, new_database: Callable[..., str], prepared_template: str, run_dbt: Callable[..., Any]
) -> None:
    """A plain `dbt seed` of a copy of the project names the place, and loads nothing: not even another seed."""
    copy = tmp_path / "project"
    for name in ("dbt_project", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(PROJECT / "dbt_project.yml", copy)
    file, old, new, expected = REAL["unknown code"]
    path = copy / "seeds" / file
    path.write_text(path.read_text().replace(old, new, 1))
    url = new_database(prepared_template)
    result = run_dbt(url, "seed", "--select", "unit", "--project-dir", str(copy), "--no-partial-parse")
    assert result.returncode == 2
    assert "Seed Files Error" in result.stdout
    assert re.search(rf"seeds/{file}:\d+{expected}", result.stdout)
    with psycopg.connect(url) as link:
        assert link.execute("select to_regclass('reference.unit')").fetchone() == (None,)


def test_the_command_says_what_it_found(folder: Path) -> None:
    good = CliRunner().invoke(main.app, ["seeds", "check", str(folder)])
    assert (good.exit_code, good.stdout) == (0, "3 seeds and 0 polygons are in order\n")
    (folder / "shapes.geojsonl").write_text('{"id": "A"}\n')
    shapeless = CliRunner().invoke(main.app, ["seeds", "check", str(folder)])
    assert isinstance(shapeless.exception, CheckFailedError)
    assert "shapes.geojsonl, line 1: polygon A has not a MultiPolygon" in str(shapeless.exception)
    (folder / "lake.csv").write_text(LAKE.replace("Y,", "X,"))
    bad = CliRunner().invoke(main.app, ["seeds", "check", str(folder)])
    assert isinstance(bad.exception, SeedsRefusedError)


def test_types_are_the_ones_dbt_makes(deployed_template: str) -> None:
    """The types that the check knows are those the database has, so none is checked as another."""
    with psycopg.connect(deployed_template) as link:
        rows = link.execute(
            "select distinct data_type from information_schema.columns where table_schema = 'reference'"
            " and table_name not like 'dim%'"
        ).fetchall()
    assert {str(row[0]) for row in rows} <= set(seed_rules.TYPES)
