"""Every dbt unit test can fail: all run once, in a copy of the project in which each expects something else.

One expected cell of each is changed, or one expected row left out where the rows are SQL. A unit test that stays green
does not look at what it says it looks at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def other(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case date():
            return value + timedelta(days=1)
        case str() if DATE.match(value):
            return re.sub(DATE, "1900-01-01", value)
        case str():
            return f"not {value}"
    raise AssertionError(f"no other value is known for {value!r}")


def broken(expected: dict[str, Any]) -> dict[str, Any]:
    """What a unit test is to expect instead: the last known cell of the last row changed, or a row less.

    A cell in PostgreSQL's or JSON's notation is left alone: changed as a text it could not be read.
    """
    if expected.get("format") == "sql":
        return {**expected, "rows": f"select * from ({expected['rows']}) as expected_rows offset 1"}
    rows = [dict(row) for row in expected["rows"]]
    column = [name for name, value in rows[-1].items() if value is not None and str(value)[:1] not in "[{"][-1]
    rows[-1][column] = other(rows[-1][column])
    return {**expected, "rows": rows}


def copy_broken(folder: Path) -> Iterator[str]:
    """Copy the project's files that dbt reads, with the unit tests broken; gives the names of these."""
    (folder / "tests").mkdir()
    for name in ("dbt_project.yml", "selectors.yml", "macros", "seeds", "tests/dbt", "dbt_project/docs"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    for file in (ROOT / "dbt_project" / "models").rglob("*.*"):
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = yaml.safe_load(file.read_text()) if file.suffix == ".yml" else {}
        if not content.get("unit_tests"):
            copy.symlink_to(file)
            continue
        for test in content["unit_tests"]:
            test["expect"] = broken(test["expect"])
            yield test["name"]
        copy.write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: Callable[..., CompletedProcess[str]],
) -> tuple[list[str], dict[str, str]]:
    """Names of the broken unit tests, and what dbt said of each unit test that it ran."""
    folder = tmp_path_factory.mktemp("broken")
    names = list(copy_broken(folder))
    ran = run_dbt(
        new_database(deployed_template),
        "test",
        "--no-partial-parse",
        "--project-dir",
        str(folder),
        "--select",
        "test_type:unit",
        DBT_WRITE_JSON="true",
    )
    results = Path(ran.args[ran.args.index("--target-path") + 1]) / "run_results.json"
    assert results.exists(), ran.stdout[-3000:]
    ended = {tuple(each["unique_id"].split(".")): each["status"] for each in json.loads(results.read_text())["results"]}
    return names, {unique_id[-1]: status for unique_id, status in ended.items() if unique_id[0] == "unit_test"}


def test_no_unit_test_is_without_a_mutation(outcome: tuple[list[str], dict[str, str]]) -> None:
    names, status = outcome
    assert names
    assert sorted(names) == sorted(status)


def test_each_unit_test_goes_red(outcome: tuple[list[str], dict[str, str]]) -> None:
    """Red because the rows differ, and not because the broken rows could not be read."""
    assert {name: status for name, status in outcome[1].items() if status != "fail"} == {}
