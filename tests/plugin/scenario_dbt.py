"""The fixture project of the scenario tests: a copy with the real macros, a database of its own, the real `dbt`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
DBT = Path(sys.executable).parent / "dbt"
SCENARIOS = ("s0020", "s0033", "s0105")


class ScenarioProject:
    """A copy of tests/plugin/scenario_project whose models, seeds and macros a test may change.

    Args:
        folder: an empty folder.
        url: a database with the loader's tables.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder / "project"
        self.url = url
        self.restore_files()

    def restore_files(self) -> None:
        """The project as it is in the repository; dbt's target folder stays, with its cached parse.

        Modification times are new: a file that goes back to an earlier one counts as unchanged for dbt.
        """
        self.folder.mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            if path.is_dir() and not path.name.startswith("target"):
                shutil.rmtree(path)
        fixture = ROOT / "tests" / "plugin" / "scenario_project"
        shutil.copytree(fixture, self.folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        shutil.copytree(ROOT / "macros", self.folder / "macros", copy_function=shutil.copyfile)
        shutil.copy(ROOT / "profiles.yml.example", self.folder / "profiles.yml")

    def prepare(self) -> None:
        """Load three scenarios."""
        self.sql("create table staging.value (scenario_id text, variable text, month date, value double precision)")
        for number, scenario in enumerate(SCENARIOS, start=1):
            self.load(scenario, S_A=number, S_B=number)

    def deploy(self) -> None:
        """Load three scenarios and build everything once."""
        self.prepare()
        self.dbt("build")
        self.built()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement; its rows."""
        with psycopg.connect(self.url) as link:
            cursor = link.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def load(self, scenario: str, receipt: str = "r1", **values: float) -> None:
        """Load a model run: one value a month for each variable, over two months."""
        self.sql("delete from staging.value where scenario_id = %s", scenario)
        for variable, value in values.items():
            self.sql(
                "insert into staging.value select %s, %s, month, %s from"
                " generate_series(date '1921-10-01', date '1921-11-01', interval '1 month') as month",
                scenario,
                variable,
                value,
            )
        self.sql(
            "insert into staging.scenario_load values (%s, %s, 'x.zip', '', 0, 0, date '1921-10-01', date '1921-11-01')"
            " on conflict (scenario_id) do update set receipt_id = excluded.receipt_id",
            scenario,
            f"{scenario}-{receipt}",
        )

    def start(self, *arguments: str, target: str = "target", **environment: str) -> subprocess.Popen[str]:
        """Start `dbt` with these arguments."""
        settings = {
            **os.environ,
            "DATABASE_URL": self.url,
            "PYTHONPATH": str(ROOT),
            "DBT_TARGET_PATH": target,
            "DBT_LOG_PATH": f"{target}/logs",
            "DBT_USE_COLORS": "0",
            **environment,
        }
        return subprocess.Popen(
            [str(DBT), *arguments],
            cwd=self.folder,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dbt(self, *arguments: str, expect: int = 0, **environment: str) -> str:
        """Run `dbt` with these arguments, require an exit status, and return what it printed."""
        process = self.start(*arguments, **environment)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == expect, output
        return output

    def built(self) -> dict[str, set[str]]:
        """Model -> scenarios whose rows were made since the last call."""
        self.sql("create table if not exists seen (model text, scenario_id text, built_at timestamptz)")
        rows = self.sql(
            "select b.model, b.scenario_id from ops.scenario_build as b left join seen"
            " using (model, scenario_id, built_at) where seen.model is null and b.scenario_id <> '*'"
        )
        self.sql("truncate seen")
        self.sql("insert into seen select model, scenario_id, built_at from ops.scenario_build")
        found: dict[str, set[str]] = {}
        for model, scenario in rows:
            found.setdefault(model, set()).add(scenario)
        return found

    def rows(self, relation: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Rows with their physical place and age: equal only if nobody wrote them again."""
        return self.sql(f"select xmin::text, ctid::text, r::text from {relation} as r where {where} order by r::text")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text in a file of the project."""
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
